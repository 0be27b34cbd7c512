import type { EvaluationPlan } from '../evidence/evidence.js'
import { formatCounted } from '../text/format.js'
import type { Warning } from './warnings.js'

/**
 * What a reader should know about the calibration a plan quotes; nothing where the plan says
 * nothing about calibrations. A calibration that passed speaks for the workloads it covers and no
 * other.
 */
export function calibrationWarnings({
  calibration,
  workloads,
}: Pick<EvaluationPlan, 'calibration' | 'workloads'>): Warning[] {
  if (calibration === undefined) return []
  const { status, command, ageDays } = calibration
  if (status === 'failed') {
    return [
      {
        code: 'calibration-failed',
        hint: `the calibration of this host and Node found the harness biased, so nothing is accepted here; quiet the host and calibrate again: ${command}`,
      },
    ]
  }
  if (status === 'stale') {
    const age = ageDays === undefined ? '' : ` (${formatCounted(Math.floor(ageDays), 'day')} old)`
    return [
      {
        code: 'calibration-stale',
        hint: `the calibration of this host and Node is out of date${age}, so its noise may be another by now; repeat it: ${command}`,
      },
    ]
  }
  const covered = new Set(status === 'passed' ? calibration.workloads.map(({ id }) => id) : [])
  const uncovered = workloads.map(({ id }) => id).filter((id) => !covered.has(id))
  if (uncovered.length === 0) return []
  return [
    {
      code: 'calibration-missing',
      hint: `this host and Node were not calibrated for ${uncovered.join(', ')}, so nobody knows whether two equal arms come out equal here; calibrate: ${command}`,
    },
  ]
}
