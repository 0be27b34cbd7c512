import { join } from 'node:path'
import { AssayError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { Interrupted } from '../io.js'
import { workloadOf } from '../measurement/run-once.js'
import { concludeCase } from '../verdict/gate.js'
import { compareCountedWork } from './counted-work.js'
import type { GateCase } from './gate-report.js'
import { roundOf } from './gate-round.js'
import { type Bench, CASES_FOLDER, type MeasuredPlan } from './measured-plan.js'
import { caseName } from './plan-gate.js'

/**
 * The conclusion on one workload of a plan, with a profile if it failed.
 *
 * @param second the confirming round; undefined if there is none
 */
export async function concludeMeasured(
  bench: Bench,
  id: string,
  { plan, runs }: MeasuredPlan,
  second: MeasuredPlan | undefined,
): Promise<GateCase> {
  const journal = (planId: string) => `${CASES_FOLDER}/${planId}/runs.jsonl`
  const first = roundOf(plan, runs, id, journal(plan.id))
  const confirmation = second && roundOf(second.plan, second.runs, id, journal(second.plan.id))
  const { verdict, reasons } = concludeCase(first, confirmation)
  return defined({
    name: caseName(id, plan.stacks.candidate),
    workload: id,
    stack: plan.stacks.candidate,
    content: plan.workloads.find((workload) => workload.id === id)?.content ?? '',
    verdict,
    reasons: [...reasons],
    rounds: confirmation === undefined ? [first] : [first, confirmation],
    countedWork: compareCountedWork(runs, id),
    profile:
      verdict === 'fail' && bench.request.profile ? await profileOf(bench, plan, id) : undefined,
  })
}

/**
 * Profiles a failed case. If profiling fails, there is only a warning, because profiles are not
 * used for the verdict.
 */
async function profileOf(
  { request, loaded, versions, settings }: Bench,
  plan: EvaluationPlan,
  id: string,
): Promise<GateCase['profile']> {
  const { progress, out } = request
  const folder = `${CASES_FOLDER}/${plan.id}/${id}`
  // Imported here, so that a gate that passes does not load the code that draws pictures.
  const { profileCase } = await import('./profile-case.js')
  try {
    const directory = join(out, folder)
    const workload = workloadOf(loaded.suite, id)
    const profiling = { directory, plan, workload, loaded, versions, settings, progress }
    return { folder, grown: await profileCase(profiling) }
  } catch (error) {
    if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
    const name = caseName(id, plan.stacks.candidate)
    progress.note(`warning: ${name} has no profile: ${error.message}`)
    return undefined
  }
}
