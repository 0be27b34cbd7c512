import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { probeMemory } from '../../../harness/evaluation/probe-memory.js'
import { readEvidence } from '../../../harness/evidence/evidence-store.js'
import type { ProbeLine } from '../../../harness/evidence/probe-record.js'
import { forkRun } from '../../../harness/measurement/fork-run.js'
import {
  nodeFlagsFor,
  probeFlagsFor,
  runEnvironment,
} from '../../../harness/measurement/run-environment.js'
import { armOrder } from '../../../harness/measurement/schedule.js'
import { createProgress } from '../../../harness/progress.js'
import {
  type DecisionRecord,
  decisionRecordSchema,
  toDecisionRecord,
} from '../../../harness/record/decision-record.js'
import { decide } from '../../../harness/verdict/decide.js'
import {
  assay,
  type CommandResult,
  createIo,
  fixture,
  temporaryDirectory,
} from '../../fixtures/bench.js'

const SEED = 20251022
const ITERATIONS = 20

const { suite } = (await import('../../fixtures/memory-suite.mjs' as string)) as { suite: Suite }

function evaluate(root: string, extra = ''): Promise<CommandResult> {
  const words = `evaluate same-memory --scale smoke --memory blocking --seed ${SEED} --out ${root} --suite ${fixture('memory-suite.mjs')}${extra}`
  return assay(words, { env: { ...process.env, MEMORY_STATE: root } })
}

function recordOf(root: string): DecisionRecord {
  return decisionRecordSchema.parse(
    JSON.parse(readFileSync(join(root, 'decisions', '0001-same-memory.json'), 'utf8')),
  )
}

function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

/** Runs of the pairs given, in the order of their own schedule. */
const scheduled = (pairs: readonly number[]) =>
  pairs.flatMap((pair) =>
    armOrder(SEED, 'hold memory probe', pair, ['baseline', 'candidate']).map((arm) => ({
      pair,
      arm,
    })),
  )

describe('a probe on a single thread', () => {
  it('replaces the flags of measured runs by those that make the peak reproducible', () => {
    expect(probeFlagsFor(nodeFlagsFor('cpu'))).toEqual([
      '--single-threaded',
      '--predictable-gc-schedule',
      '--expose-gc',
    ])
    expect(probeFlagsFor(nodeFlagsFor('wall'))).toEqual([
      '--single-threaded',
      '--predictable-gc-schedule',
      '--expose-gc',
    ])
    expect(probeFlagsFor(nodeFlagsFor('cpu', ['--max-semi-space-size=8']))).toEqual([
      '--single-threaded',
      '--predictable-gc-schedule',
      '--max-semi-space-size=8',
      '--expose-gc',
    ])
  })
})

