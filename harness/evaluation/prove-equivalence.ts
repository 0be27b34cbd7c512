import type { Arm, Divergence, RunSlot } from '../contract.js'
import { InputError, InvalidEvidenceError, messageOf } from '../errors.js'
import { defined } from '../evidence/defined.js'
import {
  type DataEntry,
  divergenceSchema,
  type Equivalence,
  type PlannedWorkload,
} from '../evidence/evidence.js'
import { type Answer, forkRun } from '../measurement/fork-run.js'
import { addressOf } from '../measurement/load-suite.js'
import { slotOf } from '../measurement/measure-pair.js'
import { workloadOf } from '../measurement/run-once.js'
import { iterationSeeds } from '../measurement/schedule.js'
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

type Verified = Extract<Answer, { kind: 'verified' }>

/** What one arm returned for one seed. */
interface Result extends Task, Verified {
  readonly arm: Arm
}

/**
 * Proves, before any run is timed, that every arm produces the results of the baseline for each
 * workload and seed. Each arm runs in a process of its own. The proof stops at the first
 * difference and locates it. Data are prepared once for each measured version of the suite.
 *
 * @param thorough take every digest even after a difference, and locate only the first: for arms
 * that are expected to differ
 * @throws {InputError} preparing the data failed because of a setting, e.g. an unwritable cache; or
 * the suite does not keep the contract, so that equal results would prove nothing
 * @throws {InvalidEvidenceError} a process failed
 */
export async function proveEquivalence(
  plan: PlanDraft,
  setting: PhaseSetting,
  { thorough = false }: { readonly thorough?: boolean } = {},
): Promise<Equivalence> {
  const proof = { ...setting, plan }
  const digests: Digests = []
  const results: Result[] = []
  const prepared: DataEntry[] = []
  let divergence: LocatedDivergence | undefined
  for (const task of tasksOf(plan)) {
    setting.progress.phase(`proving equivalence: ${task.workload}, seed ${task.seed}`)
    prepared.push(...(await prepareData(proof, task)))
    const byArm = await verifyArms(proof, task)
    results.push(...byArm)
    digests.push(...byArm.map(({ arm, digest }) => ({ ...task, arm, digest })))
    divergence ??= await findDivergence(proof, task, byArm)
    if (divergence !== undefined && !thorough) break
  }
  if (divergence === undefined) refuseVacuous(results)
  const data = prepared.length === 0 ? undefined : prepared
  return divergence === undefined
    ? defined({ kind: 'equal' as const, digests, data })
    : defined({ kind: 'different' as const, digests, data, divergence })
}

/** More sets than pairs are not needed. */
const MOST_SETS = 100

/**
 * Prepares seeds for the iterations of defended runs: a set for each pair, as far as that takes
 * little time, and otherwise fewer, which the pairs use in turn.
 *
 * @param workloads with their iterations
 * @returns the workloads with the numbers of their sets
 * @throws as `proveEquivalence`
 */
export async function prepareSeeds(
  plan: PlanDraft,
  workloads: readonly PlannedWorkload[],
  setting: PhaseSetting,
): Promise<PlannedWorkload[]> {
  const proof = { ...setting, plan }
  const prepared: PlannedWorkload[] = []
  for (const workload of workloads) {
    const { id, warmup = 0, iterations = 1 } = workload
    setting.progress.phase(`preparing seeds: ${id}`)
    const setSize = warmup + iterations
    const sets = Array.from({ length: MOST_SETS }, (_, set) =>
      iterationSeeds(plan.seed, id, set, setSize),
    )
    const slot = { workload: id, seed: plan.seed, seeds: sets.flat(), setSize }
    const complete: number[] = []
    for (const arm of versionsOf(proof)) {
      const answer = await runStep(proof, { ...slot, mode: 'prepare', arm })
      complete.push(answer.kind === 'prepared' ? (answer.sets ?? 0) : 0)
    }
    prepared.push({ ...workload, seedSets: Math.max(1, Math.min(...complete)) })
  }
  return prepared
}

