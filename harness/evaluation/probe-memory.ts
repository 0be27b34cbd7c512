import type { RunSlot } from '../contract.js'
import type { Evidence, PlannedWorkload } from '../evidence/evidence.js'
import { designOf } from '../evidence/pair-design.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import { type EndedSlot, forkPair } from '../measurement/fork-pair.js'
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

/**
 * Makes one pair, and ends early if a run fails. The processes run at the same time, because that
 * does not change their peaks, unless the workload itself keeps several threads busy.
 */
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
  const order = probeOrder(plan.seed, workload.id, pair, against)
  const slots = order.map((arm, index) => ({
    ...slotOf({ plan, loaded: request.loaded }, workload, arm),
    mode: 'probe' as const,
    pair,
    position: index,
  }))
  const { settings } = request
  const probeSettings = { ...settings, nodeFlags: probeFlagsFor(settings.nodeFlags) }
  await forkPair(slots, probeSettings, {
    design: designOf(workload) === 'adjacent' ? 'adjacent' : 'co-scheduled',
    onStart: () => startOf(request, lines),
    onEnd: (run) => {
      const line = lineOf(slots[run.index]!, run)
      request.onLine(line)
      lines.push(line)
      if (!('error' in line)) return true
      request.progress.note(`${workload.id} memory probe ${line.arm} failed: ${line.error}`)
      return false
    },
  })
}

/** The start of the next run, never before that of the run before it. */
function startOf({ evidence, now }: ProbeRequest, lines: readonly ProbeLine[]): string {
  const { runs, plan } = evidence
  return notBefore(lines.at(-1)?.startedAt ?? runs.at(-1)?.startedAt ?? plan.createdAt, now())
}

/** The line of the journal about a run of the probe. */
function lineOf(
  { workload, pair, arm }: RunSlot,
  { index, startedAt, result }: EndedSlot,
): ProbeLine {
  const identity = { workload, pair, arm, startedAt }
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