// Without /proc no peak is known, and there is nothing to probe.
// Some thirty processes for the first: on a busy host they take their time.
describe.skipIf(!existsSync('/proc/self/status'))(
  'memory the measured runs leave open',
  { timeout: 180_000 },
  () => {
    const root = temporaryDirectory()
    const journal = join(root, 'profiling-results', '0001-same-memory', 'memory-probe.jsonl')

    it('is probed with a collection before each iteration', async () => {
      const { io } = createIo()
      expect(await gcCountOf('probe')).toBeGreaterThanOrEqual(ITERATIONS)
      expect(await gcCountOf('run')).toBeLessThan(ITERATIONS)

      async function gcCountOf(mode: 'run' | 'probe'): Promise<number> {
        const result = await forkRun(
          {
            ...{
              suite: suite.module,
              mode,
              workload: 'hold',
              arm: 'baseline',
              stack: [],
              scale: 'smoke',
              seed: SEED,
            },
            ...{ pair: 1, position: 0, warmup: 1, iterations: ITERATIONS },
          },
          {
            env: runEnvironment(
              { ...process.env, MEMORY_STATE: temporaryDirectory() },
              suite.passEnvironment,
            ),
            nodeFlags: probeFlagsFor([]).concat('--expose-gc'),
            timeoutMs: 60_000,
            signal: io.signal,
          },
        )
        if (result.kind !== 'answered' || result.message.kind !== 'measured')
          throw new Error(JSON.stringify(result))
        return result.message.measurement.gcCount
      }
    })

    it('is decided by five pairs in seeded order, and so is the layer', async () => {
      const { code, stderr } = await evaluate(root)
      expect(code).toBe(0)
      expect(stderr).toContain('probing memory: hold, pair 5 of 5')
      const record = recordOf(root)
      expect(record.workloads[0]).toMatchObject({
        verdict: 'accepted',
        memory: { verdict: 'within', probe: { verdict: 'within' } },
      })
      expect(record.evidence).toHaveProperty(['memory-probe.jsonl'])
      expect(linesOf(readFileSync(journal, 'utf8'))).toMatchObject(scheduled([1, 2, 3, 4, 5]))
      expect(readFileSync(join(root, 'decisions', '0001-same-memory.md'), 'utf8')).toMatch(
        /in the probe .* \(within\b/,
      )
      expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
    })

    it('is decided by a probe that was interrupted and continued: finished runs are kept, and a pair is two adjacent runs', async () => {
      const continued = temporaryDirectory()
      cpSync(root, continued, { recursive: true })
      const path = join(continued, 'profiling-results', '0001-same-memory', 'memory-probe.jsonl')
      const lines = readFileSync(path, 'utf8').split('\n')
      const kept = `${lines.slice(0, 3).join('\n')}\n`
      writeFileSync(path, `${kept}${lines[3]?.slice(0, 40)}`)
      for (const end of ['json', 'md'])
        rmSync(join(continued, 'decisions', `0001-same-memory.${end}`))
      expect((await evaluate(continued, ' --resume')).code).toBe(0)
      const text = readFileSync(path, 'utf8')
      expect(text.startsWith(kept)).toBe(true)
      expect(linesOf(text)).toMatchObject([
        ...scheduled([1, 2]).slice(0, 3),
        ...scheduled([3, 4, 5, 6]),
      ])
      expect(recordOf(continued)).toMatchObject({ verdict: 'accepted' })
    })

    it('is refused as evidence where a line is not a run of a probe', async () => {
      const changed = temporaryDirectory()
      cpSync(root, changed, { recursive: true })
      const path = join(changed, 'profiling-results', '0001-same-memory', 'memory-probe.jsonl')
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/"peakRssBytes":\d+/, '"peakRssBytes":-1'),
      )
      const { code, stderr } = await assay(`replay --all --out ${changed}`)
      expect(code).toBe(5)
      expect(stderr).toMatch(/memory-probe\.jsonl does not hold a run in line 1/)
    })

    it('rejects a layer that needs more', async () => {
      const { lines, decision, record } = await probe('more-memory')
      expect(lines).toHaveLength(10)
      expect(decision).toMatchObject({
        verdict: 'rejected',
        workloads: [{ reasons: ['memory-over'] }],
      })
      expect(record.workloads[0]).toMatchObject({
        memory: { verdict: 'over', probe: { verdict: 'over' } },
      })
      expect(record.workloads[0]?.warnings.map(({ code }) => code)).toContain('memory-over')
    })

    it('is decided despite one crash: the pair is repeated under a new number', async () => {
      const { lines, notes, decision } = await probe('crashes-once')
      expect(notes).toEqual(['hold memory probe candidate failed: exited with code 3'])
      expect(lines.filter((line) => 'error' in line)).toMatchObject([{ pair: 1, arm: 'candidate' }])
      expect(lines.at(-1)).toMatchObject({ pair: 6 })
      expect(decision).toMatchObject({ verdict: 'accepted' })
    })

    it('stays undecided after the second crash, and the layer is not accepted', async () => {
      const { lines, decision, record } = await probe('crashes')
      expect(lines.filter((line) => 'error' in line)).toHaveLength(2)
      expect(decision).toMatchObject({
        verdict: 'inconclusive',
        workloads: [{ reasons: ['memory-undecided'] }],
      })
      expect(record.workloads[0]?.memory).toMatchObject({ verdict: 'undecided' })
      expect(record.workloads[0]?.memory).not.toHaveProperty('probe')
    })

    /** The probe another candidate would have got after the same measured runs. */
    async function probe(layer: string) {
      const measured = readEvidence(root, '0001-same-memory')
      const evidence = {
        ...measured,
        plan: { ...measured.plan, stacks: { ...measured.plan.stacks, candidate: [layer] } },
      }
      const env = { ...process.env, MEMORY_STATE: temporaryDirectory() }
      const lines: ProbeLine[] = []
      const notes: string[] = []
      const { io } = createIo()
      await probeMemory({
        evidence: { ...evidence, memoryProbe: [] },
        loaded: { suite, address: suite.module },
        settings: {
          env: runEnvironment(env, suite.passEnvironment),
          nodeFlags: evidence.plan.nodeFlags,
          timeoutMs: 60_000,
          signal: io.signal,
        },
        progress: { ...createProgress(io), note: (line) => void notes.push(line) },
        now: io.now,
        onLine: (line) => void lines.push(line),
      })
      const complete = { ...evidence, memoryProbe: lines }
      return { lines, notes, decision: decide(complete), record: toDecisionRecord(complete) }
    }
  },
)
