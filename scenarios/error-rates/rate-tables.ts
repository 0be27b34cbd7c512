import { formatCount, formatNumber, formatPercent } from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import { describeChange } from './change-text.js'
import { clopperPearson } from './clopper-pearson.js'
import { type RuleTally, totalOf } from './rule-tally.js'
import type { StudiedRule } from './studied-rules.js'
import type { Tally } from './tally.js'

/** The table of true change × rule, for the rule for layers, the gate, and the naive rule. */
export function shareTable(
  cells: readonly RuleTally[],
  changes: readonly number[],
  layer: StudiedRule,
  bounded: boolean,
): string {
  const present = changes.filter((change) => totalOf(cells, change, layer) !== undefined)
  return markdownTable(
    [
      'true change',
      'decisions',
      'accepted',
      'rejected',
      'inconclusive',
      'mean (median) pairs',
      'gate failed',
      'gate passed',
      'gate inconclusive',
      'mean (median) pairs',
      'naive rule accepted',
      'naive gate failed',
    ],
    present.map((change) => {
      const improvement = totalOf(cells, change, layer)
      const gate = totalOf(cells, change, 'gate')
      return [
        describeChange(change),
        formatCount(improvement?.trials ?? 0),
        shareText(improvement, 'accepted', bounded),
        shareText(improvement, 'rejected', false),
        openText(improvement),
        pairsText(improvement),
        shareText(gate, 'rejected', bounded),
        shareText(gate, 'accepted', false),
        openText(gate),
        pairsText(gate),
        shareText(totalOf(cells, change, 'naive'), 'accepted', bounded),
        shareText(totalOf(cells, change, 'naive-gate'), 'rejected', bounded),
      ]
    }),
  )
}

/** The gates of one round and of two, with limits of 10 and 5 %. */
export function gateTable(cells: readonly RuleTally[], bounded: boolean): string {
  const changes = [...new Set(cells.map(({ change }) => change))]
  const present = changes.filter((change) => totalOf(cells, change, 'gate-confirmed') !== undefined)
  if (present.length === 0) return ''
  const failed = (change: number, rule: StudiedRule) => {
    const tally = totalOf(cells, change, rule)
    return tally === undefined
      ? '—'
      : `${shareText(tally, 'rejected', bounded)}, ${formatCount(tally.rejected)} of ${formatCount(tally.trials)}`
  }
  return markdownTable(
    [
      'true change',
      'gate of 10 % failed: one round',
      'two rounds',
      'gate of 5 % failed: one round',
      'two rounds',
    ],
    present.map((change) => [
      describeChange(change),
      failed(change, 'gate'),
      failed(change, 'gate-confirmed'),
      failed(change, 'gate-5'),
      failed(change, 'gate-5-confirmed'),
    ]),
  )
}

/** `14.0 % [8.0, 22.2]`: a share with its interval. */
export function shareText(
  tally: Tally | undefined,
  verdict: 'accepted' | 'rejected',
  bounded: boolean,
): string {
  if (tally === undefined) return '—'
  const share = formatPercent(tally[verdict] / tally.trials)
  if (!bounded) return share
  const { lower, upper } = clopperPearson(tally[verdict], tally.trials)
  return `${share} [${formatNumber(100 * lower)}, ${formatNumber(100 * upper)}]`
}

/**
 * The inconclusive share, followed by the share in which the runs ended before the rule decided.
 */
export function openText(tally: Tally | undefined): string {
  if (tally === undefined) return '—'
  const undecided =
    tally.undecided === 0 ? '' : ` (and ${formatPercent(tally.undecided / tally.trials)} undecided)`
  return `${formatPercent(tally.inconclusive / tally.trials)}${undecided}`
}

/** `12.3 (10)`: mean and median of the pairs. */
export function pairsText(tally: Tally | undefined): string {
  return tally === undefined
    ? '—'
    : `${formatNumber(tally.meanPairs)} (${formatNumber(tally.medianPairs, 0)})`
}
