import { countInto } from '../profile/capture/count-blocks.js'
import { toExecutions } from '../record/executions-record.js'
import type { Executions } from '../record/executions-schema.js'
import { type CaseProfiling, versionArms } from './profile-case.js'

/** Processes of each version if executions decide. */
const STRICT_PROCESSES = 3

/**
 * Counts the executions of both versions on one workload, into `block-counts.json` in its folder.
 *
 * @param isStrict whether they decide; then more processes must count the same
 * @throws {AssayError} a process failed, or the folder cannot be written
 */
export async function countCase(
  { directory, plan, workload, loaded, versions, settings, progress }: CaseProfiling,
  isStrict: boolean,
): Promise<Executions> {
  const request = {
    suite: loaded.suite,
    address: versions.head.address,
    sources: versions.head.project,
    workload,
    scale: plan.scale,
    seed: plan.seed,
    settings,
    phase: progress.phase,
  }
  const counts = await countInto(
    directory,
    request,
    versionArms(plan, versions),
    isStrict ? STRICT_PROCESSES : undefined,
  )
  return toExecutions(counts, 'baseline')
}
