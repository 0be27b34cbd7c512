import { EXIT, type ExitCode } from '../errors.js'
import type { Assessment } from './assess.js'
import { WORKLOAD_REASONS, type WorkloadReason } from './reasons.js'

/** Reasons of a gate in which executions decide, too. */
export const WORK_REASONS = ['added-work', 'work-not-exact'] as const
export type WorkReason = (typeof WORK_REASONS)[number]

export const GATE_REASONS = [
  ...WORKLOAD_REASONS,
  'not-confirmed',
  'unfinished',
  ...WORK_REASONS,
] as const
export type GateReason = WorkloadReason | 'not-confirmed' | 'unfinished' | WorkReason

/** The verdict on one workload under one stack. */
export interface CaseConclusion {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** At least one. */
  readonly reasons: readonly GateReason[]
}

/** The verdict on all cases. `not-comparable`: nothing was measured that could be compared. */
export type GateVerdict = CaseConclusion['verdict'] | 'not-equivalent' | 'not-comparable'

type RoundOutcome = Pick<Assessment, 'outcome' | 'reasons'>

/**
 * The verdict on one workload. If the first round fails, a second, independent round is made.
 *
 * Only the first round can pass a case, so a second round never lets a slowdown pass. A slowdown
 * passes with the probability of a single round, while an unchanged version fails with the square
 * of that probability. Two rounds that contradict each other are inconclusive.
 *
 * @param second absent if only one round was made
 */
export function concludeCase(first: RoundOutcome, second?: RoundOutcome): CaseConclusion {
  if (first.outcome === 'accepted') return { verdict: 'pass', reasons: first.reasons }
  if (first.outcome !== 'rejected') return { verdict: 'inconclusive', reasons: reasonsOf(first) }
  if (second?.outcome === 'rejected') return { verdict: 'fail', reasons: second.reasons }
  return { verdict: 'inconclusive', reasons: ['not-confirmed', ...(second?.reasons ?? [])] }
}

/**
 * The verdict on all cases. One confirmed failure makes it `fail`; otherwise one inconclusive case
 * makes it `inconclusive`. Without any case, nothing could be compared.
 *
 * @param cases all that were planned
 */
export function concludeGate(cases: readonly CaseConclusion[]): GateVerdict {
  if (cases.length === 0) return 'not-comparable'
  if (cases.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return cases.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive'
}

const EXIT_CODES: Readonly<Record<GateVerdict, ExitCode>> = {
  pass: EXIT.done,
  fail: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  'not-equivalent': EXIT.notEquivalent,
  'not-comparable': EXIT.invalid,
}

/** The exit code of a verdict. */
export function gateExitCode(verdict: GateVerdict): ExitCode {
  return EXIT_CODES[verdict]
}

function reasonsOf({ reasons }: RoundOutcome): readonly GateReason[] {
  return reasons.length > 0 ? reasons : ['unfinished']
}
