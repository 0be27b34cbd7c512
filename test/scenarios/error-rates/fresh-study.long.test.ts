import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type ControlSetting, controlFlags } from '../../../harness/evaluation/control.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createProgress } from '../../../harness/progress.js'
import { readHostCpuTime } from '../../../harness/system/proc.js'
import { readFreshDecisions } from '../../../scenarios/error-rates/fresh-decision.js'
import type { FreshTask } from '../../../scenarios/error-rates/fresh-schedule.js'
import { measureFresh, wantsPair } from '../../../scenarios/error-rates/fresh-study.js'
import { withHogs } from '../../../scenarios/error-rates/hogs.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { simulateEvidence } from '../../harness/verdict/simulated-evidence.js'

const task: FreshTask = {
  cell: '20% slower',
  change: -0.2,
  workload: 'spin',
  hogs: 0,
  seed: 7,
  dataSeed: 70,
}

function settingWith(
  io: ReturnType<typeof createIo>['io'],
  passed: Readonly<Record<string, string>> = {},
): ControlSetting {
  const env = { ...runEnvironment(io.env), ...passed }
  return {
    root: temporaryDirectory(),
    loaded: ownSuite(kernelSuite),
    settings: { env, nodeFlags: controlFlags(), timeoutMs: 60_000, signal: io.signal },
    progress: createProgress(io),
    now: io.now,
    command: 'assay characteristics --fresh',
    packageVersion: '0',
  }
}

describe('measureFresh', () => {
  it('measures a complete decision and appends it as one line', async () => {
    const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
    const { io, output } = createIo()
    await measureFresh([task], path, settingWith(io))
    const [decision, ...others] = readFreshDecisions(path)
    expect(others).toEqual([])
    expect(decision).toMatchObject({
      cell: '20% slower',
      change: -0.2,
      workload: 'spin',
      scale: 'smoke',
      hogs: 0,
      seed: 7,
      dataSeed: 70,
      design: 'co-scheduled',
      injectTurns: expect.any(Number),
    })
    const runs = decision?.runs ?? []
    expect(runs[0]?.pair).toBe(1)
    expect(
      runs.every(
        ({ arm, injectedMs = 0, cpuMs }) =>
          arm === 'baseline' || (injectedMs > 0 && injectedMs < cpuMs),
      ),
    ).toBe(true)
    expect(runs.length).toBeGreaterThanOrEqual(20)
    for (const arm of ['baseline', 'candidate']) {
      expect(runs.filter((run) => run.arm === arm).length).toBe(runs.length / 2)
    }
    expect(output.stderr).toContain('decision 1 of 1: 20% slower, spin')
  }, 300_000)

  it('reports a decision that fails, writes no line for it, and continues', async () => {
    const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
    const { io, output } = createIo()
    const setting = settingWith(io)
    const brief = { ...setting, settings: { ...setting.settings, timeoutMs: 1 } }
    await measureFresh([task, { ...task, seed: 8 }], path, brief)
    expect(readFreshDecisions(path)).toEqual([])
    expect(output.stderr).toContain('decision 2 of 2')
    expect(output.stderr.match(/will be measured again by --fresh: .*timed out/g)).toHaveLength(2)
  }, 300_000)

  it('begins no decision after the deadline, and reports how many are left', async () => {
    const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
    const { io, output } = createIo()
    await measureFresh([task, { ...task, seed: 8 }], path, settingWith(io), io.now())
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect(output.stderr).toBe('time is up: 2 decisions are left for the next --fresh\n')
  })

  it('proves and sizes once for decisions that differ only in their seed', async () => {
    const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
    const { io, output } = createIo()
    await measureFresh([task, { ...task, seed: 8 }], path, settingWith(io))
    const [first, second] = readFreshDecisions(path)
    expect(second?.injectTurns).toBe(first?.injectTurns)
    expect(output.stderr.match(/proving equivalence/g)).toHaveLength(1)
    const orders = [first, second].map((one) => one?.runs.map(({ arm }) => arm).join(' '))
    expect(orders[0]).not.toBe(orders[1])
  }, 300_000)

  it('keeps the complete decisions when it is interrupted', async () => {
    const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
    const bench = createIo()
    const setting = settingWith(bench.io)
    const progress = { ...setting.progress, phase: () => bench.interrupt() }
    await expect(measureFresh([task], path, { ...setting, progress })).rejects.toThrow(
      'interrupted by SIGINT',
    )
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })
})

describe('a host that voids its pairs', () => {
  it('is not measured for ever: beyond a quarter neither rule needs another pair', () => {
    const journal = (voided: number) =>
      simulateEvidence({ seed: 1, pairs: voided, improvement: {}, noise: 0.01 }).runs.map(
        (run) => ({
          ...(run as RunRecord),
          stealShare: 0.4,
          voided: 'steal 40 %',
        }),
      )
    const wants = (voided: number) =>
      wantsPair({ arms: ['baseline', 'candidate'] }, 'grid-search', journal(voided), {
        change: 0,
        design: 'co-scheduled',
      })
    expect([0, 5, 7, 8, 100].map(wants)).toEqual([true, true, true, false, false])
  })
})

/** Child processes of this one. */
const children = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length

describe('withHogs', () => {
  it('runs the given number of hogs during the action, and returns its result', async () => {
    const others = children()
    expect(await withHogs(2, async () => children())).toBe(others + 2)
    await expect.poll(children).toBeLessThanOrEqual(others)
  })

  it.skipIf(readHostCpuTime() === undefined)(
    'burns time of the host',
    async () => {
      const busy = () => readHostCpuTime()?.busy ?? 0
      await withHogs(1, async () => {
        const before = busy()
        // Ticks of 10 ms: a process that only waited would take minutes to be billed fifty.
        await vi.waitUntil(() => busy() >= before + 50, { timeout: 30_000 })
      })
    },
    40_000,
  )

  it('ends the hogs when the action throws', async () => {
    const others = children()
    const failing = async () => {
      throw new Error('no')
    }
    await expect(withHogs(2, failing)).rejects.toThrow('no')
    await expect.poll(children).toBeLessThanOrEqual(others)
  })
})
