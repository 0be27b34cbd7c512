import type { Arm, Divergence, RunSlot } from '../contract.js'
import { InputError, InvalidEvidenceError } from '../errors.js'
import type { Equivalence } from '../evidence/evidence.js'
import { type Answer, forkRun } from '../measurement/fork-run.js'
import { addressOf } from '../measurement/load-suite.js'
import { slotOf } from '../measurement/measure-pair.js'
import { workloadOf } from '../measurement/run-once.js'
import type { PhaseSetting } from './phase-setting.js'
import type { PlanDraft } from './plan-draft.js'

type Digests = Equivalence['digests']
type LocatedDivergence = Extract<Equivalence, { kind: 'different' }>['divergence']

interface Proof extends PhaseSetting {
  readonly plan: PlanDraft
}

/** A workload and seed, for which all arms must produce the same result. */
interface Task {
  readonly workload: string
  readonly seed: number
}

/**
 * Proves, before any run is timed, that every arm produces the results of the baseline for each
 * workload and seed. Each arm runs in a process of its own. The proof stops at the first
 * difference and locates it. Data are prepared once for each measured version of the suite.
 *
 * @param thorough compute every digest even after a difference, and locate only the first
 * difference; for arms that are expected to differ
 * @throws {InputError} preparing the data failed because of a setting, e.g. an unwritable cache
 * @throws {InvalidEvidenceError} a process failed
 */
export async function proveEquivalence(
  plan: PlanDraft,
  setting: PhaseSetting,
  { thorough = false }: { readonly thorough?: boolean } = {},
): Promise<Equivalence> {
  const proof = { ...setting, plan }
  const digests: Digests = []
  let divergence: LocatedDivergence | undefined
  for (const task of tasksOf(plan)) {
    setting.progress.phase(`proving equivalence: ${task.workload}, seed ${task.seed}`)
    await prepareData(proof, task)
    const byArm = await digestArms(proof, task)
    digests.push(...byArm)
    divergence ??= await findDivergence(proof, task, byArm)
    if (divergence !== undefined && !thorough) break
  }
  return divergence === undefined
    ? { kind: 'equal', digests }
    : { kind: 'different', digests, divergence }
}

function tasksOf({ workloads, equivalenceSeeds }: PlanDraft): Task[] {
  return workloads.flatMap(({ id }) => equivalenceSeeds.map((seed) => ({ workload: id, seed })))
}

async function prepareData(proof: Proof, task: Task): Promise<void> {
  for (const arm of versionsOf(proof)) {
    const answer = await runStep(proof, { ...task, mode: 'prepare', arm })
    if (answer.kind !== 'prepared') continue
    for (const line of answer.warnings) proof.progress.note(`warning: ${line}`)
  }
}

/** One arm from each version of the suite. */
function versionsOf({ plan, loaded }: Proof): Arm[] {
  const address = (arm: Arm) => addressOf(loaded, arm)
  return plan.arms.filter(
    (arm, index, arms) => arms.findIndex((other) => address(other) === address(arm)) === index,
  )
}

/** One digest per arm. The arms run at the same time, because nothing is timed here. */
async function digestArms(proof: Proof, task: Task): Promise<Digests> {
  return await settleAll(
    proof.plan.arms.map(async (arm) => ({
      ...task,
      arm,
      digest: (await verify(proof, { ...task, arm })).digest,
    })),
  )
}

/** The first arm whose digest differs, with the place of the difference in its output. */
async function findDivergence(
  proof: Proof,
  task: Task,
  digests: Digests,
): Promise<LocatedDivergence | undefined> {
  const different = digests.find(({ digest }) => digest !== digests[0]?.digest)
  if (different === undefined) return undefined
  const { arm } = different
  return { ...task, arm, ...(await locate(proof, task, arm, digests)) }
}

/**
 * Runs both arms again, and compares their whole outputs. If the digest of an arm is now
 * different, that arm is not reproducible; the proof then fails for this reason, which is reported
 * instead.
 */
async function locate(proof: Proof, task: Task, arm: Arm, digests: Digests): Promise<Divergence> {
  const arms = ['baseline', arm] as const
  const [baseline, candidate] = await settleAll(
    arms.map((one) => verify(proof, { ...task, arm: one, wantOutput: true })),
  )
  const texts = { baseline: baseline?.digest ?? '', candidate: candidate?.digest ?? '' }
  const unlocated = (why: string) => ({ at: {}, field: `digest (${why})`, ...texts })
  const isChanged = (one: Arm, digest: string | undefined) =>
    digest !== digests.find((entry) => entry.arm === one)?.digest
  const unstable = isChanged('baseline', baseline?.digest)
    ? 'baseline'
    : isChanged(arm, candidate?.digest)
      ? arm
      : undefined
  if (unstable !== undefined) return unlocated(`the ${unstable} gives another output each time`)
  try {
    const workload = workloadOf(proof.loaded.suite, task.workload)
    return (
      workload.diverge(baseline?.output, candidate?.output) ??
      unlocated('the workload does not locate the difference')
    )
  } catch (error) {
    // Outputs that cannot be compared are still different.
    const reason = error instanceof Error ? error.message : String(error)
    return unlocated(`locating it failed: ${reason}`)
  }
}

async function verify(
  proof: Proof,
  slot: Task & Pick<RunSlot, 'arm' | 'wantOutput'>,
): Promise<{ readonly digest: string; readonly output?: unknown }> {
  const answer = await runStep(proof, { ...slot, mode: 'verify' })
  return answer.kind === 'verified' ? answer : { digest: '' }
}

/** One step of the proof in a process of its own. */
async function runStep(
  proof: Proof,
  slot: Task & Pick<RunSlot, 'mode' | 'arm' | 'wantOutput'>,
): Promise<Answer> {
  const result = await forkRun(
    { ...slotOf(proof, { id: slot.workload }, slot.arm), ...slot, pair: 0, position: 0 },
    proof.settings,
  )
  if (result.kind === 'answered') return result.message
  if (result.exitCode === 2) throw new InputError(result.error)
  const step = slot.mode === 'prepare' ? 'preparing' : `verifying the ${slot.arm} of`
  throw new InvalidEvidenceError(
    `${step} ${slot.workload} with seed ${slot.seed} failed: ${result.error}; nothing was measured`,
  )
}

/** Like `Promise.all`, but rejects only after every process has ended. */
async function settleAll<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
