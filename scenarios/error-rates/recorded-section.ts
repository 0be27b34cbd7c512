import { escapeMarkdown } from '../../harness/text/escape-markdown.js'
import { formatCount, formatCounted, formatPercent } from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import { describeChange } from './change-text.js'
import type { Characteristics } from './characteristics.js'
import { clopperPearson } from './clopper-pearson.js'
import { gateTable, openText, pairsText, shareTable, shareText } from './rate-tables.js'
import { RECORDED_CHANGES } from './recorded-study.js'
import { type RuleTally, totalOf } from './rule-tally.js'
import type { StudiedRule } from './studied-rules.js'

const FIRST_LOOK = 10

/** The section about the recordings, with the table over all of them and a table per pool. */
export function recordedSection({ recorded }: Characteristics): string[] {
  const pools = [...new Set(recorded.cells.map(({ recording, pool }) => `${recording}, ${pool}`))]
  return [
    `Windows of consecutive pairs of identical code, ${formatCount(recorded.trials)} per pool and true change. A seeded coin swaps the labels within a pair, and the times of one arm are multiplied. The naive rule uses every twenty consecutive processes. The rule for layers decides after 10, 20, 30 or 40 pairs, at smoke scale after 10 or 20; the gate after 10, 20 or 30. Windows overlap and are not independent trials, so their shares have no interval. ${disjointText(recorded)}`,
    markdownTable(
      ['recording', 'pools', 'runs', 'in this repository', 'SHA-256'],
      recorded.recordings.map(({ name, sha256, path, pools: each }) => [
        `\`${name.replaceAll('|', '\\|')}\``,
        each
          .map(({ pool, pairs }) => `${escapeMarkdown(pool)} (${formatCounted(pairs, 'pair')})`)
          .join(', '),
        formatCount(each.reduce((sum, { runs }) => sum + runs, 0)),
        path === undefined ? 'no' : `[yes](../${path})`,
        `\`${sha256}\``,
      ]),
    ),
    shareTable(recorded.cells, RECORDED_CHANGES, 'improvement-40', false),
    'The gates of one round and of two; the second round is the window that begins half a recording later:',
    gateTable(recorded.cells, false),
    '`compare --fail-on-regression 10%` on unpaired values: ten processes of the old code, then ten of the new, as the naive rule has them:',
    unpairedTable(recorded.cells),
    'The rule of smoke scale, which ends at 20 pairs:',
    layerTable(recorded.cells, RECORDED_CHANGES, 'improvement-20'),
    '### By pool',
    markdownTable(
      [
        'pool',
        'true change',
        'accepted',
        'gate failed',
        'naive rule accepted',
        'naive gate failed',
      ],
      pools.flatMap((pool) => {
        const members = recorded.cells.filter((cell) => `${cell.recording}, ${cell.pool}` === pool)
        return RECORDED_CHANGES.map((change) => [
          escapeMarkdown(pool),
          describeChange(change),
          ...poolShares(members, change),
        ])
      }),
    ),
  ]
}

/** The rule of `compare` for unpaired values beside the naive gate. */
function unpairedTable(cells: readonly RuleTally[]): string {
  return markdownTable(
    ['true change', 'compare failed', 'passed', 'inconclusive', 'naive gate failed'],
    RECORDED_CHANGES.map((change) => {
      const compared = totalOf(cells, change, 'compare-gate')
      return [
        describeChange(change),
        shareText(compared, 'rejected', false),
        shareText(compared, 'accepted', false),
        openText(compared),
        shareText(totalOf(cells, change, 'naive-gate'), 'rejected', false),
      ]
    }),
  )
}

/** The number of windows without common runs, and the error rate that they cannot rule out. */
function disjointText({ recordings }: Characteristics['recorded']): string {
  const windows = recordings
    .flatMap(({ pools }) => pools)
    .reduce((sum, { pairs }) => sum + Math.floor(pairs / FIRST_LOOK), 0)
  const upper = formatPercent(clopperPearson(0, windows).upper)
  return `All recordings together contain only ${formatCounted(windows, 'window')} of ten pairs that share no run: even without a wrong verdict, so many windows would not rule out an error rate of ${upper} (exact 95 % interval).`
}

function poolShares(cells: readonly RuleTally[], change: number): string[] {
  const columns = [
    ['improvement-40', 'accepted'],
    ['gate', 'rejected'],
    ['naive', 'accepted'],
    ['naive-gate', 'rejected'],
  ] as const
  return columns.map(([rule, verdict]) => shareText(totalOf(cells, change, rule), verdict, false))
}

function layerTable(
  cells: readonly RuleTally[],
  changes: readonly number[],
  layer: StudiedRule,
): string {
  return markdownTable(
    ['true change', 'accepted', 'rejected', 'inconclusive', 'mean (median) pairs'],
    changes.map((change) => {
      const tally = totalOf(cells, change, layer)
      return [
        describeChange(change),
        shareText(tally, 'accepted', false),
        shareText(tally, 'rejected', false),
        openText(tally),
        pairsText(tally),
      ]
    }),
  )
}
