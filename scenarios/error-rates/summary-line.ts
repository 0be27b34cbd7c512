import { formatCount, formatLimit, formatPercent } from '../../harness/text/format.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import { clopperPearson } from './clopper-pearson.js'
import { type RuleTally, totalOf } from './rule-tally.js'
import { STUDIED_THRESHOLD, type StudiedRule } from './studied-rules.js'
import type { Tally } from './tally.js'

const PAGE = 'docs/characteristics.md'
/** The line names these rules, since a record may have been decided by another rule. */
const RULES = `the default rules (${formatLimit(STUDIED_THRESHOLD)} faster, gate of ${formatLimit(GATE_LIMIT)})`

/**
 * The error rates in one line, for the foot of a decision record. They come from the fresh
 * decisions, from the earlier study while the new one lacks a cell of the line, or from recorded
 * noise.
 *
 * @param fresh cells of the study that goes on  @param earlier cells of the study before it
 */
export function summaryLine(
  fresh: readonly RuleTally[],
  earlier: readonly RuleTally[],
  recorded: readonly RuleTally[],
): string {
  const measured = isComplete(fresh) ? fresh : earlier
  if (measured.length > 0) {
    const facts = factsOf(measured, earlier, { layer: 'improvement-20', isIndependent: true })
    return `Error rates of ${RULES}, measured at smoke scale: ${facts}. ${PAGE}`
  }
  const facts = factsOf(recorded, recorded, { layer: 'improvement-40', isIndependent: false })
  return `Error rates of ${RULES} on overlapping windows of recorded noise: ${facts}. ${PAGE}`
}

/** Fewer decisions of a kind would not say anything. */
const FEWEST = 10

/** Whether there are enough decisions for every figure of the line. */
function isComplete(cells: readonly RuleTally[]): boolean {
  const needed = [
    [0, 'improvement-20'],
    [0.1, 'improvement-20'],
    [-0.12, 'gate-confirmed'],
  ] as const
  return needed.every(([change, rule]) => (totalOf(cells, change, rule)?.trials ?? 0) >= FEWEST)
}

interface LineKind {
  readonly layer: StudiedRule
  /** The decisions share no runs. */
  readonly isIndependent: boolean
}

function factsOf(
  cells: readonly RuleTally[],
  naiveCells: readonly RuleTally[],
  { layer, isIndependent }: LineKind,
): string {
  const shipped = [
    share('A/A accepted', totalOf(cells, 0, layer), 'accepted', isIndependent && 'upper'),
    share('10 % faster accepted', totalOf(cells, 0.1, layer), 'accepted', isIndependent && 'lower'),
    share(
      '12 % slower failed the gate of two rounds',
      totalOf(cells, -0.12, 'gate-confirmed'),
      'rejected',
      isIndependent && 'lower',
    ),
  ]
  const naive = share('naive rule accepted A/A', totalOf(naiveCells, 0, 'naive'), 'accepted', false)
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
