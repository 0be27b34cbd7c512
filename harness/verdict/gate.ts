import { EXIT, type ExitCode } from '../errors.js'
import type { Assessment } from './assess.js'

/** What the gate says to one workload under one stack. */
export interface CaseConclusion {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** Codes, at least one. */
  readonly reasons: readonly string[]
}

/**
 * What the gate says in all. `not-comparable`: nothing could be measured, or not so that it means
 * something.
 */
export type GateVerdict = CaseConclusion['verdict'] | 'not-equivalent' | 'not-comparable'

type RoundOutcome = Pick<Assessment, 'outcome' | 'reasons'>

/**
 * One workload, from a round and, where that failed, from an independent second one.
 *
 * Only a first round that passes is a pass, so that confirming never turns a slowdown green: the
 * probability to let one pass is that of a single round, while the probability to fail a change
 * without one is squared. Rounds that contradict each other decide nothing.
 *
 * @param second absent where none was made
 */
export function concludeCase(first: RoundOutcome, second?: RoundOutcome): CaseConclusion {
  if (first.outcome === 'accepted') return { verdict: 'pass', reasons: first.reasons }
  if (first.outcome !== 'rejected') return { verdict: 'inconclusive', reasons: reasonsOf(first) }
  if (second?.outcome === 'rejected') return { verdict: 'fail', reasons: second.reasons }
  return { verdict: 'inconclusive', reasons: ['not-confirmed', ...(second?.reasons ?? [])] }
}

/**
 * All cases. It starts from "not comparable" and passes only where every case does: one confirmed
 * failure fails, one doubt leaves doubt.
 *
 * @param cases all that were to be measured
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

function reasonsOf({ reasons }: RoundOutcome): readonly string[] {
  return reasons.length > 0 ? reasons : ['unfinished']
}
