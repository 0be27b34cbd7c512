import type { Workload } from '../contract.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { ArmStack } from '../profile/capture/profiled-process.js'
import type { Progress } from '../progress.js'
import type { GrownFunction } from './gate-report.js'
import { grownFunctions } from './grown-functions.js'
import type { Versions } from './versions.js'

export interface CaseProfiling {
  /** Absolute; created if missing. */
  readonly directory: string
  readonly plan: EvaluationPlan
  readonly workload: Workload<unknown, unknown, unknown>
  readonly loaded: LoadedSuite
  readonly versions: Versions
  readonly settings: ForkSettings
  readonly progress: Progress
}

/** Time between two samples, µs. */
const INTERVAL_MICROS = 500
/**
 * Approximate CPU time to spend without a profiler and under each profiler, ms. A quarter of the
 * samples of an evaluation suffices to see a function that takes a tenth longer.
 */
const DURATION_MS = 1500

/**
 * Profiles both versions on one workload, each with its own sources. The folder gets folded stacks,
 * flame graphs, and a flame graph of the difference.
 *
 * @returns the functions that grew most
 * @throws {AssayError} a process failed, left no usable profile, or the folder cannot be written
 */
export async function profileCase(request: CaseProfiling): Promise<GrownFunction[]> {
  const { directory, plan, workload, loaded, versions, settings, progress } = request
  const profiled = await profileInto(
    directory,
    {
      suite: loaded.suite,
      address: versions.head.address,
      sources: versions.head.project,
      workload,
      scale: plan.scale,
      seed: plan.seed,
      intervalMicros: INTERVAL_MICROS,
      durationMs: DURATION_MS,
      settings,
      phase: progress.phase,
    },
    versionArms(plan, versions),
    'evidence',
  )
  return grownFunctions(profiled)
}

/** Base is the arm `baseline`, head the arm `candidate`; both have the same layers. */
export function versionArms(
  { stacks: { candidate: stack } }: Pick<EvaluationPlan, 'stacks'>,
  { base, head }: Versions,
): ArmStack[] {
  const of = ({ address, project }: typeof head) => ({ address, sources: project })
  return [
    { arm: 'baseline', stack, version: of(base) },
    { arm: 'candidate', stack, version: of(head) },
  ]
}
