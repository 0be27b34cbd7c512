import { formatCount, formatPercent } from '../format.js'
import { clopperPearson } from './clopper-pearson.js'
import type { StudiedRule } from './studied-rules.js'
import { addTallies, type Tally } from './tally.js'

interface Cell {
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

const PAGE = 'docs/characteristics.md'

/** The error rates in one line, for the foot of a decision record: of fresh decisions, or of recorded noise as long as there are none. */
export function summaryLine(fresh: readonly Cell[], recorded: readonly Cell[]): string {
  if (fresh.length === 0) {
    return `Error rates of this rule on windows of recorded noise: ${facts(recorded, 'improvement-40', false)}. ${PAGE}`
  }
  return `Error rates of this rule, measured: ${facts(fresh, 'improvement-20', true)}. ${PAGE}`
}

function facts(cells: readonly Cell[], layer: StudiedRule, independent: boolean): string {
  const of = (change: number, rule: StudiedRule) =>
    addTallies(cells.filter((cell) => cell.change === change && cell.rule === rule).map(({ tally }) => tally))
  const shipped = [
    share('A/A accepted', of(0, layer), 'accepted', independent),
    share('10 % faster accepted', of(0.1, layer), 'accepted', false),
    share('12 % slower failed the gate', of(-0.12, 'gate'), 'rejected', false),
  ]
  const naive = share('naive rule accepted A/A', of(0, 'naive'), 'accepted', false)
  return [shipped.filter((part) => part !== undefined).join(', '), naive].filter((part) => part !== undefined).join('; ')
}

/** `A/A accepted 0 of 100 (≤ 3.6 %)`: the bound is the exact upper 95 % one. */
function share(what: string, tally: Tally | undefined, verdict: 'accepted' | 'rejected', bounded: boolean): string | undefined {
  if (tally === undefined) return undefined
  const bound = bounded ? ` (≤ ${formatPercent(clopperPearson(tally[verdict], tally.trials).upper)})` : ''
  return `${what} ${formatCount(tally[verdict])} of ${formatCount(tally.trials)}${bound}`
}
