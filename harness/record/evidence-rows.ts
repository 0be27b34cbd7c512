import type { Criterion } from '../contract.js'
import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import {
  formatCounter,
  formatMsWithSd,
  formatP,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
} from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { counterOf } from '../verdict/criteria.js'
import { calibrationText } from './calibration-text.js'
import { signedChange } from './change-text.js'
import { criterionOf, resolutionClaim } from './claim.js'
import { outcomeWord } from './outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** One workload in the table of evidence; every cell is markdown. */
export interface EvidenceRow {
  readonly workload: string
  readonly role: string
  readonly pairs: string
  readonly baseline: string
  readonly incumbent: string
  readonly candidate: string
  readonly improvement: string
  readonly p: string
  /** Against the pure baseline, if the improvement is against an incumbent. */
  readonly overall: string
  readonly overallP: string
  readonly wall: string
  readonly memory: string
  readonly hitRate: string
  readonly noise: string
}

/** One look of one workload; bounds as improvements, or in the unit of a budget. */
export interface LookRow {
  readonly workload: string
  readonly pairs: string
  readonly estimate: string
  readonly bounds: string
  readonly outcome: string
}

type LookRecord = WorkloadRecord['looks'][number]

const ABSENT = '—'

/** The table of evidence. */
export function evidenceRows(record: DecisionRecord): EvidenceRow[] {
  return record.workloads.map((workload) => ({
    workload: escapeName(workload.id),
    role: workload.role,
    pairs: String(workload.pairs),
    baseline: time(workload.baseline),
    incumbent: time(workload.incumbent),
    candidate: time(workload.candidate),
    improvement: improvementCell(workload.improvement),
    p: pCell(workload.improvement),
    overall: improvementCell(workload.againstBaseline?.improvement),
    overallP: pCell(workload.againstBaseline?.improvement),
    wall: improvementCell(workload.wall?.improvement),
    memory: memoryCell(workload.memory),
    hitRate: hitRateCell(workload.hitRates),
    noise: noiseCell(workload, record),
  }))
}

/** The table of looks. */
export function lookRows(record: DecisionRecord): LookRow[] {
  return record.workloads.flatMap(({ id, role, looks }) =>
    looks.map(({ pairs, outcome, held, ...position }) => ({
      workload: escapeName(id),
      pairs: String(pairs),
      ...positionCells(position, criterionOf({ role }, record)),
      outcome: `${outcomeWord(role, outcome)}${held === undefined ? '' : ` (held: ${held.join(', ')})`}`,
    })),
  )
}

/**
 * Converts the values of a look to improvements. For a budget, they stay in the unit of its
 * counter.
 */
function positionCells(
  { m, lower, upper }: Pick<LookRecord, 'm' | 'lower' | 'upper'>,
  criterion: Criterion,
): Pick<LookRow, 'estimate' | 'bounds'> {
  const counter = counterOf(criterion)
  if (counter !== undefined) {
    const [estimate, from, to] = [m, lower, upper].map((value) => formatCounter(counter, value))
    return { estimate: `${escapeName(counter)} ${estimate}`, bounds: `${from} – ${to}` }
  }
  return {
    estimate: formatSignedPercent(improvementOf(m)),
    bounds: formatPercentInterval([improvementOf(upper), improvementOf(lower)]),
  }
}

function time(summary: WorkloadRecord['baseline']): string {
  return summary === undefined ? ABSENT : formatMsWithSd(summary.mean, summary.sd)
}

function improvementCell(improvement: WorkloadRecord['improvement']): string {
  return improvement === undefined ? ABSENT : signedChange(improvement.estimate, improvement.ci95)
}

function pCell(improvement: WorkloadRecord['improvement']): string {
  return improvement?.p === undefined ? ABSENT : formatP(improvement.p)
}

function noiseCell(workload: WorkloadRecord, record: DecisionRecord): string {
  const { noise, id } = workload
  if (noise === undefined) return ABSENT
  const claim = resolutionClaim(workload, record)
  const resolution = claim === undefined ? '' : `, resolution ${escapeMarkdown(claim)}`
  const own = `${noise.class} ${formatPercent(noise.effectiveSd)}${resolution}`
  const calibration = calibrationText(record.calibration, id)
  return calibration === undefined ? own : `${own}; ${calibration}`
}

/** The measured change of the peak, and that of the probe if one was made. */
export function memoryChange({ ratio, probe }: NonNullable<WorkloadRecord['memory']>): string {
  const measured = formatSignedPercent(ratio - 1)
  return probe === undefined
    ? measured
    : `${measured}, in the probe ${formatSignedPercent(probe.ratio - 1)}`
}

function memoryCell(memory: WorkloadRecord['memory']): string {
  return memory === undefined ? ABSENT : `${memoryChange(memory)} ${memory.verdict}`
}

function hitRateCell(rates: WorkloadRecord['hitRates']): string {
  if (rates === undefined) return ABSENT
  return Object.entries(rates)
    .map(([name, rate]) => `${escapeName(name)} ${formatPercent(rate)}`)
    .join(', ')
}
