import type { CalibrationQuote, Environment, EvaluationPlan } from '../evidence/evidence.js'
import { calibratedHost } from './calibrated-host.js'
import { calibrationId, readCalibration } from './calibration-store.js'

/** A planned evaluation, and its host. */
export interface CalibrationQuery {
  /** Evidence root, absolute. */
  readonly root: string
  readonly environment: Environment
  readonly plan: Pick<EvaluationPlan, 'metric' | 'suite' | 'scale' | 'workloads'>
  /** The command that calibrates for the plan. */
  readonly command: string
}

const DAY_MS = 86_400_000
const STALE_AFTER_DAYS = 30

/**
 * The part that concerns the workloads of a plan, from the calibration of this host, Node version,
 * flags, suite and scale.
 *
 * A `failed` calibration counts at any age and for any workload, because bias does not disappear
 * by itself. It is `stale` by age only: the measured code may change daily, but bias and noise are
 * properties of the host and the harness. If the calibration covers none of the workloads, it is
 * `missing`.
 *
 * @throws {InvalidEvidenceError} a file of the calibration is damaged; the message names the file
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
