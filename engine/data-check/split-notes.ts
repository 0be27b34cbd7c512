import { likelyRatio } from '../bundle/split-ratio.js'
import { type Adjustment, amountText, ratioOf } from '../market/adjustments.js'
import { type Calendar, lowerBound, sessionText } from '../market/calendar.js'
import { toDouble } from '../market/rational.js'
import type { AssetRows } from './asset-rows.js'
import type { DataNote } from './data-note.js'

/** Splits closer to 1:1 than this are not checked: a day's move could be as large. */
const SMALLEST_RATIO = 1.1

/** The largest ratio of whole numbers that is looked for where no split is recorded. */
const LARGEST_UNRECORDED = 20

/** How close a jump has to be to a whole ratio to look like a split. */
const NEAR = 0.05

/**
 * Compares each split with the move of the price from the last close before it to the first open,
 * and to the first close, from its session on. A split by r divides the price by r, so of three
 * explanations the nearest (by logarithm) counts: the price was divided by r, it was not, or it was
 * multiplied by r. One of the two moves has to be explained by the division. A price that did not
 * jump was usually adjusted already, and the split applied to it is applied twice.
 */
export function splitNotes(
  rows: AssetRows,
  adjustments: readonly Adjustment[],
  calendar: Calendar,
): DataNote[] {
  return splitsOf(rows.asset, adjustments).flatMap((split) => {
    const expected = Math.log(toDouble(ratioOf(split)))
    const move = moveAt(rows, split.session)
    if (move === undefined || Math.abs(expected) < Math.log(SMALLEST_RATIO)) return []
    const explanations = [move.log, move.logToClose].map((log) => explained(log, expected))
    if (explanations.includes('divided')) return []
    const inverted = explanations.includes('multiplied')
    const on = sessionText(calendar, split.session)
    const what = `${rows.asset} has a split of ${amountText(split)} on ${on}`
    const found = `${move.before} the close before and ${move.after} the open after`
    return [inverted ? invertedNote(rows, what, found) : unmovedNote(rows, what, found)]
  })
}

function explained(log: number, expected: number): 'divided' | 'unmoved' | 'multiplied' {
  const [divided, unmoved, multiplied] = [expected, 0, -expected].map((one) => Math.abs(log - one))
  if (divided! <= unmoved! && divided! <= multiplied!) return 'divided'
  return multiplied! < unmoved! ? 'multiplied' : 'unmoved'
}

function unmovedNote({ asset }: AssetRows, what: string, found: string): DataNote {
  return {
    code: 'split-without-jump',
    asset,
    message: `${what}, but no jump of the price (${found}): it looks adjusted already; leave the split out or give unadjusted prices`,
  }
}

function invertedNote({ asset }: AssetRows, what: string, found: string): DataNote {
  return {
    code: 'split-inverted',
    asset,
    message: `${what}, but the price moved the other way (${found}): the ratio looks inverted; it is new shares per old share`,
  }
}

/**
 * Splits whose decimal is surely a rounded fraction: bundles of older programs hold 0.333333333
 * where 1:3 was meant.
 */
export function roundedNotes(
  { asset }: AssetRows,
  adjustments: readonly Adjustment[],
  calendar: Calendar,
): DataNote[] {
  return splitsOf(asset, adjustments).flatMap(({ session, value, per }) => {
    const likely = per === undefined ? likelyRatio(value.toFixed()) : undefined
    if (!likely?.certain) return []
    const ratio = `${likely.ratio.numerator}:${likely.ratio.denominator}`
    const what = `${asset} has a split of ${value.toFixed()} on ${sessionText(calendar, session)}`
    const message = `${what}, which is ${ratio} rounded: positions and prices are off by the rest; write ${ratio} and ingest again`
    return [{ code: 'split-rounded', asset, message }]
  })
}

/**
 * Moves from a close to the next open by nearly a whole ratio from 2 to 20, up or down, in a
 * session without a split.
 */
export function jumpNotes(
  rows: AssetRows,
  adjustments: readonly Adjustment[],
  calendar: Calendar,
): DataNote[] {
  const recorded = new Set(splitsOf(rows.asset, adjustments).map(({ session }) => session))
  const notes: DataNote[] = []
  for (let row = 1; row < rows.session.length; row++) {
    const session = rows.session[row]!
    const move = moveAt(rows, session)
    if (move === undefined || recorded.has(session)) continue
    const whole = Math.round(Math.exp(Math.abs(move.log)))
    const off = Math.abs(Math.abs(move.log) - Math.log(whole))
    if (whole < 2 || whole > LARGEST_UNRECORDED || off > NEAR) continue
    const ratio = move.log > 0 ? `${whole}` : `1:${whole}`
    notes.push({
      code: 'jump-without-split',
      asset: rows.asset,
      message: `${rows.asset} goes from ${move.before} to ${move.after} on ${sessionText(calendar, session)} without a split: it looks like one of ${ratio}; give it with --adjustments`,
    })
  }
  return notes
}

function splitsOf(asset: string, adjustments: readonly Adjustment[]): Adjustment[] {
  return adjustments.filter((one) => one.asset === asset && one.kind === 'split')
}

interface Move {
  readonly before: number
  readonly after: number
  /** Of before ÷ after: positive where the price fell. */
  readonly log: number
  /** The same to the close of that bar. */
  readonly logToClose: number
}

/** The move into a session; undefined where there is no bar before it or from it on. */
function moveAt({ session, open, close, power }: AssetRows, at: number): Move | undefined {
  const row = lowerBound(session, at)
  if (row === 0 || row === session.length) return undefined
  const before = close[row - 1]! / power
  const after = open[row]! / power
  return {
    before,
    after,
    log: Math.log(before / after),
    logToClose: Math.log(before / (close[row]! / power)),
  }
}
