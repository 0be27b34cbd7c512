import { formatCount } from '../../harness/text/format.js'
import { type Combination, SHARES } from './combinations.js'
import { fillAt, type SpeedFill, type SpeedResult } from './speed-engine.js'

/**
 * What differs between the results of an engine and those of the limit loop; undefined if they are
 * equal to the last tick.
 *
 * @param results one per combination; may be fewer than the reference has
 * @returns the number of backtests that differ, and the first difference, in words
 */
export function differenceOf(
  results: readonly SpeedResult[],
  reference: readonly SpeedResult[],
  combinations: readonly Combination[],
): string | undefined {
  const differing = results.flatMap((result, i) => {
    const other = reference[i]
    const difference = other === undefined ? 'no reference' : firstDifference(result, other)
    return difference === undefined ? [] : [{ combination: combinations[i]!, difference }]
  })
  const [first] = differing
  if (first === undefined) return results.length === 0 ? 'it has no result' : undefined
  const { fast, slow } = first.combination
  return `${formatCount(differing.length)} of ${formatCount(results.length)} backtests differ from the limit loop, first fast ${fast}, slow ${slow}: ${first.difference}`
}

function firstDifference(result: SpeedResult, reference: SpeedResult): string | undefined {
  for (let index = 0; ; index++) {
    const [fill, other] = [fillAt(result.fills, index), fillAt(reference.fills, index)]
    if (fill === undefined && other === undefined) break
    if (fill !== undefined && other !== undefined && isSame(fill, other)) continue
    return `fill ${index + 1} is ${describe(fill)} instead of ${describe(other)}`
  }
  return result.equity === reference.equity
    ? undefined
    : `final equity is ${result.equity} ticks instead of ${reference.equity}`
}

function isSame(one: SpeedFill, other: SpeedFill): boolean {
  return (
    one.asset === other.asset &&
    one.bar === other.bar &&
    one.shares === other.shares &&
    one.ticks === other.ticks
  )
}

function describe(fill: SpeedFill | undefined): string {
  if (fill === undefined) return 'missing'
  const { asset, bar, shares, ticks } = fill
  const size = Math.abs(shares) === SHARES ? '' : `${Math.abs(shares)} shares, `
  return `${shares > 0 ? 'a buy' : 'a sale'} (${size}asset ${asset + 1}, bar ${bar + 1}, ${ticks} ticks)`
}
