import { capitalize } from '../text/capitalize.js'
import { escapeCode, escapeMarkdown, escapePath } from '../text/escape-markdown.js'
import { formatLimit } from '../text/format.js'
import { counterOf, kindOf } from '../verdict/criteria.js'
import { campaignNotice } from './campaign-text.js'
import { signedChange } from './change-text.js'
import { criterionOf } from './claim.js'
import { consequencesOf } from './consequences.js'
import { reasonLines, regimeLine, ruleLines } from './decision-rule.js'
import { armsSentence, type SummaryRow, summaryOf } from './decision-summary.js'
import { type EvidenceRow, evidenceRows, type LookRow, lookRows } from './evidence-rows.js'
import { type ExecutionsSection, executionsSections } from './executions-section.js'
import { type FirstScreen, firstScreen } from './first-screen.js'
import { verdictWords } from './outcome-word.js'
import type { DecisionRecord } from './record-schema.js'
import { type PlacedWarning, renderedWarnings } from './rendered-warnings.js'
import {
  LEFT_OUT_NOTE,
  leftOutRows,
  SEQUENCE_NOTE,
  sequenceRows,
  sequenceSentences,
} from './sequence-text.js'
import { numberOf, supersededBy } from './supersession.js'
import { markdownTemplate } from './template.js'
import { type TestRow, testLines, testRows } from './test-rows.js'
import { baselineSentence, type TimeSpent, timeSpent } from './time-spent.js'

/**
 * The page of a record in markdown. Everything comes from the record, except "Superseded by", which
 * comes from the other records.
 *
 * @param records all records; may include the record itself
 */
export function renderDecision(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  return template(decisionModel(record, records))
}

/** The foot of a record that was decided before the error rates of the rule were published. */
const RATES_UNKNOWN =
  'The error rates of this rule were not measured yet when this was decided; see docs/characteristics.md for the present ones.'

const template = markdownTemplate<DecisionModel>('decision')

/** The content of a page about a decision; texts are inline markdown, except those in `record`. */
export interface DecisionModel {
  readonly number: string
  readonly record: DecisionRecord
  readonly verdict: string
  /** The verdict as the beginning of a sentence. */
  readonly outcome: string
  readonly control: string
  /** The round of a campaign that this is; '' if it is none. */
  readonly campaign: string
  /** The record that supersedes this one, as a sentence; '' if none does. */
  readonly superseded: string
  readonly first: FirstScreen
  readonly summary: readonly SummaryRow[]
  readonly change: string
  /** Where the time of the baseline goes. */
  readonly baselineProfile: string
  /** The layers of a summary; '' if the record is of one layer. */
  readonly sequence: SequenceModel | ''
  readonly measured: boolean
  /** Why nothing was measured. */
  readonly unmeasured: string
  /** Whether at least one workload has an estimate, so that there is a plot. */
  readonly plotted: boolean
  readonly metric: string
  readonly hasIncumbent: boolean
  /** Whether there is a comparison with the pure baseline besides that with the incumbent. */
  readonly hasBoth: boolean
  /** What the resolutions in the table mean. */
  readonly resolutions: readonly string[]
  /** All targets together, with their interval of a single look; '' if there is none. */
  readonly together: string
  readonly rows: readonly EvidenceRow[]
  /** Profiles; that of the workload to which the record's own profile belongs comes first. */
  readonly timeSpent: readonly TimeSpent[]
  /** Exact executions of the workloads where they were counted. */
  readonly executions: readonly ExecutionsSection[]
  readonly tests: readonly TestRow[]
  readonly testLines: readonly string[]
  readonly regime: readonly string[]
  readonly looks: readonly LookRow[]
  readonly rule: readonly string[]
  readonly reasons: readonly string[]
  readonly consequences: readonly string[]
  /** Codes of the warnings, each once. */
  readonly warningCodes: readonly string[]
  readonly warnings: readonly PlacedWarning[]
  readonly commit: string
  readonly nodeFlags: string
  readonly data: NonNullable<DecisionRecord['data']>
  readonly files: readonly { readonly name: string; readonly digest: string }[]
  readonly foot: string
}

/** Every cell and line is markdown. */
interface SequenceModel {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note: string
  readonly lines: readonly string[]
  readonly leftOut: Omit<SequenceModel, 'lines' | 'leftOut'> | ''
}

/**
 * The content of the page of a record.
 *
 * @param records all records; may include the record itself
 */
