import { ARMS, type Arm } from '../contract.js'
import type { RunRecord } from '../evidence/run-record.js'
import { calibrationText } from '../record/calibration-text.js'
import { certifiableClaim, criterionOf } from '../record/claim.js'
import { memoryChange, outcomeWord } from '../record/evidence-rows.js'
import { headline } from '../record/headline.js'
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
import { ruleOf } from '../verdict/criteria.js'
import { MEMORY_LIMIT } from '../verdict/memory.js'
import { isFailure, type Round, roundsOf } from '../verdict/rounds.js'
import { type Chart, type ChartDraft, drawChart } from './charts/chart.js'
import { drawLooks } from './charts/looks.js'
import { drawPairChanges } from './charts/pair-changes.js'
import { drawRunOrder, type OrderedRun } from './charts/run-order.js'
import { drawStrips, type Strip } from './charts/strips.js'
import { sizeUnit, timeUnit } from './charts/unit.js'
import { shortName } from './html.js'
import { type HtmlTable, htmlTable } from './html-table.js'
import type { ReportSource } from './report-source.js'
import { type VerdictMark, verdictMark } from './verdict-mark.js'

/** One workload of a report. */
export interface WorkloadModel {
  /** `w1`: ids of everything about it begin so. */
  readonly anchor: string
  readonly id: string
  readonly title: string
  readonly role: string
  readonly mark: VerdictMark
  /** Its outcome as people call it: a guard passes or fails. */
  readonly outcome: string
  /** What matters most, in two or three words. */
  readonly change: string
  /** Inline markdown. */
  readonly headline: string
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  readonly charts: readonly Chart[]
  readonly counters: HtmlTable | ''
}

