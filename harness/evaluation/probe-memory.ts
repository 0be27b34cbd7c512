import type { Arm } from '../contract.js'
import type { EvaluationPlan, Evidence, PlannedWorkload } from '../evidence/evidence.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import { forkRun } from '../measurement/fork-run.js'
import { slotOf } from '../measurement/measure-pair.js'
import { probeFlagsFor } from '../measurement/run-environment.js'
import { nextPair, notBefore, probeOrder } from '../measurement/schedule.js'
import { ruleOf } from '../verdict/criteria.js'
import { workloadsToProbe } from '../verdict/decide.js'
import { PROBE_PAIRS, probePairs } from '../verdict/memory-probe.js'
import type { PhaseSetting } from './phase-setting.js'

export interface ProbeRequest extends PhaseSetting {
  /** Evidence of a finished measuring phase, including the runs of an interrupted probe. */
  readonly evidence: Evidence
  readonly now: () => Date
  /** Called after each run and before the next, to write the journal. */
  readonly onLine: (line: ProbeLine) => void
}

/**
 * Probes the peak memory of workloads whose measured runs leave it undecided, by five pairs of
 * fresh processes in seeded order. They run on a single thread and are as long as the measured
 * runs. Their heap grows by fixed steps and is collected before each iteration, so that the peak
 * is nearly constant. A layer that is rejected anyway is not probed.
 *
 * A failed run is recorded, and its pair is repeated once. After a second failure, memory stays
 * undecided.
 *
 * @throws the reason of the signal, if the user stopped the probe; finished runs are kept
 */
export async function probeMemory(request: ProbeRequest): Promise<void> {
  const { plan, memoryProbe = [] } = request.evidence
  const lines = [...memoryProbe]
  for (;;) {
    const next = workloadsToProbe({ ...request.evidence, memoryProbe: lines })[0]
    const workload = plan.workloads.find(({ id }) => id === next)
    if (workload === undefined) return
    await probePair(request, workload, lines)
  }
}

/** Makes one pair, and ends early if a run fails. */
async function probePair(
  request: ProbeRequest,
  workload: PlannedWorkload,
  lines: ProbeLine[],
): Promise<void> {
  const { plan } = request.evidence
  const { against } = ruleOf(plan, workload.id)
  const done = probePairs(lines, workload.id, against).length
  request.progress.phase(`probing memory: ${workload.id}, pair ${done + 1} of ${PROBE_PAIRS}`)
  const pair = nextPair(lines, workload.id)
  const { runs } = request.evidence
  for (const [index, arm] of probeOrder(plan.seed, workload.id, pair, against).entries()) {
    const before = lines.at(-1)?.startedAt ?? runs.at(-1)?.startedAt ?? plan.createdAt
    const startedAt = notBefore(before, request.now())
    const line = await probeRun(request, plan, { workload, pair, arm, index, startedAt })
    request.onLine(line)
    lines.push(line)
    if ('error' in line) {
      request.progress.note(`${workload.id} memory probe ${arm} failed: ${line.error}`)
      return
    }
  }
}

/** A run of the probe that is due. */
interface DueRun {
  readonly workload: PlannedWorkload
  readonly pair: number
  readonly arm: Arm
  readonly index: number
  readonly startedAt: string
}

async function probeRun(
  { loaded, settings }: ProbeRequest,
  plan: EvaluationPlan,
  { workload, pair, arm, index, startedAt }: DueRun,
): Promise<ProbeLine> {
  const identity = { workload: workload.id, pair, arm, startedAt }
  const result = await forkRun(
    { ...slotOf({ plan, loaded }, workload, arm), mode: 'probe', pair, position: index },
    { ...settings, nodeFlags: probeFlagsFor(settings.nodeFlags) },
  )
  if (result.kind === 'failed') return { ...identity, error: result.error }
  const run = result.message.kind === 'measured' ? result.message.measurement : undefined
  if (run?.peakRssBytes === undefined)
    return { ...identity, error: 'answered without a peak of memory' }
  const { peakRssBytes, heapBytes, digest, warmup, iterations } = run
  return {
    ...identity,
    position: index === 0 ? 'first' : 'second',
    warmup,
    iterations,
    peakRssBytes,
    heapBytes,
    digest,
  }
}
