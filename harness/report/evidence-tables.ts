import type { DecisionModel } from '../record/decision-markdown.js'
import { type Html, inlineHtml } from './html.js'
import { type HtmlTable, tableOf } from './html-table.js'

/** The tables of the decision's markdown, without empty ones. */
export function evidenceTables(decision: DecisionModel): HtmlTable[] {
  return [resultTable(decision), lookTable(decision), testTable(decision)].filter(
    ({ rows }) => rows.length > 0,
  )
}

function resultTable({ rows, metric, hasIncumbent, hasBoth }: DecisionModel): HtmlTable {
  return markdownTable(
    `Evidence: ${metric} time per iteration, mean ± standard deviation over n processes`,
    rows,
    {
      workload: ({ workload }) => workload,
      role: ({ role }) => role,
      '#n': ({ pairs }) => pairs,
      '#baseline': ({ baseline }) => baseline,
      ...(hasIncumbent && {
        '#incumbent': ({ incumbent }: DecisionModel['rows'][number]) => incumbent,
      }),
      '#candidate': ({ candidate }) => candidate,
      '#improvement [95 %, single look]': ({ improvement }) => belowEachOther(improvement),
      '#p': ({ p }) => p,
      ...(hasBoth && {
        '#against the pure baseline [95 %, single look]': ({
          overall,
        }: DecisionModel['rows'][number]) => belowEachOther(overall),
        '#its p': ({ overallP }: DecisionModel['rows'][number]) => overallP,
      }),
      '#wall [95 %, single look]': ({ wall }) => belowEachOther(wall),
      'peak memory': ({ memory }) => memory,
      'hit rate': ({ hitRate }) => hitRate,
      'noise per pair': ({ noise }) => noise,
    },
  )
}

function lookTable({ looks }: DecisionModel): HtmlTable {
  return markdownTable('Sequential looks', looks, {
    workload: ({ workload }) => workload,
    '#pairs': ({ pairs }) => pairs,
    '#estimate': ({ estimate }) => estimate,
    '#bounds at this look': ({ bounds }) => bounds,
    outcome: ({ outcome }) => outcome,
  })
}

function testTable({ tests }: DecisionModel): HtmlTable {
  return markdownTable('Ordinary t-tests, for reference only; not used for the verdict', tests, {
    workload: ({ workload }) => workload,
    'candidate against': ({ against }) => against,
    '#95 % CI of its mean': ({ other }) => other,
    "#95 % CI of the candidate's mean": ({ candidate }) => candidate,
    '#95 % CI of the difference': ({ difference }) => difference,
    '#Welch t-test': ({ welch }) => welch,
    '#paired t-test': ({ paired }) => paired,
  })
}

/** A table in which each cell is one line of markdown. */
function markdownTable<Entry>(
  caption: string,
  entries: readonly Entry[],
  columns: Readonly<Record<string, (entry: Entry) => string>>,
): HtmlTable {
  const toHtml =
    (cell: (entry: Entry) => string) =>
    (entry: Entry): Html =>
      inlineHtml(cell(entry))
  return tableOf(
    caption,
    entries,
    Object.fromEntries(Object.entries(columns).map(([head, cell]) => [head, toHtml(cell)])),
  )
}

/** Moves an interval below its estimate, in markdown or HTML, so that the table fits a page. */
export function belowEachOther(cell: string): string {
  return cell.replace(' [', '<br>[')
}
