import {
  formatCount,
  formatCounted,
  formatNumber,
  formatPercent,
} from '../../harness/text/format.js'
import { describeChange } from './change-text.js'
import type { Characteristics } from './characteristics.js'
import { clopperPearson } from './clopper-pearson.js'
import { markdownTable } from './markdown-table.js'
import { RECORDED_CHANGES } from './recorded-study.js'
import type { StudiedRule } from './studied-rules.js'
import { addTallies, type Tally } from './tally.js'

const FIRST_LOOK = 10

interface Cell {
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/** What was measured afresh, and the table of true change × rule. */
export function freshSection({ fresh }: Characteristics, host: string): string[] {
  if (fresh.decisions === 0) return ['None have been measured yet.']
  const { decisions, runs, workloads, firstAt, lastAt, commits } = fresh
  const days = [firstAt, lastAt].map((moment) => moment?.slice(0, 10))
  const when = days[0] === days[1] ? `on ${days[0]}` : `from ${days[0]} to ${days[1]}`
  const loads = [...new Set(fresh.tallies.map(({ hogs }) => hogs))]
  return [
    `${formatCounted(decisions, 'decision')} of ${formatCounted(runs, 'run')} (smoke scale, one workload each: ${workloads.join(', ')}), measured ${when} on commit ${commits.map((commit) => `\`${commit.slice(0, 7)}${commit.includes('dirty') ? ' dirty' : ''}\``).join(', ')}.${host} A layer’s rule looks after 10 and 20 pairs; the gate after 10, 20 and 30. Brackets hold exact 95 % intervals.`,
    ...conditionTexts(fresh),
    shareTable(fresh.tallies, [0, 0.03, 0.1, -0.12, -0.2], 'improvement-20', true),
    wrongText(fresh),
    ...loads.flatMap((hogs) => [
      `### ${hogs === 0 ? 'Nothing started beside them' : `Beside ${formatCounted(hogs, 'CPU hog')}`}`,
      noiseText(fresh, hogs),
      shareTable(
        fresh.tallies.filter((cell) => cell.hogs === hogs),
        [0, 0.03, 0.1, -0.12, -0.2],
        'improvement-20',
        true,
      ),
    ]),
  ]
}

function conditionTexts({ conditions, decisions }: Characteristics['fresh']): string[] {
  return conditions
    .filter((one) => one.decisions > 0)
    .map(
      ({ since, text, decisions: affected }) =>
        `From ${since.slice(0, 10)} ${since.slice(11, 16)} UTC on (${affected} of the ${formatCounted(decisions, 'decision')} began then or later): ${text}`,
    )
}

function wrongText({ wrong }: Characteristics['fresh']): string {
  const parts = wrong.map(
    ({ hogs, verdicts, wrong: count }) =>
      `${formatCount(count)} of ${formatCount(verdicts)} ${hogs === 0 ? 'with nothing started beside them' : `beside ${formatCounted(hogs, 'CPU hog')}`}`,
  )
  return `Verdicts of the shipped rules that contradict the true change (accepted below 5 %, rejected above it, failed the gate below 10 % slower, passed it above): ${parts.join('; ')}.`
}

function noiseText({ noise }: Characteristics['fresh'], hogs: number): string {
  const found = noise.find((one) => one.hogs === hogs)
  if (found === undefined) return ''
  return `One pair varied by ${formatPercent(found.median)} in the median of ${formatCounted(found.decisions, 'decision')}, by ${formatPercent(found.largest)} at most (effective standard deviation of the log ratio).`
}

/** The recordings, the table over all of them, and the same per pool. */
export function recordedSection({ recorded }: Characteristics): string[] {
  const pools = [...new Set(recorded.cells.map(({ recording, pool }) => `${recording}, ${pool}`))]
  return [
    `Windows of consecutive pairs of identical code, ${formatCount(recorded.trials)} per pool and true change: the labels within a pair are swapped by a seeded coin, and the times of one arm are multiplied. The naive rule takes every twenty consecutive processes. The layer’s rule looks after 10, 20, 30 and 40 pairs, at smoke scale after 10 and 20; the gate after 10, 20 and 30. Windows overlap and are not independent trials, so these shares carry no interval. ${disjointText(recorded)}`,
    markdownTable(
      ['recording', 'pools', 'runs', 'in this repository', 'SHA-256'],
      recorded.recordings.map(({ name, sha256, path, pools: each }) => [
        `\`${name}\``,
        each.map(({ pool, pairs }) => `${pool} (${formatCounted(pairs, 'pair')})`).join(', '),
        formatCount(each.reduce((sum, { runs }) => sum + runs, 0)),
        path === undefined ? 'no' : `[yes](../${path})`,
        `\`${sha256}\``,
      ]),
    ),
    shareTable(recorded.cells, RECORDED_CHANGES, 'improvement-40', false),
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
          pool,
          describeChange(change),
          ...poolShares(members, change),
        ])
      }),
    ),
  ]
}

/** How little the windows would show if none of them shared a run. */
function disjointText({ recordings }: Characteristics['recorded']): string {
  const windows = recordings
    .flatMap(({ pools }) => pools)
    .reduce((sum, { pairs }) => sum + Math.floor(pairs / FIRST_LOOK), 0)
  const open = formatPercent(clopperPearson(0, windows).upper)
  return `All recordings together hold ${formatCounted(windows, 'window')} of ten pairs that share no run: not one wrong verdict in so many would leave an error rate of up to ${open} open (exact 95 % interval).`
}

function poolShares(cells: readonly Cell[], change: number): string[] {
  const columns = [
    ['improvement-40', 'accepted'],
    ['gate', 'rejected'],
    ['naive', 'accepted'],
    ['naive-gate', 'rejected'],
  ] as const
  return columns.map(([rule, verdict]) => shareText(pooled(cells, change, rule), verdict, false))
}

/** True change × rule: the layer's rule and the gate, and what the naive rule says. */
function shareTable(
  cells: readonly Cell[],
  changes: readonly number[],
  layer: StudiedRule,
  bounded: boolean,
): string {
  const present = changes.filter((change) => pooled(cells, change, layer) !== undefined)
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
      const improvement = pooled(cells, change, layer)
      const gate = pooled(cells, change, 'gate')
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
        shareText(pooled(cells, change, 'naive'), 'accepted', bounded),
        shareText(pooled(cells, change, 'naive-gate'), 'rejected', bounded),
      ]
    }),
  )
}

function layerTable(
  cells: readonly Cell[],
  changes: readonly number[],
  layer: StudiedRule,
): string {
  return markdownTable(
    ['true change', 'accepted', 'rejected', 'inconclusive', 'mean (median) pairs'],
    changes.map((change) => {
      const tally = pooled(cells, change, layer)
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

/** `14 % [8.0 %, 22.2 %]`. */
function shareText(
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

/** Inconclusive, and beside it those whose runs ended first. */
function openText(tally: Tally | undefined): string {
  if (tally === undefined) return '—'
  const undecided =
    tally.undecided === 0 ? '' : ` (and ${formatPercent(tally.undecided / tally.trials)} undecided)`
  return `${formatPercent(tally.inconclusive / tally.trials)}${undecided}`
}

function pairsText(tally: Tally | undefined): string {
  return tally === undefined
    ? '—'
    : `${formatNumber(tally.meanPairs)} (${formatNumber(tally.medianPairs, 0)})`
}

function pooled(cells: readonly Cell[], change: number, rule: StudiedRule): Tally | undefined {
  return addTallies(
    cells.filter((cell) => cell.change === change && cell.rule === rule).map(({ tally }) => tally),
  )
}
