import { EngineError } from '../errors.js'
import { compareAdjustments } from '../market/adjustments.js'
import { compareIds } from '../market/asset.js'
import { calendarFrom, sessionText } from '../market/calendar.js'
import type { AssetBars, BundleContent, CanonicalContent } from './content.js'
import { contentProblems } from './content-problems.js'
import { lowestTerms } from './split-ratio.js'

/**
 * Brings content, given in any order, into canonical order and checks it (see `contentProblems`).
 *
 * @throws {EngineError} `input-invalid` or `precision`: the first problem found
 */
export function canonicalContent(content: BundleContent): CanonicalContent {
  const calendar = calendarFrom(content.frequency, content.sessions)
  const bars = [...content.bars].sort((a, b) => compareIds(a.asset, b.asset)).map(sortedBySession)
  const adjustments = content.adjustments
    .map((adjustment) => lowestTerms(adjustment, content.scales.adjustment))
    .sort(compareAdjustments)
  const sessions = Array.from(calendar.times, (_, index) => sessionText(calendar, index))
  const canonical = { ...content, sessions, bars, adjustments, calendar }
  for (const problem of contentProblems(canonical)) {
    throw new EngineError(problem.code, `bundle ${content.name}: ${problem.message}`, {
      details: problem.details,
    })
  }
  return canonical
}

function sortedBySession(bars: AssetBars): AssetBars {
  if (bars.session.every((session, i) => i === 0 || session >= bars.session[i - 1]!)) return bars
  const order = Array.from(bars.session.keys()).sort((a, b) => bars.session[a]! - bars.session[b]!)
  const pick = (column: Float64Array) => Float64Array.from(order, (i) => column[i]!)
  return {
    ...bars,
    session: Int32Array.from(order, (i) => bars.session[i]!),
    open: pick(bars.open),
    high: pick(bars.high),
    low: pick(bars.low),
    close: pick(bars.close),
    volume: pick(bars.volume),
  }
}
