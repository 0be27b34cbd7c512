import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RunSlot } from '../../../harness/contract.js'
import { measurePairs } from '../../../harness/evaluation/measure-pairs.js'
import type { EvaluationPlan, Evidence } from '../../../harness/evidence/evidence.js'
import type { JournalLine } from '../../../harness/evidence/run-record.js'
import { forkRun } from '../../../harness/measurement/fork-run.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createProgress } from '../../../harness/progress.js'
import { roundsOf } from '../../../harness/verdict/rounds.js'
import { withHogs } from '../../../scenarios/error-rates/hogs.js'
import { createIo, kernelSlot, kernelSuite } from '../../fixtures/bench.js'
import { planWith, simulateRuns } from '../verdict/simulated-evidence.js'

const plan: EvaluationPlan = planWith({
  workloads: [
    {
      id: 'spin',
      title: 'integer turns',
      content: '1 spin',
      role: 'target',
      warmup: 0,
      iterations: 1,
    },
  ],
  stacks: { baseline: [], incumbent: [], candidate: ['faster'] },
  scale: 'smoke',
})

const slot: RunSlot = {
  ...kernelSlot,
  seed: plan.seed,
  warmup: 0,
  iterations: 1,
}

const settings = () => ({
  env: runEnvironment(process.env),
  nodeFlags: nodeFlagsFor('cpu'),
  timeoutMs: 60_000,
  signal: createIo().io.signal,
})

async function answerOf(change: Partial<RunSlot>) {
  const result = await forkRun({ ...slot, ...change }, settings())
  if (result.kind !== 'answered') throw new Error(result.error)
  return { ...result.message, host: result.host }
}

/** Real pairs after those given, until so many count. */
async function continueWith(
  runs: readonly JournalLine[],
  wanted: number,
  equivalence: Evidence['equivalence'],
) {
  const { io } = createIo()
  const made: JournalLine[] = []
  await measurePairs({
    plan,
    equivalence,
    runs,
    open: (journal) => (roundsOf(journal, plan, 'spin').length < wanted ? ['spin'] : []),
    onLine: (line) => void made.push(line),
    loaded: { suite: kernelSuite, address: kernelSuite.module },
    settings: settings(),
    progress: createProgress(io),
    now: io.now,
  })
  return made
}

describe('a voided pair', () => {
  it('is repeated as a whole, under a new number', async () => {
    const verified = await answerOf({ mode: 'verify' })
    if (verified.kind !== 'verified') throw new Error('not verified')
    const { digest } = verified
    const simulated = simulateRuns(
      { seed: 1, pairs: 3, improvement: { spin: 0.6 }, noise: 0.01 },
      plan,
    )
    const runs = simulated.map((run) =>
      run.pair === 2 && run.arm === 'baseline'
        ? { ...run, digest, stealShare: 0.07, voided: 'steal 7 %' }
        : { ...run, digest },
    )
    const digests = plan.arms.map((arm) => ({ workload: 'spin', seed: plan.seed, arm, digest }))
    const made = await continueWith(runs, 3, { kind: 'equal', digests })
    expect(made.length % 2).toBe(0)
    expect(made.slice(0, 2).map(({ pair }) => pair)).toEqual([4, 4])
    expect(new Set(made.slice(0, 2).map(({ arm }) => arm))).toEqual(new Set(plan.arms))
    expect(roundsOf([...runs, ...made], plan, 'spin').map(({ pair }) => pair)).not.toContain(2)
  })
})

// A host that does not report its load has none to record.
describe.skipIf(!existsSync('/proc/stat'))('what runs beside a measurement', () => {
  it('is recorded as foreign load', async () => {
    const answer = await withHogs(2, () => answerOf({ iterations: 400 }))
    if (answer.kind !== 'measured') throw new Error('not measured')
    expect(answer.host.foreignLoad).toBeGreaterThan(0.5)
    expect(answer.ownCpuMs).toBeGreaterThan(answer.measurement.cpuMs)
  })
})
