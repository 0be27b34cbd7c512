import { ARMS, type Metric } from '../contract.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { calibrationText } from '../record/calibration-text.js'
import { changeText } from '../record/change-text.js'
import { criterionOf, resolutionClaim } from '../record/claim.js'
import { decidingInterval } from '../record/deciding-interval.js'
import { memoryChange } from '../record/evidence-rows.js'
import { type ResultRow, resultRow } from '../record/first-screen.js'
import { headline } from '../record/headline.js'
import { outcomeWord, workloadOutcome } from '../record/outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from '../record/record-schema.js'
import {
  formatBytes,
  formatCounted,
  formatCounter,
  formatLimit,
  formatMs,
  formatPercent,
} from '../text/format.js'
import { compareArms } from '../verdict/compare.js'
import { counterOf, ruleOf } from '../verdict/criteria.js'
import { iterationRatios } from '../verdict/iteration-ratios.js'
import { MEMORY_LIMIT } from '../verdict/memory.js'
import { isFailure, type Round, roundsOf } from '../verdict/rounds.js'
import { sizeUnit, timeUnit } from './charts/axis-unit.js'
import { type Chart, type ChartDraft, drawChart } from './charts/chart.js'
import { drawIterations } from './charts/iterations.js'
import { drawLooks } from './charts/looks.js'
import { drawPairChanges } from './charts/pair-changes.js'
import { drawRunOrder } from './charts/run-order.js'
import { drawStrips, type Strip } from './charts/strips.js'
import { type Fact, factsFrom } from './environment-model.js'
import { shortName } from './html.js'
import { ABSENT, type HtmlTable, htmlTable, shown } from './html-table.js'
import type { ReportSource } from './report-source.js'
import { type VerdictMark, workloadMark } from './verdict-mark.js'

/** One workload of a report. */
export interface WorkloadModel {
  /** Prefix of the ids of everything that belongs to the workload, such as `w1`. */
  readonly anchor: string
  readonly id: string
  readonly title: string
  readonly role: string
  readonly mark: VerdictMark
  /** Its outcome in words. A guard passes or fails. */
  readonly outcome: string
  /** The result in two or three words: `40.1 % faster`. */
  readonly change: string
  /** Its row in the first screen of the record; every cell is inline markdown. */
  readonly result: ResultRow
  /** Inline markdown. */
  readonly headline: string
  readonly facts: readonly Fact[]
  readonly charts: readonly Chart[]
  readonly counters: HtmlTable | ''
}

/** The workloads of a report, in the order of the record. */
export function workloadModels(source: ReportSource): WorkloadModel[] {
  return source.record.workloads.map((workload, index) => {
    const anchor = `w${index + 1}`
    return {
      anchor,
      id: workload.id,
      title: workload.title,
      role: workload.role,
      mark: workloadMark(workload),
      outcome: workloadOutcome(workload),
      change: changeOf(workload),
      result: resultRow(workload, source.record),
      headline: headline(workload, source.record),
      facts: factsOf(workload, source.record),
      charts: draftsOf(workload, source).map((draft, place) =>
        drawChart(`${anchor}-c${place + 1}`, draft),
      ),
      counters: countersTable(workload),
    }
  })
}

function changeOf({ improvement, budget }: WorkloadRecord): string {
  if (budget !== undefined) return `${budget.counter} ${formatCounter(budget.counter, budget.mean)}`
  if (improvement === undefined) return 'no statistics'
  return changeText(improvement.estimate)
}

/** The facts that are shown beside the charts. */
function factsOf(workload: WorkloadRecord, record: DecisionRecord): Fact[] {
  const { warmup, iterations, pairs, voidedPairs, failedPairs, memory } = workload
  return factsFrom({
    Pairs: `${pairs} counted, ${voidedPairs} voided, ${failedPairs} failed`,
    'Each process':
      warmup === undefined || iterations === undefined
        ? undefined
        : `${warmup} warm-up and ${formatCounted(iterations, 'timed iteration')} of ${workload.content}`,
    Noise: noiseText(workload, record),
    'Peak memory': memory && memoryText(memory),
  })
}

type Memory = NonNullable<WorkloadRecord['memory']>

const MEMORY_WORDS: Readonly<Record<Memory['verdict'], string>> = {
  within: 'within the limit of',
  over: 'above the limit of',
  undecided: 'undecided against the limit of',
}

function memoryText(memory: Memory): string {
  return `${memoryChange(memory)}, ${MEMORY_WORDS[memory.verdict]} ${formatLimit(MEMORY_LIMIT)}`
}

function noiseText(workload: WorkloadRecord, record: DecisionRecord): string | undefined {
  const { noise, id } = workload
  if (noise === undefined) return undefined
  const claim = resolutionClaim(workload, record)
  const resolution = claim === undefined ? undefined : `resolution ${claim}`
  const calibration = calibrationText(record.calibration, id)
  return [`${noise.class}, ${formatPercent(noise.effectiveSd)} per pair`, resolution, calibration]
    .filter((part) => part !== undefined)
    .join('; ')
}

function draftsOf(workload: WorkloadRecord, source: ReportSource): ChartDraft[] {
  const { evidence, record } = source
  const rounds = roundsOf(evidence.runs, evidence.plan, workload.id).slice(0, workload.pairs)
  return [
    timeStrips(workload, rounds),
    pairChanges(workload, rounds, record),
    byIteration(workload, rounds, record),
    runOrder(workload, rounds, evidence.runs),
    lookByLook(workload, source),
    memoryStrips(workload, rounds, record),
  ].filter((draft) => draft !== undefined)
}

