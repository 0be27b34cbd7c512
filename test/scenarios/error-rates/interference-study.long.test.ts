import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { controlFlags } from '../../../harness/evaluation/control.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createProgress } from '../../../harness/progress.js'
import { readInterferenceCells } from '../../../scenarios/error-rates/interference-cell.js'
import { KERNEL_KINDS, KERNELS } from '../../../scenarios/error-rates/interference-kernels.js'
import type { InterferenceTask } from '../../../scenarios/error-rates/interference-schedule.js'
import { measureCells } from '../../../scenarios/error-rates/interference-study.js'
import { suite, workloadIdOf } from '../../../scenarios/error-rates/interference-suite.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

describe.each(KERNEL_KINDS)('the kernel of %s', (kind) => {
  it('gives the same checksum with every unit', async () => {
    const unit = await KERNELS[kind](7)
    const first = await unit()
    expect(Number.isFinite(first)).toBe(true)
    expect(await unit()).toBe(first)
    expect(await unit()).toBe(first)
  })

  it('is a workload whose result does not depend on the number of units', async () => {
    const workload = suite.workloads.find(({ id }) => id === workloadIdOf(kind))!
    const results = await Promise.all(
      [1, 2].map(async (units) => (await workload.run({ units }, null, 7)).output),
    )
    expect(results[0]).toEqual(results[1])
    expect(workload.canonical(results[0])).toMatch(/ true$/)
  })
})

describe('the suite of kernels', () => {
  it('is a suite, and its layers change the number of units by their names', () => {
    expect(ownSuite(suite).suite.workloads).toHaveLength(KERNEL_KINDS.length)
    const units = Object.fromEntries(
      suite.layers.map(({ id, apply }) => [id, apply(suite.baseline()).units]),
    )
    expect(units).toMatchObject({ 'faster-50': 50, 'faster-1': 99, 'slower-10': 110 })
    expect(suite.layers).toHaveLength(18)
  })
})

describe('measureCells', () => {
  const { io, output } = createIo()
  const setting = {
    root: temporaryDirectory(),
    loaded: ownSuite(kernelSuite),
    settings: {
      env: runEnvironment(io.env),
      nodeFlags: controlFlags(),
      timeoutMs: 60_000,
      signal: io.signal,
    },
    progress: createProgress(io),
    now: io.now,
    command: 'assay characteristics --interference',
    packageVersion: '0',
  }
  const task = (part: Partial<InterferenceTask>): InterferenceTask => ({
    kind: 'typed arrays',
    added: 'same',
    design: 'co-scheduled',
    change: -0.5,
    pairs: 2,
    ...part,
  })

  it('appends a line per complete cell: known work, and injected work of one size for all designs', async () => {
    const path = join(temporaryDirectory(), 'interference.jsonl')
    const injected = { added: 'integers', change: 0.2 } as const
    const tasks = [
      task({}),
      task({ ...injected, design: 'adjacent' }),
      task({ ...injected, design: 'lock-step' }),
    ]
    await measureCells(tasks, path, setting)
    const cells = readInterferenceCells(path)
    expect(cells.map(({ added, design, change }) => ({ added, design, change }))).toEqual(
      tasks.map(({ added, design, change }) => ({ added, design, change })),
    )
    expect(cells.every(({ pairs }) => pairs.length === 2)).toBe(true)
    expect(cells[0]).not.toHaveProperty('injectTurns')
    expect(cells[2]?.injectTurns).toBe(cells[1]?.injectTurns)
    for (const { injectedMs = 0, baseline } of cells[1]!.pairs) {
      expect(injectedMs).toBeGreaterThan(0)
      expect(injectedMs).toBeLessThan(baseline)
    }
    expect(output.stderr).toContain(
      'cell 1 of 3: typed arrays, 50 % slower by same work, co-scheduled',
    )
  }, 300_000)

  it('measures no injected work of unknown size, and reports that', async () => {
    const path = join(temporaryDirectory(), 'interference.jsonl')
    await measureCells([task({ added: 'integers', change: 0.2 })], path, setting)
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect(output.stderr).toContain(
      'this cell is not complete and will be measured again by --interference: the adjacent cell',
    )
  }, 120_000)

  it('begins no cell after the deadline', async () => {
    const path = join(temporaryDirectory(), 'interference.jsonl')
    await measureCells([task({})], path, setting, io.now())
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect(output.stderr).toContain('time is up: 1 cells are left for the next --interference')
  })
})
