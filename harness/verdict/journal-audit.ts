import type { Arm, PairDesign } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { designOf } from '../evidence/pair-design.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { armOrder, POSITIONS, probeOrder } from '../measurement/schedule.js'
import { ruleOf } from './criteria.js'

type Line = JournalLine | ProbeLine

const RUNS = 'runs.jsonl'

/** A journal, and the order its plan prescribes. */
interface Audited {
  readonly name: string
  readonly plan: EvaluationPlan
  readonly lines: readonly Line[]
  readonly orderOf: (workload: string, pair: number) => readonly Arm[]
  /** No run started before this, ISO time. */
  readonly notBefore: string
}

/**
 * Checks that runs were made as planned: only planned workloads and arms, consecutive pairs, each
 * in the order of the seed and with the planned number of iterations, at times that never go back.
 * Evidence of version 1 is not checked, because its plan did not promise it.
 *
 * @throws {InvalidEvidenceError} a line of a journal contradicts the plan; names the line
 */
export function refuseUnplannedRuns(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  probe: readonly ProbeLine[] = [],
): void {
  if (plan.schema === 'assay/plan@1') return
  audit({
    name: RUNS,
    plan,
    lines: runs,
    orderOf: (workload, pair) => armOrder(plan.seed, workload, pair, plan.arms),
    notBefore: plan.createdAt,
  })
  audit({
    name: 'memory-probe.jsonl',
    plan,
    lines: probe,
    orderOf: (workload, pair) =>
      probeOrder(plan.seed, workload, pair, ruleOf(plan, workload).against),
    notBefore: runs.at(-1)?.startedAt ?? plan.createdAt,
  })
}

function audit(audited: Audited): void {
  const { name, lines } = audited
  const done = new Map<string, number>()
  let pair: Line[] = []
  for (const [index, line] of lines.entries()) {
    if (!isOfPair(line, pair[0])) pair = []
    const problem =
      unplanned(audited, line) ??
      outOfOrder(audited, line, pair, done) ??
      elsewhere(audited, line, pair) ??
      early(audited, index)
    if (problem !== undefined)
      throw new InvalidEvidenceError(
        `${name}: the run in line ${index + 1} (${line.workload}, pair ${line.pair}, ${line.arm}) ${problem}; restore the file or evaluate again`,
      )
    pair = [...pair, line]
    done.set(line.workload, line.pair)
  }
}

function isOfPair(line: Line, first: Line | undefined): boolean {
  return first?.workload === line.workload && first.pair === line.pair
}

/** Whether a run started before the one above it, or before its plan was made. */
function early({ lines, notBefore }: Audited, index: number): string | undefined {
  const { startedAt } = lines[index]!
  const [before, what] =
    index === 0 ? [notBefore, 'what it follows'] : [lines[index - 1]!.startedAt, 'the run above it']
  return Date.parse(startedAt) < Date.parse(before)
    ? `started at ${startedAt}, before ${what} (${before})`
    : undefined
}

/** Whether a run is not in the plan, or longer or shorter than planned. */
function unplanned({ plan }: Audited, line: Line): string | undefined {
  const workload = plan.workloads.find(({ id }) => id === line.workload)
  if (workload === undefined) return 'is of a workload that is not planned'
  if ('error' in line) return undefined
  const { warmup = line.warmup, iterations = line.iterations } = workload
  if (line.warmup !== warmup || line.iterations !== iterations)
    return `has ${line.warmup} + ${line.iterations} iterations instead of the planned ${warmup} + ${iterations}`
  const passes = 'passCpuMs' in line ? line.passCpuMs?.length : undefined
  if (passes !== undefined && passes !== line.warmup + line.iterations)
    return `has the CPU of ${passes} iterations instead of ${line.warmup} + ${line.iterations}`
  if ('samplesMs' in line && line.samplesMs.length !== line.iterations)
    return `has ${line.samplesMs.length} samples of ${line.iterations} iterations`
  return undefined
}

/**
 * Whether a run is not the next one. A pair may be incomplete: an interruption ends it, and so does
 * a run that failed.
 *
 * @param pair the runs of the same pair before it
 * @param done the last pair of each workload
 */
function outOfOrder(
  { plan, orderOf }: Audited,
  line: Line,
  pair: readonly Line[],
  done: ReadonlyMap<string, number>,
): string | undefined {
  const last = done.get(line.workload) ?? 0
  const expected = pair.length === 0 ? last + 1 : last
  if (line.pair !== expected) return `follows pair ${last}, so pair ${expected} is due`
  // Of arms that run together, any may fail, and the others have no line.
  if (designFor(plan, line) !== 'adjacent' && [...pair, line].every(isFailed)) return undefined
  if (pair.some(isFailed)) return 'follows a failed run, which ends its pair'
  const arm = orderOf(line.workload, line.pair)[pair.length]
  if (line.arm !== arm)
    return arm === undefined
      ? 'is one more than its pair has'
      : `is not in the order of the seed: the ${arm} is due`
  if ('position' in line && line.position !== POSITIONS[pair.length])
    return `is marked as ${line.position}, but is the ${POSITIONS[pair.length]} of its pair`
  return undefined
}

function designFor({ workloads }: EvaluationPlan, { workload }: Line): PairDesign {
  return designOf(workloads.find(({ id }) => id === workload) ?? {})
}

/** Whether a run was not bound to the CPU of its pair, or bound although its pair is adjacent. */
function elsewhere({ name, plan }: Audited, line: Line, pair: readonly Line[]): string | undefined {
  if (name !== RUNS || 'error' in line) return undefined
  const core = 'core' in line ? line.core : undefined
  const design = designFor(plan, line)
  if (design === 'adjacent' && core !== undefined) return 'is bound to a CPU, but its pair is not'
  if (design === 'co-scheduled' && core === undefined)
    return 'is not bound to a CPU, although its pair is co-scheduled'
  const first = pair.find((one): one is RunRecord => !('error' in one))
  if (first !== undefined && first.core !== core) return 'ran on another CPU than its pair'
  return undefined
}

function isFailed(line: Line): boolean {
  return 'error' in line
}
