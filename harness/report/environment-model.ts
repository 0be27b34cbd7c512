import type { CalibrationQuote } from '../evidence/evidence.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { formatBytes, formatDaysAgo, formatNumber, formatPercent } from '../text/format.js'
import type { ReportSource } from './report-source.js'

/** A fact with its label, both plain text. */
export interface Fact {
  readonly label: string
  readonly value: string
}

/** @param values values by label; a label without a value is left out */
export function factsFrom(values: Readonly<Record<string, string | undefined>>): Fact[] {
  return Object.entries(values).flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label, value }],
  )
}

/** Host, Node and code of an evaluation. */
export function environmentFacts({
  evidence: { environment, plan },
  record: { git, dist },
}: ReportSource): Fact[] {
  const { cpuQuota, memoryLimitBytes } = environment
  return factsFrom({
    Processor: `${environment.cpuCount} × ${environment.cpuModel}`,
    Memory: formatBytes(environment.memoryBytes),
    System: `${environment.platform}, ${environment.kernel}`,
    Node: `${environment.node}, V8 ${environment.v8}`,
    'Node flags': plan.nodeFlags.join(' ') || 'none',
    Governor: environment.governor,
    'CPU limit': cpuQuota === undefined ? undefined : formatNumber(cpuQuota, 2),
    'Memory limit': memoryLimitBytes === undefined ? undefined : formatBytes(memoryLimitBytes),
    'Load average before': environment.loadAverage?.map((load) => formatNumber(load, 2)).join(', '),
    'Not available on this host': environment.fallbacks.join('; '),
    Commit: git === null ? 'none' : `${git.commit}${git.dirty ? ', with uncommitted changes' : ''}`,
    'Compiled code': dist,
    Started: plan.createdAt,
  })
}

const CALIBRATION_WORDS: Readonly<Record<CalibrationQuote['status'], string>> = {
  passed: 'The calibration of this host and Node version passed',
  failed: 'The calibration of this host and Node version failed',
  undecidable: 'The calibration of this host and Node version was too noisy to find a bias',
  stale: 'The calibration of this host and Node version passed but was out of date',
  missing: 'This host and Node version had not been calibrated',
}

/** The calibration of the host, as the plan quotes it. */
export function calibrationSentence({ calibration }: DecisionRecord): string {
  if (calibration === undefined) return 'This record is older than calibration, so it quotes none.'
  const { status, workloads, ageDays } = calibration
  const age = ageDays === undefined ? '' : `, made ${formatDaysAgo(ageDays)}`
  const noise = workloads
    .map(
      ({ id, effectiveSd, class: name }) => `${id} ${name}, ${formatPercent(effectiveSd)} per pair`,
    )
    .join('; ')
  return `${CALIBRATION_WORDS[status]}${age}${noise === '' ? '' : `: ${noise}`}.`
}
