import {
  formatCount,
  formatCounted,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import { describeChange } from './change-text.js'
import { clopperPearson } from './clopper-pearson.js'
import { FRESH_CELL_NAMES, FRESH_CELLS, type FreshCell } from './fresh-decision.js'
import type { FreshSummary } from './fresh-summary.js'
import { gateTable, shareTable } from './rate-tables.js'
import { type RuleTally, totalOf } from './rule-tally.js'

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
