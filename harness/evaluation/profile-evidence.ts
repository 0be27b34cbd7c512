import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mean } from 'simple-statistics'
import type { Arm } from '../contract.js'
import { AssayError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import { HOTSPOTS } from '../evidence/hotspots-schema.js'
import type { JournalLine } from '../evidence/run-record.js'
import { Interrupted } from '../io.js'
import { projectOf } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { MeasuredBefore } from '../profile/capture/profiled-process.js'
import { roundsOf } from '../verdict/rounds.js'
import type { PhaseSetting } from './phase-setting.js'

export interface ProfilingRequest extends PhaseSetting {
  readonly plan: EvaluationPlan
  /** The measured runs. */
  readonly runs: readonly JournalLine[]
  /** The evidence folder, absolute. Each workload gets a folder with its name in it. */
  readonly folder: string
}

/**
 * Longest and shortest time between two samples, µs. A shorter one would slow the passes; half of
 * the longest would hardly make shares more exact, but double the size of the committed files.
 */
const LONGEST_INTERVAL_MICROS = 500
const SHORTEST_INTERVAL_MICROS = 100
/**
 * Samples wanted without inlining: the standard error of a share of 10 % is then two thirds of a
 * percentage point.
 */
const SAMPLES = 2000
/**
 * Approximate CPU time under the clock and under each CPU profiler, ms, if an arm has no run that
 * counts.
 */
const DURATION_MS = 3000

/**
 * Profiles the CPU of every workload of a plan in all its arms, in separate processes after the
 * measuring phase, and stores the profiles beside the runs. A profiled process makes as many
 * warm-up and timed passes as a measured one. The profiles explain the verdict. Profiles made
 * before an interruption are kept.
 *
 * Since profiles are not used for the verdict, a profile that fails is reported and left out.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function profileWorkloads({
  plan,
  runs,
  loaded,
  settings,
  progress,
  folder,
}: ProfilingRequest): Promise<void> {
  const { suite, address } = loaded
  for (const planned of plan.workloads) {
    const { id } = planned
    const directory = join(folder, id)
    if (existsSync(join(directory, HOTSPOTS))) continue
    const measured = measuredBefore(plan, runs, planned)
    try {
      await profileInto(
        directory,
        defined({
          suite,
          address,
          sources: projectOf(loaded),
          workload: workloadOf(suite, id),
          scale: plan.scale,
          seed: plan.seed,
          intervalMicros: intervalFor(measured),
          durationMs: DURATION_MS,
          measured,
          settings,
          phase: progress.phase,
        }),
        plan.arms.map((arm) => ({ arm, stack: plan.stacks[arm] })),
        'evidence',
      )
    } catch (error) {
      if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
      progress.note(`warning: ${id} has no profile: ${error.message}`)
    }
  }
}

/**
 * The design and the length of the measured runs, and the mean CPU of a pass over all pairs that
 * count; undefined if there is none.
 */
export function measuredBefore(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  { id, design = 'adjacent', warmup, iterations }: PlannedWorkload,
): MeasuredBefore | undefined {
  const rounds = roundsOf(runs, plan, id)
  if (rounds.length === 0 || warmup === undefined || iterations === undefined) return undefined
  const cpuMsOf = (arm: Arm) => rounds.map((round) => round.runs[arm]!.cpuMs)
  return {
    design,
    length: { warmup, iterations },
    cpuMs: Object.fromEntries(plan.arms.map((arm) => [arm, mean(cpuMsOf(arm))])),
    processCpuMs: Object.fromEntries(plan.arms.map((arm) => [arm, cpuMsOf(arm)])),
  }
}

/** The time between two samples, µs, at which the fastest arm gives enough of them. */
export function intervalFor(measured: MeasuredBefore | undefined): number {
  if (measured === undefined) return LONGEST_INTERVAL_MICROS
  const passCpuMs = Math.min(...Object.values(measured.cpuMs))
  const wanted = Math.round((measured.length.iterations * passCpuMs * 1000) / SAMPLES)
  return Math.min(LONGEST_INTERVAL_MICROS, Math.max(SHORTEST_INTERVAL_MICROS, wanted))
}
