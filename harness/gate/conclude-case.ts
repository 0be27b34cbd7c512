import { join } from 'node:path'
import { AssayError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { Interrupted } from '../io.js'
import { workloadOf } from '../measurement/run-once.js'
import type { Executions } from '../record/executions-schema.js'
import { type CaseConclusion, concludeCase } from '../verdict/gate.js'
import { concludeWithWork } from '../verdict/strict-work.js'
import { compareCountedWork } from './counted-work.js'
import type { GateCase, GateRound } from './gate-report.js'
import { roundOf } from './gate-round.js'
import { type Bench, CASES_FOLDER, type MeasuredPlan } from './measured-plan.js'
import { caseName } from './plan-gate.js'
import type { CaseProfiling } from './profile-case.js'

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
  const time = concludeCase(first, confirmation)
  const profile =
    time.verdict === 'fail' && bench.request.profile ? await profileOf(bench, plan, id) : undefined
  const executions = isToCount(bench, time, first) ? await executionsOf(bench, plan, id) : undefined
  const { verdict, reasons } = concludeStrictly(bench, time, executions)
  return defined({
    name: caseName(id, plan.stacks.candidate),
    workload: id,
    stack: plan.stacks.candidate,
    content: plan.workloads.find((workload) => workload.id === id)?.content ?? '',
    verdict,
    reasons: [...reasons],
    rounds: confirmation === undefined ? [first] : [first, confirmation],
    countedWork: compareCountedWork(runs, id),
    executions,
    profile,
  })
}

/** Executions are counted if they decide, or if they may explain a slowdown. */
function isToCount(
  { request: { counts, rule } }: Bench,
  { verdict }: CaseConclusion,
  { warnings }: GateRound,
): boolean {
  if (rule.strictWork !== undefined) return true
  return counts && (verdict !== 'pass' || warnings.some(({ code }) => code === 'slower'))
}

function concludeStrictly(
  { request: { rule } }: Bench,
  time: CaseConclusion,
  executions: Executions | undefined,
): CaseConclusion {
  if (rule.strictWork === undefined) return time
  return concludeWithWork(
    time,
    executions?.kind === 'exact' ? executions : undefined,
    rule.strictWork,
  )
}

/**
 * Profiles a failed case. If profiling fails, there is only a warning, because profiles are not
 * used for the verdict.
 */
async function profileOf(
  bench: Bench,
  plan: EvaluationPlan,
  id: string,
): Promise<GateCase['profile']> {
  // Imported here, so that a gate that passes does not load the code that draws pictures.
  const { profileCase } = await import('./profile-case.js')
  const { folder, ...profiling } = profilingOf(bench, plan, id)
  const grown = await unlessFailed(profileCase(profiling), (why) =>
    bench.request.progress.note(`warning: ${nameOf(plan, id)} has no profile: ${why}`),
  )
  return grown && { folder, grown }
}

/** Counts the executions of a case; undefined, with a warning, if that fails. */
async function executionsOf(
  bench: Bench,
  plan: EvaluationPlan,
  id: string,
): Promise<GateCase['executions']> {
  const { countCase } = await import('./count-case.js')
  const { folder: _, ...profiling } = profilingOf(bench, plan, id)
  const isStrict = bench.request.rule.strictWork !== undefined
  return await unlessFailed(countCase(profiling, isStrict), (why) =>
    bench.request.progress.note(`warning: ${nameOf(plan, id)} has no counts of executions: ${why}`),
  )
}

function profilingOf(
  { request, loaded, versions, settings }: Bench,
  plan: EvaluationPlan,
  id: string,
): CaseProfiling & { readonly folder: string } {
  const folder = `${CASES_FOLDER}/${plan.id}/${id}`
  const { progress, out } = request
  const workload = workloadOf(loaded.suite, id)
  return {
    folder,
    directory: join(out, folder),
    plan,
    workload,
    loaded,
    versions,
    settings,
    progress,
  }
}

function nameOf({ stacks }: EvaluationPlan, id: string): string {
  return caseName(id, stacks.candidate)
}

/** The value, or undefined after one of our errors. @throws {Interrupted} the user stopped it */
async function unlessFailed<Value>(
  made: Promise<Value>,
  onFailed: (why: string) => void,
): Promise<Value | undefined> {
  try {
    return await made
  } catch (error) {
    if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
    onFailed(error.message)
    return undefined
  }
}
