import { escapeCode, escapeMarkdown, escapeName, escapePath } from '../text/escape-markdown.js'
import { formatCount, formatCounted, formatLimit, formatSpeedup } from '../text/format.js'
import { GATE_LIMIT } from '../verdict/criteria.js'
import { MEMORY_LIMIT } from '../verdict/memory.js'
import { certifiableMeaning, criterionOf } from './claim.js'
import { demandOf } from './criterion-text.js'
import {
  type EvidenceRow,
  evidenceRows,
  type LookRow,
  lookRows,
  memoryChange,
  outcomeWord,
} from './evidence-rows.js'
import { changeWithInterval, headline } from './headline.js'
import { decisionReason, workloadReason } from './reason-text.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'
import { SEQUENCE_NOTE, sequenceRows, sequenceSentences } from './sequence-text.js'
import { numberOf, supersededBy } from './supersession.js'
import { markdownTemplate } from './template.js'
import { type TestRow, testLines, testRows } from './test-rows.js'
import { baselineSentence, nextSentence, type TimeSpent, timeSpent } from './time-spent.js'

/**
 * The markdown twin of a record: everything in it comes from the record, except "Superseded by",
 * which comes from the others.
 *
 * @param records all records known; may include the record itself
 */
export function renderDecision(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  return template(decisionModel(record, records))
}

/** Reasons no measuring can remove. */
const BEYOND_MORE_PAIRS: readonly string[] = [
  'calibration-failed',
  'counter-missing',
  'memory-unmeasured',
]

/** The foot of a record that was decided before the error rates of the rule were published. */
const RATES_UNKNOWN =
  'The error rates of this rule had not been measured when this was decided; docs/characteristics.md tells what is known by now.'

const template = markdownTemplate<DecisionModel>('decision')

/**
 * What a page about a decision says, line by line; texts are inline markdown unless they are the
 * record's own.
 */
export interface DecisionModel {
  readonly number: string
  readonly record: DecisionRecord
  readonly verdict: string
  readonly control: string
  readonly summary: readonly { readonly label: string; readonly value: string }[]
  readonly change: string
  /** What the profile of the baseline says. */
  readonly baselineProfile: string
  /** The layers a summary sums up; '' where the record is of one layer. */
  readonly sequence: SequenceModel | ''
  readonly measured: boolean
  /** Why nothing was. */
  readonly unmeasured: string
  /** There is an estimate, hence a plot. */
  readonly plotted: boolean
  readonly metric: string
  readonly hasIncumbent: boolean
  readonly certifiable: readonly string[]
  readonly rows: readonly EvidenceRow[]
  /** Of the workload the record's own profile is of; those of the others. */
  readonly timeSpent: readonly TimeSpent[]
  readonly timeSpentElsewhere: readonly TimeSpent[]
  readonly tests: readonly TestRow[]
  readonly testLines: readonly string[]
  readonly regime: readonly string[]
  readonly looks: readonly LookRow[]
  readonly rule: readonly string[]
  readonly reasons: readonly string[]
  readonly consequences: readonly string[]
  readonly warnings: readonly {
    readonly where: string
    readonly code: string
    readonly hint: string
  }[]
  readonly commit: string
  readonly nodeFlags: string
  readonly files: readonly { readonly name: string; readonly digest: string }[]
  readonly foot: string
}

/** Every cell and line is markdown. */
interface SequenceModel {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note: string
  readonly lines: readonly string[]
}

