import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AssayError } from '../errors.js'
import { BLOCK_COUNTS } from '../evidence/block-counts-schema.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { Interrupted } from '../io.js'
import { projectOf } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import { countInto } from '../profile/capture/count-blocks.js'
import type { PhaseSetting } from './phase-setting.js'

interface CountingRequest extends PhaseSetting {
  readonly plan: EvaluationPlan
  /** The evidence folder, absolute. Each workload gets a folder with its name in it. */
  readonly folder: string
}

/**
 * Counts how often every function and line ran, for every workload of a plan in all its arms, in
 * processes of their own after the measuring phase. The counts explain the verdict; counts made
 * before an interruption are kept.
 *
 * Since the verdict does not use them, counts that fail are reported and left out.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function countWorkloads({
  plan,
  loaded,
  settings,
  progress,
  folder,
}: CountingRequest): Promise<void> {
  const { suite, address } = loaded
  const arms = plan.arms.map((arm) => ({ arm, stack: plan.stacks[arm] }))
  for (const { id } of plan.workloads) {
    const directory = join(folder, id)
    if (existsSync(join(directory, BLOCK_COUNTS))) continue
    const request = {
      suite,
      address,
      sources: projectOf(loaded),
      workload: workloadOf(suite, id),
      scale: plan.scale,
      seed: plan.seed,
      settings,
      phase: progress.phase,
    }
    try {
      await countInto(directory, request, arms)
    } catch (error) {
      if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
      progress.note(`warning: ${id} has no counts of executions: ${error.message}`)
    }
  }
}
