import { defined } from '../evidence/defined.js'
import type { CalibrationQuote, Environment, EvaluationPlan } from '../evidence/evidence.js'
import { tInterval } from '../statistics/interval.js'
import { improvementInterval, improvementOf } from '../verdict/compare.js'
import { calibratedHost } from './calibrated-host.js'
import type { CalibratedWorkload, Calibration } from './calibration.js'
import { calibrationId, readCalibration, SHORT } from './calibration-store.js'
import { suite as hostSuite } from './host-suite.js'

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
 * flags, suite and scale. If that calibration does not exist or covers none of the workloads, it is
 * a short calibration of this host, which stands for all workloads of all suites.
 *
 * A `failed` calibration counts at any age and for any workload, because bias does not disappear
 * by itself. It is `stale` by age only: the measured code may change daily, but bias and noise are
 * properties of the host and the harness. Without any calibration, it is `missing`.
 *
 * @throws {InvalidEvidenceError} a file of the calibration is damaged; the message names the file
 */
export function quoteCalibration(
  { root, environment, plan, command }: CalibrationQuery,
  now: Date,
): CalibrationQuote {
  const host = calibratedHost(environment, plan)
  const long = readCalibration(root, calibrationId(host, plan.scale))
  const covers = long?.workloads.some(({ id }) => plan.workloads.some((one) => one.id === id))
  if (long !== undefined && (covers === true || long.verdict === 'failed'))
    return quoteOf(long, { plan, command, now })
  const anySuite = calibratedHost(environment, { metric: plan.metric, suite: hostSuite.name })
  const short = readCalibration(root, calibrationId(anySuite, SHORT))
  if (short === undefined) return { status: 'missing', command, workloads: [] }
  const { scale, workloads } = short
  const quote = quoteOf(short, { plan: { workloads }, command, now })
  return { ...quote, workloads: [], short: { workload: workloads[0]!.id, scale } }
}

interface Quoting {
  readonly plan: { readonly workloads: readonly { readonly id: string }[] }
  readonly command: string
  readonly now: Date
}

function quoteOf(calibration: Calibration, { plan, command, now }: Quoting): CalibrationQuote {
  const { madeAt, verdict } = calibration
  const ageDays = Math.max(0, now.getTime() - Date.parse(madeAt)) / DAY_MS
  const covered = calibration.workloads.filter(({ id }) =>
    plan.workloads.some((planned) => planned.id === id),
  )
  return {
    status: verdict !== 'failed' && ageDays > STALE_AFTER_DAYS ? 'stale' : verdict,
    madeAt,
    ageDays,
    command,
    workloads: covered.flatMap(({ id, effectiveSd, class: noiseClass }) =>
      effectiveSd === undefined || noiseClass === undefined
        ? []
        : [{ id, effectiveSd, class: noiseClass }],
    ),
    checks: covered.flatMap(checksOf),
  }
}

/** What was found for one workload; empty if too few pairs were measured. */
function checksOf({
  id,
  design,
  identical,
  injected,
}: CalibratedWorkload): NonNullable<CalibrationQuote['checks']> {
  const { m, se, df } = identical.attempts.at(-1)!
  if (m === undefined || se === undefined || df === undefined) return []
  const { lower, upper } = improvementInterval(tInterval(m, se, df))
  const effect = injected.attempts.at(-1)!
  return [
    defined({
      workload: id,
      design,
      identical: { improvement: improvementOf(m), ci95: [lower, upper] },
      injected:
        effect.improvement === undefined || effect.ci95 === undefined
          ? undefined
          : {
              realised: effect.realised ?? injected.improvement,
              improvement: effect.improvement,
              ci95: [...effect.ci95],
            },
    }),
  ]
}
