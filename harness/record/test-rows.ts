import type { Arm } from '../contract.js'
import { escapeName } from '../text/escape-markdown.js'
import {
  formatLimit,
  formatMsInterval,
  formatNumber,
  formatP,
  formatSignedPercent,
} from '../text/format.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The candidate against one other arm, by the ordinary tests; every cell is markdown. */
export interface TestRow {
  readonly workload: string
  readonly against: Arm
  readonly other: string
  readonly candidate: string
  readonly difference: string
  readonly welch: string
  readonly paired: string
}

const ABSENT = '—'

/** One row for each workload and arm the candidate is compared with. */
export function testRows({ workloads }: DecisionRecord): TestRow[] {
  return workloads.flatMap((workload) => {
    const baseline = toRow(workload, 'baseline', workload.baseline, workload.welch)
    const incumbent = toRow(workload, 'incumbent', workload.incumbent, workload.welchIncumbent)
    return [...incumbent, ...baseline]
  })
}

/** One line per workload and comparison: tests with fewer assumptions, and the naive rule. */
export function testLines({ workloads, criterion }: DecisionRecord): string[] {
  return workloads.flatMap((workload) => [
    ...testLine(workload, workload.against, workload, criterion),
    ...(workload.againstBaseline === undefined
      ? []
      : testLine(workload, 'baseline', workload.againstBaseline, criterion)),
  ])
}

type Tests = Pick<
  WorkloadRecord,
  | 'wilcoxon'
  | 'mannWhitney'
  | 'hodgesLehmann'
  | 'improvementOfMeans'
  | 'effectSize'
  | 'shapiro'
  | 'lag1'
  | 'naive'
>

function testLine(
  { id }: WorkloadRecord,
  against: Arm,
  tests: Tests,
  criterion: DecisionRecord['criterion'],
): string[] {
  const { wilcoxon, mannWhitney, shapiro, naive } = tests
  const parts = [
    wilcoxon &&
      `Wilcoxon signed-rank w ${formatNumber(wilcoxon.w)}, p ${formatP(wilcoxon.p)} (${wilcoxon.method})`,
    mannWhitney &&
      `Mann–Whitney u ${formatNumber(mannWhitney.u)}, p ${formatP(mannWhitney.p)} (${mannWhitney.method})`,
    tests.hodgesLehmann !== undefined &&
      `Hodges–Lehmann ${formatSignedPercent(tests.hodgesLehmann)}`,
    tests.improvementOfMeans !== undefined &&
      `means ${formatSignedPercent(tests.improvementOfMeans)}`,
    tests.effectSize !== undefined && `effect size ${formatNumber(tests.effectSize, 2)}`,
    shapiro && `Shapiro–Wilk w ${formatNumber(shapiro.w, 3)}, p ${formatP(shapiro.p)}`,
    tests.lag1 !== undefined && `lag-1 correlation ${formatNumber(tests.lag1, 2)}`,
    naive &&
      criterion.kind === 'improvement' &&
      `the naive rule (means ≥ ${formatLimit(criterion.atLeast)} and Welch p < 0.05) would ${naive.wouldAccept ? 'accept' : 'not accept'}`,
  ].filter((part) => typeof part === 'string')
  return parts.length === 0
    ? []
    : [`${escapeName(id)}, candidate against ${against}: ${parts.join('; ')}`]
}

function toRow(
  workload: WorkloadRecord,
  against: Arm,
  other: WorkloadRecord['baseline'],
  welch: WorkloadRecord['welch'],
): TestRow[] {
  if (other === undefined || workload.candidate === undefined) return []
  const ofBaseline = workload.againstBaseline?.paired
  return [
    {
      workload: escapeName(workload.id),
      against,
      other: formatMsInterval(other.ci95),
      candidate: formatMsInterval(workload.candidate.ci95),
      difference: welch === undefined ? ABSENT : formatMsInterval(welch.ci95),
      welch: testCell(welch),
      paired: testCell(against === workload.against ? workload.paired : ofBaseline),
    },
  ]
}

function testCell(test: WorkloadRecord['welch']): string {
  return test === undefined
    ? ABSENT
    : `t ${formatNumber(test.t)}, df ${formatNumber(test.df)}, p ${formatP(test.p)}`
}