/** @param records all records known; may include the record itself */
export function decisionModel(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionModel {
  const spent = timeSpent(record)
  return {
    number: numberOf(record.id),
    record,
    verdict:
      record.injected === undefined
        ? record.verdict
        : `control with an injected effect, ${record.verdict}`,
    control: controlNotice(record),
    summary: summaryOf(record, records),
    change: changeOf(record),
    baselineProfile: baselineSentence(record),
    sequence: sequenceOf(record),
    measured: record.workloads.length > 0,
    unmeasured:
      record.equivalence.kind === 'different'
        ? 'No statistics: a candidate that computes something else has no speed worth knowing.'
        : 'No statistics: where no layer is accepted there is nothing to measure together.',
    plotted: record.workloads.some(({ improvement }) => improvement !== undefined),
    metric: record.workloads[0]?.metric ?? '',
    hasIncumbent: record.stacks.incumbent.length > 0,
    certifiable: certifiableMeanings(record),
    rows: evidenceRows(record),
    timeSpent: spent.slice(0, 1),
    timeSpentElsewhere: spent.slice(1),
    tests: testRows(record),
    testLines: testLines(record),
    regime: record.workloads.map(regimeLine),
    looks: lookRows(record),
    rule: ruleOf(record),
    reasons: reasonsOf(record),
    consequences: consequencesOf(record),
    warnings: [
      ...record.warnings.map((warning) => ({ where: 'evaluation', ...warning })),
      ...record.workloads.flatMap(({ id, warnings }) =>
        warnings.map((warning) => ({ where: id, ...warning })),
      ),
    ],
    commit: record.git?.commit ?? '',
    nodeFlags:
      record.host.nodeFlags
        .map((flag) => `\`${escapeCode(flag).replaceAll('`', "'")}\``)
        .join(' ') || 'none',
    files: Object.entries(record.evidence).map(([name, digest]) => ({ name, digest })),
    foot: escapeMarkdown(record.errorRates ?? RATES_UNKNOWN),
  }
}

/** Ids of records lead to their pages. */
function sequenceOf(record: DecisionRecord): DecisionModel['sequence'] {
  if (record.sequence === undefined) return ''
  const { head, rows } = sequenceRows(record)
  const { steps } = record.sequence
  return {
    head,
    rows: rows.map((row, index) => row.map((cell) => sequenceCell(cell, steps[index]?.record))),
    note: SEQUENCE_NOTE,
    lines: sequenceSentences(record).map(escapeMarkdown),
  }
}

/** Cells of figures hold no name: they stand as they are in the other tables. */
function sequenceCell(cell: string, record: string | undefined): string {
  if (cell === record) return `[${escapeMarkdown(cell)}](${escapePath(cell)}.md)`
  return /^[+−]?\d+\.\d %/.test(cell) ? cell : escapeMarkdown(cell)
}

/**
 * How the certifiable effects in the table are to be read: one sentence for each way a workload was
 * judged.
 */
function certifiableMeanings(record: DecisionRecord): string[] {
  return [
    ...new Set(
      record.workloads.map((workload) => certifiableMeaning(criterionOf(workload, record))),
    ),
  ]
}

function controlNotice({ injected }: DecisionRecord): string {
  if (injected === undefined) return ''
  return `Real extra work worth ${formatLimit(injected.improvement)} was injected into the ${injected.arm} arm to test the method itself. This record decides nothing about the layer.`
}

function summaryOf(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionModel['summary'] {
  const newer = supersededBy(record, records)
  return [
    { label: 'Date', value: dateLine(record) },
    { label: 'Decision', value: decisionLine(record) },
    { label: 'Against the pure baseline', value: cumulativeLine(record) },
    { label: 'Equivalence', value: equivalenceLine(record) },
    { label: 'Memory', value: memoryLine(record) },
    {
      label: 'Supersedes',
      value: record.supersedes === null ? '—' : escapeName(record.supersedes),
    },
    ...(newer === undefined
      ? []
      : [{ label: 'Superseded by', value: `**${numberOf(newer.id)}** (${newer.verdict})` }]),
  ]
}

function dateLine({ date, git, host, workloads, scale }: DecisionRecord): string {
  const commit =
    git === null ? 'no commit' : `commit ${git.commit.slice(0, 7)}${git.dirty ? ' (dirty)' : ''}`
  const classes = workloads.flatMap(({ noise }) => (noise === undefined ? [] : [noise.class]))
  const worst = (['RED', 'YELLOW', 'GREEN'] as const).find((name) => classes.includes(name))
  const node = `Node ${host.node.replace(/^v/, '')}`
  const parts = [
    date,
    commit,
    node,
    `${host.cpuCount} × ${host.cpuModel}`,
    `scale ${scale}`,
    ...(worst ? [`noise ${worst}`] : []),
  ]
  return parts.map(escapeMarkdown).join(' · ')
}

function decisionLine(record: DecisionRecord): string {
  const control =
    record.injected === undefined ? [] : ['**control, not a decision about the layer**']
  if (record.equivalence.kind === 'different')
    return [...control, '**rejected**: results differ, so no speed is shown'].join('<br>')
  if (record.workloads.length === 0)
    return [...control, `**${record.verdict}**: no layer was accepted`].join('<br>')
  return [...control, ...record.workloads.map((workload) => headline(workload, record))].join(
    '<br>',
  )
}

function cumulativeLine(record: DecisionRecord): string {
  if (record.cumulative === undefined) return '—'
  const { improvement, ci95, speedup } = record.cumulative
  const targets = record.workloads.filter(({ role }) => role === 'target').length
  const over = targets > 1 ? `, geometric mean of ${targets} target workloads` : ''
  return `${changeWithInterval(improvement, ci95)}, speedup ${formatSpeedup(speedup)}${over}`
}

function equivalenceLine({ equivalence, workloads }: DecisionRecord): string {
  if (equivalence.kind === 'equal' && workloads.length === 0) return '—'
  if (equivalence.kind === 'equal') {
    const contents = workloads
      .map(({ id, content }) => `${escapeName(id)} ${escapeName(content)}`)
      .join(', ')
    return `${contents} × ${formatCounted(equivalence.seeds.length, 'seed')} identical, and on all ${formatCounted(equivalence.measuredRuns, 'measured run')}`
  }
  const { found, workload, seed, arm, at, field, baseline, candidate } = equivalence.divergence
  const place = Object.entries(at).map(
    ([name, value]) => `${escapeName(name)} ${escapeName(value)}`,
  )
  return `**different**, found ${found}: ${[escapeName(workload), `seed ${seed}`, ...place].join(', ')}: ${escapeName(field)} is ${escapeName(candidate)} (${arm}) instead of ${escapeName(baseline)}`
}

function memoryLine({ workloads, regime }: DecisionRecord): string {
  const measured = workloads.flatMap(({ id, memory }) =>
    memory === undefined
      ? []
      : [
          `${workloads.length > 1 ? `${escapeName(id)} ` : ''}${memoryChange(memory)} (${memory.verdict})`,
        ],
  )
  if (measured.length === 0)
    return workloads.length === 0
      ? '—'
      : `not measured: this host does not tell the peak (${regime.memory})`
  const against = workloads.some((workload) => workload.against === 'incumbent')
    ? ', against the incumbent'
    : ''
  return `peak ${measured.join(', ')}${against}; limit ${formatLimit(MEMORY_LIMIT)}, ${regime.memory}`
}

function changeOf({ stacks, equivalence, workloads }: DecisionRecord): string {
  if (workloads.length === 0 && equivalence.kind === 'equal')
    return 'There is no candidate: no layer was accepted.'
  const list = (stack: readonly string[]) =>
    stack.length === 0 ? 'no layer' : stack.map(escapeName).join(', ')
  const incumbent =
    stacks.incumbent.length === 0 ? '' : ` The incumbent runs with ${list(stacks.incumbent)}.`
  return `The pure baseline runs with ${list(stacks.baseline)}.${incumbent} The candidate runs with ${list(stacks.candidate)}.`
}

function regimeLine({
  id,
  content,
  warmup,
  iterations,
  voidedPairs,
  failedPairs,
  work,
}: WorkloadRecord): string {
  const passes =
    warmup === undefined || iterations === undefined
      ? []
      : [
          `${warmup} warm-up and ${formatCounted(iterations, 'timed iteration')} of ${escapeName(content)} in each process`,
        ]
  return `${escapeName(id)}: ${[...passes, `${formatCounted(voidedPairs, 'pair')} voided, ${failedPairs} failed`, ...workRate(work)].join('; ')}`
}

function workRate(work: WorkloadRecord['work']): string[] {
  if (work === undefined) return []
  const { baselinePerSecond, incumbentPerSecond, candidatePerSecond } = work
  const rates = [
    baselinePerSecond,
    ...(incumbentPerSecond === undefined ? [] : [incumbentPerSecond]),
    candidatePerSecond,
  ]
  return [`${rates.map(formatCount).join(' → ')} ${escapeName(work.unit)}/s`]
}

function ruleOf({ criterion, regime, workloads }: DecisionRecord): string[] {
  const targets = workloads.filter(({ role }) => role === 'target').map(({ id }) => escapeName(id))
  const guards = workloads.filter(({ role }) => role === 'guard').map(({ id }) => escapeName(id))
  const metric = workloads[0]?.metric ?? 'cpu'
  const looks = regime.fixed
    ? `One look after ${regime.looks.at(-1)} pairs, two-sided 95 % interval.`
    : `Looks after ${regime.looks.join(', ')} pairs with Pocock-type boundaries: one-sided error ${formatLimit(regime.alpha)} over all looks.`
  const firstLooks = regime.fixed ? '' : ' (decided at one of the first three looks)'
  return [
    `${escapeMarkdown(demandOf(criterion, metric))} on ${targets.join(', ')}${criterion.kind === 'regression' ? firstLooks : ''}.`,
    ...(guards.length > 0
      ? [`No more than ${formatLimit(GATE_LIMIT)} slower on ${guards.join(', ')}${firstLooks}.`]
      : []),
    looks,
  ]
}

function reasonsOf(record: DecisionRecord): string[] {
  return [
    ...record.reasons.map(
      (code) => `**${record.verdict}**: ${escapeMarkdown(decisionReason(code, record))}.`,
    ),
    ...record.workloads.flatMap((workload) =>
      workload.reasons.map(
        (code) =>
          `${escapeName(workload.id)}: ${outcomeWord(workload.role, workload.verdict)} after ${formatCounted(workload.pairs, 'pair')}: ${escapeMarkdown(workloadReason(code, workload, record))}.`,
      ),
    ),
  ]
}

function consequencesOf(record: DecisionRecord): string[] {
  if (record.workloads.length === 0 && record.equivalence.kind === 'equal')
    return [summaryConsequence(record)]
  const guards = record.workloads.filter(({ role }) => role === 'guard')
  const next = nextSentence(record)
  return [
    record.sequence === undefined ? stackConsequence(record) : summaryConsequence(record),
    ...(next === '' ? [] : [next]),
    ...(record.workloads.length > 0 && guards.length === 0
      ? [
          'Not shown: every workload of the suite is a target here, so nothing was guarded beside them.',
        ]
      : []),
    ...(record.scale === 'production'
      ? []
      : [`Not shown: other scales than ${record.scale}, other hosts, other versions of Node.`]),
    'Look again when the layer, the engine beneath it or Node changes, or on a host of another kind.',
  ]
}

/**
 * Which layers are in the stack follows from their own verdicts; the summary says what that is
 * worth.
 */
function summaryConsequence({ stacks, equivalence, verdict, criterion }: DecisionRecord): string {
  const stack = stacks.candidate.map(escapeName).join(', ')
  if (stack === '')
    return 'No layer is in the stack: the next one is measured on the pure baseline.'
  if (equivalence.kind === 'different')
    return `${stack} together compute something else than the baseline, though each of them did not: none may be on until that is mended.`
  const goal = 'atLeast' in criterion ? ` of ${formatLimit(criterion.atLeast)}` : ''
  const minimum = {
    accepted: `the minimum goal${goal} is reached`,
    rejected: `the minimum goal${goal} is missed, so more has to be found`,
    inconclusive: `whether the minimum goal${goal} is reached is not known`,
  }[verdict]
  return `The stack of this sequence is ${stack}, each by its own record; ${minimum}.`
}

function stackConsequence({
  verdict,
  injected,
  layer,
  equivalence,
  workloads,
}: DecisionRecord): string {
  const name = escapeName(layer)
  if (injected !== undefined) return `None for ${name}: this was a control of the method.`
  if (equivalence.kind === 'different')
    return `${name} stays off until it computes what the baseline computes.`
  if (verdict === 'accepted')
    return `Layers after ${name} are measured on top of it, unless the suite marks it as standalone (a control, or a part of another layer).`
  if (verdict === 'rejected')
    return `${name} does not join the incumbent stack; layers after it are measured without it.`
  const remedy = workloads.some(({ reasons }) =>
    reasons.some((reason) => BEYOND_MORE_PAIRS.includes(reason)),
  )
    ? 'No further pairs can decide: what the reasons name has to be mended first.'
    : 'More pairs or a quieter host may decide.'
  return `${name} does not join the incumbent stack: not enough is known. ${remedy}`
}