function tasksOf({ workloads, equivalenceSeeds }: PlanDraft): Task[] {
  return workloads.flatMap(({ id }) => equivalenceSeeds.map((seed) => ({ workload: id, seed })))
}

/** @returns the versions of the data, where the workload states them */
async function prepareData(proof: Proof, task: Task): Promise<DataEntry[]> {
  const prepared: DataEntry[] = []
  for (const arm of versionsOf(proof)) {
    const answer = await runStep(proof, { ...task, mode: 'prepare', arm })
    if (answer.kind !== 'prepared') continue
    for (const line of answer.warnings) proof.progress.note(`warning: ${line}`)
    for (const [name, version] of Object.entries(answer.data))
      prepared.push({ workload: task.workload, seed: task.seed, arm, name, version })
  }
  return prepared
}

/** One arm from each version of the suite. */
function versionsOf({ plan, loaded }: Proof): Arm[] {
  const address = (arm: Arm) => addressOf(loaded, arm)
  return plan.arms.filter(
    (arm, index, arms) => arms.findIndex((other) => address(other) === address(arm)) === index,
  )
}

/** One result per arm. Nothing is timed here, so the arms run at the same time. */
async function verifyArms(proof: Proof, task: Task): Promise<Result[]> {
  return await settleAll(
    proof.plan.arms.map(async (arm) => ({
      ...(await verify(proof, { ...task, arm })),
      ...task,
      arm,
    })),
  )
}

/** The first arm whose digest differs, with the place of the difference in its output. */
async function findDivergence(
  proof: Proof,
  task: Task,
  digests: readonly Result[],
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
async function locate(
  proof: Proof,
  task: Task,
  arm: Arm,
  digests: readonly Result[],
): Promise<Divergence> {
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
    const place: unknown = workload.diverge(baseline?.output, candidate?.output)
    if (place === undefined) return unlocated('the workload does not locate the difference')
    const { success, data } = divergenceSchema.safeParse(place)
    return success ? data : unlocated('the workload does not return a place as texts')
  } catch (error) {
    // Outputs that cannot be compared are still different.
    return unlocated(`locating it failed: ${messageOf(error)}`)
  }
}

/**
 * Refuses a workload whose equal digests prove nothing: all outputs are empty, or the canonical
 * form is the same for every seed although the outputs differ.
 *
 * @throws {InputError} there is one; names it
 */
function refuseVacuous(results: readonly Result[]): void {
  for (const id of new Set(results.map(({ workload }) => workload))) {
    const own = results.filter(({ workload }) => workload === id)
    if (own.every(({ isHollow }) => isHollow))
      throw new InputError(
        `workload ${id}: every output is empty, so there is no result to compare; return what was computed as output`,
      )
    const seeds = new Set(own.map(({ seed }) => seed)).size
    const forms = new Set(own.map(({ digest }) => digest)).size
    const wholes = new Set(own.map(({ seed, wholeDigest }) => `${seed} ${wholeDigest}`)).size
    const outputs = new Set(own.map(({ wholeDigest }) => wholeDigest)).size
    // Outputs that differ from process to process hold times or the like, which no form should.
    const isReproducible = wholes === seeds
    if (seeds > 1 && forms === 1 && isReproducible && outputs > 1)
      throw new InputError(
        `workload ${id}: canonical is the same for all ${seeds} seeds although the outputs differ, so it leaves out what was computed; put the whole result into it`,
      )
  }
}

async function verify(
  proof: Proof,
  slot: Task & Pick<RunSlot, 'arm' | 'wantOutput'>,
): Promise<Verified> {
  const answer = await runStep(proof, { ...slot, mode: 'verify' })
  if (answer.kind === 'verified') return answer
  throw new InvalidEvidenceError(`a verifying process answered ${answer.kind}`)
}

/** One step of the proof in a process of its own. */
async function runStep(
  proof: Proof,
  slot: Task & Pick<RunSlot, 'mode' | 'arm' | 'wantOutput' | 'seeds' | 'setSize'>,
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
