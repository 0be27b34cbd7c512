import type { CalibrationQuote } from '../evidence/evidence.js'
import { formatDaysAgo, formatPercent } from '../text/format.js'

/**
 * The calibration of a host for one workload: `calibrated GREEN, effective sd 1.2 %, 3 days ago`.
 *
 * @returns undefined for older plans, which do not quote a calibration
 */
export function calibrationText(
  calibration: CalibrationQuote | undefined,
  workload: string,
): string | undefined {
  if (calibration === undefined) return undefined
  const { status, workloads } = calibration
  if (status === 'failed') return ['calibration failed', ...ageOf(calibration)].join(', ')
  const noise = workloads.find(({ id }) => id === workload)
  if (calibration.short !== undefined && status === 'passed')
    return ['host calibrated', ...ageOf(calibration)].join(', ')
  if (status === 'missing' || noise === undefined) return 'not calibrated'
  const quote = `calibrated ${noise.class}, effective sd ${formatPercent(noise.effectiveSd)}`
  return `${[quote, ...ageOf(calibration)].join(', ')}${status === 'stale' ? ' (out of date)' : ''}`
}

function ageOf({ ageDays }: CalibrationQuote): string[] {
  if (ageDays === undefined) return []
  return [formatDaysAgo(ageDays)]
}
