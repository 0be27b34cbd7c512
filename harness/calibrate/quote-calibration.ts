import type { CalibrationQuote, Environment, EvaluationPlan } from '../evidence/evidence.js'
import { calibratedHost } from './calibrated-host.js'
import { calibrationId, readCalibration } from './calibration-store.js'

/** An evaluation that is planned, and the host it is planned for. */
export interface CalibrationQuery {
  /** Evidence root, absolute. */
  readonly root: string
  readonly environment: Environment
  readonly plan: Pick<EvaluationPlan, 'metric' | 'suite' | 'scale' | 'workloads'>
  /** How to calibrate for it. */
  readonly command: string
}

const DAY_MS = 86_400_000
const STALE_AFTER_DAYS = 30

/**
 * What the newest calibration of this host, Node, flags, suite and scale says about the workloads
 * of a plan.
 *
 * `failed` stays failed at any age and for any workload: a biased harness does not mend itself.
 * `stale` is decided by age alone and not by the code that was measured: that changes daily, while
 * bias and noise are those of host and harness. One that covers none of the workloads is `missing`.
 *
 * @throws {InvalidEvidenceError} there is one, and it is not what its runs yield; names the file
 */
export function quoteCalibration(
  { root, environment, plan, command }: CalibrationQuery,
  now: Date,
): CalibrationQuote {
  const calibration = readCalibration(
    root,
    calibrationId(calibratedHost(environment, plan), plan.scale),
  )
  const covered = (calibration?.workloads ?? []).filter(({ id }) =>
    plan.workloads.some((planned) => planned.id === id),
  )
  if (calibration === undefined || (covered.length === 0 && calibration.verdict === 'passed'))
    return { status: 'missing', command, workloads: [] }
  const { madeAt, verdict } = calibration
  const ageDays = Math.max(0, now.getTime() - Date.parse(madeAt)) / DAY_MS
  return {
    status: verdict === 'failed' ? 'failed' : ageDays > STALE_AFTER_DAYS ? 'stale' : 'passed',
    madeAt,
    ageDays,
    command,
    workloads: covered.flatMap(({ id, effectiveSd, class: noiseClass }) =>
      effectiveSd === undefined || noiseClass === undefined
        ? []
        : [{ id, effectiveSd, class: noiseClass }],
    ),
  }
}
