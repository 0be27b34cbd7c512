import { escapeMarkdown } from '../../harness/text/escape-markdown.js'
import {
  formatCount,
  formatCounted,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import { describeChange } from './change-text.js'
import type { Characteristics } from './characteristics.js'
import { clopperPearson } from './clopper-pearson.js'
import { FRESH_CELL_NAMES, FRESH_CELLS, type FreshCell } from './fresh-decision.js'
import type { FreshSummary } from './fresh-summary.js'
import { RECORDED_CHANGES } from './recorded-study.js'
import { type RuleTally, totalOf } from './rule-tally.js'
import type { StudiedRule } from './studied-rules.js'
import type { Tally } from './tally.js'

const FIRST_LOOK = 10

/** The section about the fresh evaluations, with the table of true change × rule. */
export function freshSection(
  fresh: FreshSummary,
  host: string,
  planned?: Readonly<Record<FreshCell, number>>,
): string[] {
  if (fresh.decisions === 0) return ['None have been measured yet.']
  const { decisions, runs, workloads, firstAt, lastAt, commits, designs } = fresh
  const days = [firstAt, lastAt].map((moment) => moment?.slice(0, 10))
  const when = days[0] === days[1] ? `on ${days[0]}` : `from ${days[0]} to ${days[1]}`
  const loads = [...new Set(fresh.tallies.map(({ hogs }) => hogs))]
  return [
    `${formatCounted(decisions, 'decision')} with ${formatCounted(runs, 'run')} (one workload each: ${workloads.join(', ')}; pairs ${designs.join(', ')}), measured ${when} on commit ${commits.map((commit) => `\`${commit.slice(0, 7)}${commit.includes('dirty') ? ' dirty' : ''}\``).join(', ')}.${host} The rule for layers decides after 10 or 20 pairs, the gate after 10, 20 or 30. Exact 95 % intervals are in brackets.`,
    ...conditionTexts(fresh),
    ...(planned === undefined ? [] : [plannedText(fresh, planned)]),
    ...tablesOf(fresh.tallies),
    realisedTable(fresh),
    wrongText(fresh),
    ...coverageText(fresh),
    ...loads.flatMap((hogs) => [
      `### ${hogs === 0 ? 'Without CPU hogs' : `With ${formatCounted(hogs, 'CPU hog')}`}`,
      noiseText(fresh, hogs),
      ...tablesOf(fresh.tallies.filter((cell) => cell.hogs === hogs)),
    ]),
  ].filter((text) => text !== '')
}

/** How many decisions of every cell there are, and how many the study has in the end. */
function plannedText(
  { tallies }: FreshSummary,
  planned: Readonly<Record<FreshCell, number>>,
): string {
  const cells = FRESH_CELL_NAMES.map((name) => {
    const change = FRESH_CELLS[name]
    const done = totalOf(tallies, change, 'improvement-20')?.trials ?? 0
    return `${describeChange(change)} ${formatCount(done)} of ${formatCount(planned[name])}`
  })
  return `Decisions so far, of those planned: ${cells.join(', ')}.`
}

const FRESH_CHANGES = Object.values(FRESH_CELLS)

/** The rules for layers and of one round of the gate, and below it the gates of two rounds. */
function tablesOf(tallies: readonly RuleTally[]): string[] {
  return [shareTable(tallies, FRESH_CHANGES, 'improvement-20', true), gateTable(tallies, true)]
}

/** The gates of one round and of two, with limits of 10 and 5 %. */
function gateTable(cells: readonly RuleTally[], bounded: boolean): string {
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

/** What the injected work really was. */
function realisedTable({ realised }: FreshSummary): string {
  if (realised.length === 0) return ''
  return markdownTable(
    ['nominal change', 'CPU hogs', 'decisions', 'realised, mean', 'least', 'most'],
    realised.map(({ change, hogs, decisions, mean, least, most }) => [
      describeChange(change),
      String(hogs),
      formatCount(decisions),
      formatSignedPercent(mean),
      formatSignedPercent(least),
      formatSignedPercent(most),
    ]),
  )
}

function coverageText({ coverage }: FreshSummary): string[] {
  const total = (pick: (one: (typeof coverage)[number]) => number) =>
    coverage.reduce((sum, one) => sum + pick(one), 0)
  const decisions = total((one) => one.decisions)
  if (decisions === 0) return []
  const covered = total((one) => one.covered)
  const { lower, upper } = clopperPearson(covered, decisions)
  return [
    `The 95 % interval of the first ten pairs covers zero in ${formatCount(covered)} of ${formatCounted(decisions, 'A/A decision')}: ${formatPercent(covered / decisions)} [${formatNumber(100 * lower)}, ${formatNumber(100 * upper)}].`,
  ]
}

function conditionTexts({ conditions, decisions }: FreshSummary): string[] {
  return conditions
    .filter((one) => one.decisions > 0)
    .map(
      ({ since, text, decisions: affected }) =>
        `From ${since.slice(0, 10)} ${since.slice(11, 16)} UTC on (${affected} of the ${formatCounted(decisions, 'decision')} started then or later): ${text}`,
    )
}

function wrongText({ wrong }: FreshSummary): string {
  const parts = wrong.map(
    ({ hogs, verdicts, wrong: count }) =>
      `${formatCount(count)} of ${formatCount(verdicts)} ${hogs === 0 ? 'without CPU hogs' : `with ${formatCounted(hogs, 'CPU hog')}`}`,
  )
  return `Verdicts of the shipped rules that contradict the true change (accepted where it is less than 5 % faster, rejected where it is more; gate failed where it is less than 10 % slower, passed where it is more): ${parts.join('; ')}.`
}

function noiseText({ noise, resolution }: FreshSummary, hogs: number): string {
  const ofLoad = noise.find((one) => one.hogs === hogs)
  if (ofLoad === undefined) return ''
  return `Noise of one pair (effective standard deviation of the log ratio): median ${formatPercent(ofLoad.median)} over ${formatCounted(ofLoad.decisions, 'decision')}, at most ${formatPercent(ofLoad.largest)}.${resolutionText(resolution, hogs)}`
}

function resolutionText(resolution: FreshSummary['resolution'], hogs: number): string {
  const ofLoad = resolution.find((one) => one.hogs === hogs)
  if (ofLoad === undefined) return ''
  return ` After ten pairs, in the median, the 95 % interval is ± ${formatPercent(ofLoad.halfWidth)}, and an improvement of ${formatPercent(ofLoad.certifiable)} is certified as at least 5 % with 80 % power.`
}

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

/** The table of true change × rule, for the rule for layers, the gate, and the naive rule. */
function shareTable(
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

/** `14.0 % [8.0, 22.2]`: a share with its interval. */
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

/**
 * The inconclusive share, followed by the share in which the runs ended before the rule decided.
 */
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
