import type { Equivalence, PlannedWorkload } from '../evidence/evidence.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { Progress } from '../progress.js'
import { type ProofRequest, proveEquivalence } from './equivalence.js'
import { pilotWorkload } from './pilot.js'
import type { PlanDraft } from './plan.js'

/** How processes are started, and who is told. */
interface Setting {
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
}

/**
 * The proof that every arm of a plan computes the same, with its progress.
 *
 * @throws as `proveEquivalence`
 */
export async function prove(
  plan: PlanDraft,
  { loaded, settings, progress }: Setting,
  options: Pick<ProofRequest, 'thorough'> = {},
): Promise<Equivalence> {
  return await proveEquivalence({
    ...options,
    plan,
    loaded,
    settings,
    onStep: (workload, seed) => progress.phase(`proving equivalence: ${workload}, seed ${seed}`),
    onWarning: (line) => progress.note(`warning: ${line}`),
  })
}

/** The workloads of a plan, each with the W and K of its pilot. @throws as `pilotWorkload` */
export async function pilot(
  plan: PlanDraft,
  { loaded, settings, progress }: Setting,
): Promise<PlannedWorkload[]> {
  const planned: PlannedWorkload[] = []
  for (const workload of plan.workloads) {
    progress.phase(`pilot: ${workload.id}`)
    planned.push(await pilotWorkload({ plan, loaded, settings }, workload))
  }
  return planned
}