export function workloadModels(source: ReportSource): WorkloadModel[] {
  return source.record.workloads.map((workload, index) => {
    const anchor = `w${index + 1}`
    return {
      anchor,
      id: workload.id,
      title: workload.title,
      role: workload.role,
      mark: verdictMark(workload.verdict),
      outcome: outcomeWord(workload.role, workload.verdict),
      change: changeOf(workload),
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
  return `${formatPercent(Math.abs(improvement.estimate))} ${improvement.estimate < 0 ? 'slower' : 'faster'}`
}

/** What is said in words beside the plots. */
function factsOf(workload: WorkloadRecord, record: DecisionRecord): WorkloadModel['facts'] {
  const { noise, memory, warmup, iterations, pairs, voidedPairs, failedPairs } = workload
  const claim = certifiableClaim(workload, criterionOf(workload, record))
  const calibration = calibrationText(record.calibration, workload.id)
  return [
    {
      label: 'Pairs',
      value: `${pairs} counted, ${voidedPairs} voided, ${failedPairs} failed`,
    },
    ...(warmup === undefined || iterations === undefined
      ? []
      : [
          {
            label: 'Each process',
            value: `${warmup} warm-up and ${formatCounted(iterations, 'timed iteration')} of ${workload.content}`,
          },
        ]),
    ...(noise === undefined
      ? []
      : [
          {
            label: 'Noise',
            value: [
              `${noise.class}, ${formatPercent(noise.effectiveSd)} per pair`,
              claim,
              calibration,
            ]
              .filter((part) => part !== undefined)
              .join('; '),
          },
        ]),
    ...(memory === undefined
      ? []
      : [
          {
            label: 'Peak memory',
            value:
              `${memoryChange(memory)}, ${memory.verdict} the limit of ${formatLimit(MEMORY_LIMIT)}`.replace(
                'undecided the',
                'undecided against the',
              ),
          },
        ]),
  ]
}

function draftsOf(workload: WorkloadRecord, source: ReportSource): ChartDraft[] {
  const { evidence, record } = source
  const { plan, runs } = evidence
  const rounds = roundsOf(runs, plan, workload.id).slice(0, workload.pairs)
  const rule = ruleOf(plan, workload.id)
  const lines = runs.filter(
    (line): line is RunRecord => line.workload === workload.id && !isFailure(line),
  )
  return [
    ...timeStrips(workload, rounds),
    ...pairDraft(workload, rounds, record),
    ...(lines.length > 0
      ? [drawRunOrder(orderedRuns(lines, rounds, workload.metric), workload.metric)]
      : []),
    ...(workload.looks.length > 0
      ? [
          drawLooks({
            looks: workload.looks,
            criterion: criterionOf(workload, record),
            planned: rule.looks,
            isByEstimate: workload.reasons.some((reason) => reason.startsWith('estimated-')),
            word: (outcome) => outcomeWord(workload.role, outcome),
          }),
        ]
      : []),
    ...memoryStrips(workload, rounds, record),
  ]
}

function timeStrips(workload: WorkloadRecord, rounds: readonly Round[]): ChartDraft[] {
  const read =
    workload.metric === 'cpu' ? (run: RunRecord) => run.cpuMs : (run: RunRecord) => run.wallMs
  const strips = stripsOf(rounds, read).map((strip) => {
    const summary = workload[strip.arm]
    if (summary === undefined) return strip
    return {
      ...strip,
      mean: summary.mean,
      ci95: { lower: summary.ci95[0]!, upper: summary.ci95[1]! },
    }
  })
  if (strips.length === 0) return []
  return [
    drawStrips(strips, {
      title: 'Every run',
      caption: 'Each mark is one process. Line: the mean; band: its 95 % interval.',
      label: `${workload.metric} time per iteration`,
      direction: '← faster',
      unit: timeUnit(Math.max(...strips.flatMap(({ values }) => values))),
      show: formatMs,
    }),
  ]
}

function memoryStrips(
  { memory }: WorkloadRecord,
  rounds: readonly Round[],
  { regime }: DecisionRecord,
): ChartDraft[] {
  const strips = stripsOf(rounds, ({ peakRssBytes }) => peakRssBytes)
  if (memory === undefined || strips.length === 0) return []
  return [
    drawStrips(strips, {
      title: 'Peak memory',
      caption: `The most memory each process held. The candidate's changes by ${memoryChange(memory)}: ${memory.verdict} (limit ${formatLimit(MEMORY_LIMIT)}, ${regime.memory}).`,
      label: 'peak resident set',
      direction: '← less',
      unit: sizeUnit(Math.max(...strips.flatMap(({ values }) => values))),
      show: formatBytes,
    }),
  ]
}

/** Values of the arms in whose runs all of them are known. */
function stripsOf(rounds: readonly Round[], read: (run: RunRecord) => number | undefined): Strip[] {
  if (rounds.length === 0) return []
  return ARMS.flatMap((arm) => {
    const values = rounds.flatMap(({ runs }) => (runs[arm] === undefined ? [] : [read(runs[arm])]))
    const known = values.filter((value) => value !== undefined)
    return known.length === rounds.length ? [{ arm, values: known }] : []
  })
}

function pairDraft(
  workload: WorkloadRecord,
  rounds: readonly Round[],
  record: DecisionRecord,
): ChartDraft[] {
  const comparison = compareArms(rounds, workload.against, workload.metric)
  if (comparison === undefined || workload.improvement === undefined) return []
  const { a, b, estimate } = comparison
  return [
    drawPairChanges({
      improvements: [...a].map((other, index) => 1 - b[index]! / other),
      trimmed: estimate.g,
      estimate: workload.improvement.estimate,
      ci95: workload.improvement.ci95,
      criterion: criterionOf(workload, record),
      against: workload.against,
    }),
  ]
}

function orderedRuns(
  lines: readonly RunRecord[],
  rounds: readonly Round[],
  metric: WorkloadRecord['metric'],
): OrderedRun[] {
  const counted = new Set(rounds.map(({ pair }) => pair))
  return lines.map((run, index) => ({
    order: index + 1,
    pair: run.pair,
    arm: run.arm as Arm,
    value: metric === 'cpu' ? run.cpuMs : run.wallMs,
    isVoid: !counted.has(run.pair),
  }))
}

function countersTable({ id, counters, hitRates = {} }: WorkloadRecord): HtmlTable | '' {
  if (counters === undefined) return ''
  const names = [
    ...new Set([...Object.keys(counters.baseline), ...Object.keys(counters.candidate)]),
  ].sort()
  const cell = (values: Readonly<Record<string, number>>, name: string) =>
    values[name] === undefined ? '—' : formatCounter(name, values[name])
  return htmlTable(
    `What ${shortName(id)} counted, mean per run`,
    ['counter', '#baseline', '#candidate'],
    [
      ...names.map((name) => [name, cell(counters.baseline, name), cell(counters.candidate, name)]),
      ...Object.entries(hitRates).map(([name, rate]) => [
        `${name}, hit rate`,
        '—',
        formatPercent(rate),
      ]),
    ],
  )
}
