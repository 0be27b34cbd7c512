import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AssayError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { HOTSPOTS } from '../evidence/hotspots-schema.js'
import { Interrupted } from '../io.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { Progress } from '../progress.js'
import { packageRoot } from '../system/package-root.js'

export interface ProfilingRequest {
  readonly plan: EvaluationPlan
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
  /** The evidence folder; each workload gets a folder of its name in it. Absolute. */
  readonly folder: string
}

/**
 * Time between two samples, µs: twice as fine would tell shares hardly better and double what is
 * committed.
 */
const INTERVAL_MICROS = 500
/**
 * CPU under the clock and under each CPU profiler, about, ms: some six thousand samples, a share of
 * 10 % to half a point.
 */
const DURATION_MS = 3000

/**
 * Profiles every workload of a plan in all its arms, in processes of their own after everything is
 * measured, and puts what was found beside the runs: why the verdict is what it is. What is there
 * already stays.
 *
 * A profile decides nothing, so one that fails is told and left out, and the evaluation goes on.
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
  const { suite, address, foreignFile } = loaded
  for (const { id } of plan.workloads) {
    const directory = join(folder, id)
    if (existsSync(join(directory, HOTSPOTS))) continue
    try {
      await profileInto(
        directory,
        {
          suite,
          address,
          sources: foreignFile === undefined ? packageRoot() : dirname(foreignFile),
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
