import type { Calendar } from '../market/calendar.js'
import { sessionText } from '../market/calendar.js'
import type { BacktestResult, SessionText } from '../simulation/result.js'
import { lastBarAt, type RecordedRun, sessionOf } from './recorded-run.js'

/** The first thing that two runs did differently. */
export interface RunDifference {
  /** `failure`: the strategy threw an error with the shorter data only. */
  readonly kind: 'decision' | 'fill' | 'equity' | 'failure'
  /** The session of the difference; absent if the strategy failed before the first one. */
  readonly session?: SessionText
  /** What the run on all data did. */
  readonly full: string
  /** What the other run did. */
  readonly other: string
}

/**
 * Compares a run with the one on all data, up to and including a moment: first the strategy's
 * calls, then, if the other run came to its end, fills and the equity of each session.
 *
 * @param full  a run that did not fail
 * @param last  the last moment compared (see `momentOf`)
 * @returns undefined if both did the same
 */
export function firstDifference(
  full: RecordedRun,
  other: RecordedRun,
  last: number,
  calendar: Calendar,
): RunDifference | undefined {
  const { failure, result } = other
  const failedAt = failure?.moment ?? Number.POSITIVE_INFINITY
  const decision = decisionDifference(full, other, Math.min(last, failedAt - 1), calendar)
  if (decision !== undefined) return decision
  if (failure !== undefined && failedAt <= last)
    return {
      kind: 'failure',
      ...(failedAt >= 0 && { session: sessionText(calendar, sessionOf(failedAt)) }),
      full: 'no error',
      other: `the error: ${failure.message}`,
    }
  if (result === undefined) return undefined
  const lastBar = sessionText(calendar, lastBarAt(last))
  return (
    fillDifference(full.result!, result, lastBar) ?? equityDifference(full.result!, result, lastBar)
  )
}

function decisionDifference(
  { decisions: full }: RecordedRun,
  { decisions: other }: RecordedRun,
  upTo: number,
  calendar: Calendar,
): RunDifference | undefined {
  for (let i = 0; ; i++) {
    const ours = at(full.moments, i, upTo)
    const theirs = at(other.moments, i, upTo)
    const moment = Math.min(ours, theirs)
    if (moment === Number.POSITIVE_INFINITY) return undefined
    if (ours === theirs && full.texts[i] === other.texts[i]) continue
    return {
      kind: 'decision',
      session: sessionText(calendar, sessionOf(moment)),
      full: ours === moment ? full.texts[i]! : NO_CALL,
      other: theirs === moment ? other.texts[i]! : NO_CALL,
    }
  }
}

const NO_CALL = 'nothing'

/** The moment of a call; infinity if there is none up to the last moment compared. */
function at(moments: readonly number[], i: number, upTo: number): number {
  const moment = moments[i]
  return moment !== undefined && moment <= upTo ? moment : Number.POSITIVE_INFINITY
}

function fillDifference(
  full: BacktestResult,
  other: BacktestResult,
  last: SessionText,
): RunDifference | undefined {
  const [compared, made] = [full, other].map(({ fills }) =>
    fills.filter(({ date }) => date <= last),
  )
  for (let i = 0; i < Math.max(compared!.length, made!.length); i++) {
    const [ours, theirs] = [compared![i], made![i]]
    if (JSON.stringify(ours) === JSON.stringify(theirs)) continue
    const session = [ours?.date, theirs?.date].filter((date) => date !== undefined).sort()[0]!
    return { kind: 'fill', session, full: fillText(ours), other: fillText(theirs) }
  }
  return undefined
}

function fillText(fill: BacktestResult['fills'][number] | undefined): string {
  return fill === undefined ? 'no fill' : `${fill.shares} ${fill.asset} at ${fill.price}`
}

/** Days in which only one of the runs ends are not compared: the cut may be inside a day. */
function equityDifference(
  full: BacktestResult,
  other: BacktestResult,
  last: SessionText,
): RunDifference | undefined {
  const { dates, equity } = other.equityCurve
  const expected = new Map(full.equityCurve.dates.map((date, i) => [date, i]))
  for (const [i, session] of dates.entries()) {
    const k = expected.get(session)
    if (k === undefined || session > last) continue
    const [ours, theirs] = [full.equityCurve.equity[k]!, equity[i]!]
    if (ours !== theirs) return { kind: 'equity', session, full: ours, other: theirs }
  }
  return undefined
}