export function decisionModel(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionModel {
  const warnings = renderedWarnings(record)
  return {
    number: numberOf(record.id),
    record,
    verdict:
      record.injected === undefined
        ? verdictWords(record)
        : `control with an injected effect, ${record.verdict}`,
    outcome: capitalize(verdictWords(record)),
    control: controlNotice(record),
    campaign: campaignNotice(record),
    superseded: supersededNotice(record, records),
    first: firstScreen(record),
    summary: summaryOf(record),
    change: armsSentence(record),
    baselineProfile: baselineSentence(record),
    sequence: sequenceOf(record, records),
    measured: record.workloads.length > 0,
    unmeasured: unmeasuredSentence(record),
    plotted: isPlotted(record),
    metric: record.workloads[0]?.metric ?? '',
    hasIncumbent: record.stacks.incumbent.length > 0,
    hasBoth: record.workloads.some(({ againstBaseline }) => againstBaseline !== undefined),
    resolutions: resolutionMeanings(record),
    together: togetherSentence(record),
    rows: evidenceRows(record),
    timeSpent: timeSpent(record),
    executions: executionsSections(record),
    tests: testRows(record),
    testLines: testLines(record),
    regime: record.workloads.map(regimeLine),
    looks: lookRows(record),
    rule: ruleLines(record),
    reasons: reasonLines(record),
    consequences: consequencesOf(record),
    warningCodes: [...new Set(warnings.map(({ code }) => code))],
    warnings,
    commit: record.git?.commit ?? '',
    nodeFlags:
      record.host.nodeFlags
        .map((flag) => `\`${escapeCode(flag).replaceAll('`', "'")}\``)
        .join(' ') || 'none',
    data: record.data ?? [],
    files: Object.entries(record.evidence).map(([name, digest]) => ({ name, digest })),
    foot: escapeMarkdown(record.errorRates ?? RATES_UNKNOWN),
  }
}

function unmeasuredSentence({ equivalence, tampering }: DecisionRecord): string {
  if (equivalence.kind === 'different')
    return "No timings: the candidate's results differ from the baseline's."
  return tampering === undefined
    ? 'No timings: no layer was accepted, so there is nothing to measure.'
    : 'No timings: a run shows signs of tampering.'
}

/** Ids of records become links to their pages. */
function sequenceOf(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionModel['sequence'] {
  if (record.sequence === undefined) return ''
  const { head, rows } = sequenceRows(record, records)
  const { steps } = record.sequence
  return {
    head,
    rows: rows.map((row, index) => row.map((cell) => sequenceCell(cell, steps[index]?.record))),
    note: SEQUENCE_NOTE,
    lines: sequenceSentences(record).map(escapeMarkdown),
    leftOut: leftOutOf(record),
  }
}

/** The table of layers that were left out; '' if there is none. */
function leftOutOf(record: DecisionRecord): SequenceModel['leftOut'] {
  const table = leftOutRows(record)
  if (table === undefined) return ''
  const links = record.sequence?.leftOut ?? []
  return {
    ...table,
    rows: table.rows.map((row, index) =>
      row.map((cell) => sequenceCell(cell, links[index]?.record)),
    ),
    note: LEFT_OUT_NOTE,
  }
}

/** Cells with figures contain no names, so they are not escaped, as in the other tables. */
function sequenceCell(cell: string, record: string | undefined): string {
  if (cell === record) return `[${escapeMarkdown(cell)}](${escapePath(cell)}.md)`
  return /^[+−]?\d+\.\d %/.test(cell) ? cell : escapeMarkdown(cell)
}

/** Explains the resolutions in the table: one sentence for each kind of criterion. */
function resolutionMeanings(record: DecisionRecord): string[] {
  return [
    ...new Set(
      record.workloads.map((workload) => kindOf(criterionOf(workload, record)).resolutionMeaning),
    ),
  ]
}

/** All targets together against the pure baseline; the interval holds for a single look. */
function togetherSentence({ cumulative, criterion }: DecisionRecord): string {
  if (cumulative === undefined || counterOf(criterion) !== undefined) return ''
  const { improvement, ci95 } = cumulative
  return `All targets together against the pure baseline: ${signedChange(improvement, ci95)}, by the interval of a single look.`
}

/** Whether there is a picture: a workload whose times are judged and have an estimate. */
function isPlotted(record: DecisionRecord): boolean {
  return record.workloads.some(
    (workload) =>
      workload.improvement !== undefined && counterOf(criterionOf(workload, record)) === undefined,
  )
}

function supersededNotice(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  const newer = supersededBy(record, records)
  return newer === undefined
    ? ''
    : `Superseded by **${numberOf(newer.id)}** (${newer.verdict}), a later evaluation of the same layer.`
}

function controlNotice({ injected }: DecisionRecord): string {
  if (injected === undefined) return ''
  return `Extra work worth ${formatLimit(injected.improvement)} was injected into the ${injected.arm} to test the method. This record decides nothing about the layer.`
}
