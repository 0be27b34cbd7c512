import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AssayError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { HOTSPOTS } from '../evidence/hotspots-schema.js'
import { Interrupted } from '../io.js'
import { projectOf } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { PhaseSetting } from './phase-setting.js'

export interface ProfilingRequest extends PhaseSetting {
  readonly plan: EvaluationPlan
  /** The evidence folder, absolute. Each workload gets a folder with its name in it. */
  readonly folder: string
}

/**
 * Time between two samples, µs. Half this time would hardly make shares more exact, but would
 * double the size of the committed files.
 */
const INTERVAL_MICROS = 500
/**
 * Approximate CPU time under the clock and under each CPU profiler, ms: about six thousand
 * samples, so that the standard error of a share of 10 % is below half a percentage point.
 */
const DURATION_MS = 3000

/**
 * Profiles every workload of a plan in all its arms, in separate processes after the measuring
 * phase, and stores the profiles beside the runs. The profiles explain the verdict. Profiles made
 * before an interruption are kept.
 *
 * Since profiles are not used for the verdict, a profile that fails is reported and left out.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function profileWorkloads({
  plan,
  loaded,
  settings,
  progress,
  folder,
}: ProfilingRequest): Promise<void> {
  const { suite, address } = loaded
  for (const { id } of plan.workloads) {
    const directory = join(folder, id)
    if (existsSync(join(directory, HOTSPOTS))) continue
    try {
      await profileInto(
        directory,
        {
          suite,
          address,
          sources: projectOf(loaded),
          workload: workloadOf(suite, id),
          scale: plan.scale,
          seed: plan.seed,
          intervalMicros: INTERVAL_MICROS,
          durationMs: DURATION_MS,
          settings,
          phase: progress.phase,
        },
        plan.arms.map((arm) => ({ arm, stack: plan.stacks[arm] })),
        'evidence',
      )
    } catch (error) {
      if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
      progress.note(`warning: ${id} has no profile: ${error.message}`)
    }
  }
}
