import { formatCount, formatLimit, formatPercent } from '../../harness/text/format.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import { clopperPearson } from './clopper-pearson.js'
import { STUDIED_THRESHOLD, type StudiedRule } from './studied-rules.js'
import { addTallies, type Tally } from './tally.js'

interface Cell {
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

const PAGE = 'docs/characteristics.md'
/** The line names these rules, since a record may have been decided by another rule. */
const RULES = `the default rules (${formatLimit(STUDIED_THRESHOLD)} faster, gate of ${formatLimit(GATE_LIMIT)})`

/**
 * The error rates in one line, for the foot of a decision record. They come from fresh decisions
 * or, if there are none, from recorded noise.
 */
export function summaryLine(fresh: readonly Cell[], recorded: readonly Cell[]): string {
  if (fresh.length === 0) {
    return `Error rates of ${RULES} on overlapping windows of recorded noise: ${facts(recorded, 'improvement-40', false)}. ${PAGE}`
  }
  return `Error rates of ${RULES}, measured at smoke scale: ${facts(fresh, 'improvement-20', true)}. ${PAGE}`
}

function facts(cells: readonly Cell[], layer: StudiedRule, independent: boolean): string {
  const of = (change: number, rule: StudiedRule) =>
    addTallies(
      cells
        .filter((cell) => cell.change === change && cell.rule === rule)
        .map(({ tally }) => tally),
    )
  const shipped = [
    share('A/A accepted', of(0, layer), 'accepted', independent && 'upper'),
    share('10 % faster accepted', of(0.1, layer), 'accepted', independent && 'lower'),
    share('12 % slower failed the gate', of(-0.12, 'gate'), 'rejected', independent && 'lower'),
  ]
  const naive = share('naive rule accepted A/A', of(0, 'naive'), 'accepted', false)
  return [shipped.filter((part) => part !== undefined).join(', '), naive]
    .filter((part) => part !== undefined)
    .join('; ')
}

/**
 * `A/A accepted 0 of 100 (≤ 3.6 %)`: the bound in parentheses is the worse end of the exact 95 %
 * interval.
 */
function share(
  what: string,
  tally: Tally | undefined,
  verdict: 'accepted' | 'rejected',
  bounded: 'lower' | 'upper' | false,
): string | undefined {
  if (tally === undefined) return undefined
  const bound =
    bounded === false
      ? ''
      : ` (${bounded === 'upper' ? '≤' : '≥'} ${formatPercent(clopperPearson(tally[verdict], tally.trials)[bounded])})`
  return `${what} ${formatCount(tally[verdict])} of ${formatCount(tally.trials)}${bound}`
}