function timeStrips(workload: WorkloadRecord, rounds: readonly Round[]): ChartDraft | undefined {
  const strips = stripsOf(rounds, timeOf(workload.metric)).map((strip) => {
    const summary = workload[strip.arm]
    if (summary === undefined) return strip
    const [lower, upper] = summary.ci95
    return { ...strip, mean: summary.mean, ci95: { lower: lower!, upper: upper! } }
  })
  if (strips.length === 0) return undefined
  return drawStrips(strips, {
    title: 'Every run',
    caption: 'Each mark is one process. Line: mean. Band: 95 % interval of the mean.',
    label: `${workload.metric} time per iteration`,
    direction: '← faster',
    unit: timeUnit(Math.max(...strips.flatMap(({ values }) => values))),
    show: formatMs,
  })
}

function memoryStrips(
  { memory }: WorkloadRecord,
  rounds: readonly Round[],
  { regime }: DecisionRecord,
): ChartDraft | undefined {
  const strips = stripsOf(rounds, ({ peakRssBytes }) => peakRssBytes)
  if (memory === undefined || strips.length === 0) return undefined
  return drawStrips(strips, {
    title: 'Peak memory',
    caption: `Peak memory of each process. Change of the candidate: ${memoryText(memory)}. Memory is ${regime.memory}.`,
    label: 'peak resident set',
    direction: '← less',
    unit: sizeUnit(Math.max(...strips.flatMap(({ values }) => values))),
    show: formatBytes,
  })
}

/** The values of each arm, for those arms in which every run has a value. */
function stripsOf(rounds: readonly Round[], read: (run: RunRecord) => number | undefined): Strip[] {
  if (rounds.length === 0) return []
  return ARMS.flatMap((arm) => {
    const values = rounds
      .map(({ runs }) => runs[arm] && read(runs[arm]))
      .filter((value) => value !== undefined)
    return values.length === rounds.length ? [{ arm, values }] : []
  })
}

function timeOf(metric: Metric): (run: RunRecord) => number {
  return metric === 'cpu' ? ({ cpuMs }) => cpuMs : ({ wallMs }) => wallMs
}

function pairChanges(
  workload: WorkloadRecord,
  rounds: readonly Round[],
  record: DecisionRecord,
): ChartDraft | undefined {
  const { against, metric, improvement } = workload
  const comparison = compareArms(rounds, against, metric)
  if (comparison === undefined || improvement === undefined) return undefined
  const { a, b, estimate } = comparison
  return drawPairChanges({
    improvements: [...a].map((other, index) => 1 - b[index]! / other),
    trimmed: estimate.g,
    estimate: improvement.estimate,
    interval: decidingInterval(workload, record),
    criterion: criterionOf(workload, record),
    against,
  })
}

/** Undefined if the runs do not list the CPU of their iterations, or there is only one. */
function byIteration(
  workload: WorkloadRecord,
  rounds: readonly Round[],
  record: DecisionRecord,
): ChartDraft | undefined {
  if (counterOf(criterionOf(workload, record)) !== undefined) return undefined
  const ratios = iterationRatios(rounds, workload.against)
  return ratios.length < 2 ? undefined : drawIterations(ratios, workload.against)
}

function runOrder(
  { id, metric }: WorkloadRecord,
  rounds: readonly Round[],
  journal: readonly JournalLine[],
): ChartDraft | undefined {
  const runs = journal.filter((line): line is RunRecord => line.workload === id && !isFailure(line))
  if (runs.length === 0) return undefined
  const counted = new Set(rounds.map(({ pair }) => pair))
  const ordered = runs.map((run, index) => ({
    order: index + 1,
    pair: run.pair,
    arm: run.arm,
    value: timeOf(metric)(run),
    isVoid: !counted.has(run.pair),
  }))
  return drawRunOrder(ordered, metric)
}

function lookByLook(
  workload: WorkloadRecord,
  { record, evidence }: ReportSource,
): ChartDraft | undefined {
  const { id, looks, reasons, role } = workload
  if (looks.length === 0) return undefined
  return drawLooks({
    looks,
    criterion: criterionOf(workload, record),
    planned: ruleOf(evidence.plan, id).looks,
    isByEstimate: reasons.some((reason) => reason.startsWith('estimated-')),
    word: (outcome) => outcomeWord(role, outcome),
  })
}

function countersTable({ id, counters, hitRates = {} }: WorkloadRecord): HtmlTable | '' {
  if (counters === undefined) return ''
  const { baseline, candidate } = counters
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(candidate)])].sort()
  const counterRow = (name: string) => {
    const cell = (value: number | undefined) =>
      shown(value, (amount) => formatCounter(name, amount))
    return [name, cell(baseline[name]), cell(candidate[name])]
  }
  return htmlTable(
    `Counters of ${shortName(id)}, mean per run`,
    ['counter', '#baseline', '#candidate'],
    [
      ...names.map(counterRow),
      ...Object.entries(hitRates).map(([name, rate]) => [
        `${name}, hit rate`,
        ABSENT,
        formatPercent(rate),
      ]),
    ],
  )
}
