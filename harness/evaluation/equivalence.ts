import type { Arm, Divergence, RunSlot } from '../contract.js'
import { InputError, InvalidEvidenceError } from '../errors.js'
import type { Equivalence } from '../evidence/evidence.js'
import { type Answer, type ForkSettings, forkRun } from '../measurement/fork-run.js'
import { addressOf, type LoadedSuite } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import type { PlanDraft } from './plan.js'

type Digests = Equivalence['digests']

/** What is to be proven, and how processes are started. */
export interface ProofRequest {
  readonly plan: PlanDraft
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  /** Told before each workload and seed. */
  readonly onStep: (workload: string, seed: number) => void
  /** Told what preparing the data had to say. */
  readonly onWarning: (line: string) => void
  /**
   * Take every digest in spite of a difference, of which the first is located: for arms that are
   * expected to differ.
   */
  readonly thorough?: boolean
}

/**
 * Proves, before anything is timed, that every arm computes what the baseline computes: each
 * workload, each seed, each arm in a process of its own. Stops at the first difference and locates
 * it. Data are prepared once for each version of the suite that is measured.
 *
 * @throws {InputError} preparing found fault with something given, e.g. an unwritable cache
 * @throws {InvalidEvidenceError} a process failed
 */
export async function proveEquivalence(request: ProofRequest): Promise<Equivalence> {
  const { plan, onStep, onWarning } = request
  const digests: Digests = []
  let divergence: Extract<Equivalence, { kind: 'different' }>['divergence'] | undefined
  for (const { id: workload } of plan.workloads) {
    for (const seed of plan.equivalenceSeeds) {
      onStep(workload, seed)
      for (const arm of versionsOf(request)) {
        const prepared = await ask(request, { mode: 'prepare', workload, seed, arm })
        prepared.warnings?.forEach(onWarning)
      }
      const found = await digestArms(request, workload, seed)
      digests.push(...found)
      const different = found.find(({ digest }) => digest !== found[0]?.digest)
      if (different === undefined || divergence !== undefined) continue
      const { arm } = different
      divergence = { workload, seed, arm, ...(await locate(request, workload, seed, arm, found)) }
      if (request.thorough !== true) return { kind: 'different', digests, divergence }
    }
  }
  return divergence === undefined
    ? { kind: 'equal', digests }
    : { kind: 'different', digests, divergence }
}

/** One arm for each version of the suite. */
function versionsOf({ plan, loaded }: ProofRequest): Arm[] {
  const address = (arm: Arm) => addressOf(loaded, arm)
  return plan.arms.filter(
    (arm, index, arms) => arms.findIndex((other) => address(other) === address(arm)) === index,
  )
}

/** One digest per arm. Nothing is timed here, so the arms run at the same time. */
async function digestArms(request: ProofRequest, workload: string, seed: number): Promise<Digests> {
  const answers = await settleAll(
    request.plan.arms.map((arm) => ask(request, { mode: 'verify', workload, seed, arm })),
  )
  return answers.map(({ digest }, index) => ({
    workload,
    seed,
    arm: request.plan.arms[index] ?? 'baseline',
    digest: digest ?? '',
  }))
}

/**
 * A second look at both outputs, whole this time. An arm whose output is another one now is not
 * reproducible, which voids the proof as well and is said instead.
 */
async function locate(
  request: ProofRequest,
  workload: string,
  seed: number,
  arm: Arm,
  first: Digests,
): Promise<Divergence> {
  const arms = ['baseline', arm] as const
  const looks = await settleAll(
    arms.map((one) => ask(request, { mode: 'verify', workload, seed, arm: one, wantOutput: true })),
  )
  const [baseline, candidate] = looks
  const texts = { baseline: baseline?.digest ?? '', candidate: candidate?.digest ?? '' }
  const fickle = arms.find(
    (one, index) => looks[index]?.digest !== first.find((entry) => entry.arm === one)?.digest,
  )
  if (fickle !== undefined)
    return { at: {}, field: `digest (the ${fickle} gives another output each time)`, ...texts }
  const unlocated = (why: string) => ({ at: {}, field: `digest (${why})`, ...texts })
  try {
    const found = workloadOf(request.loaded.suite, workload).diverge(
      baseline?.output,
      candidate?.output,
    )
    return found ?? unlocated('the workload does not say where')
  } catch (error) {
    // An output so wrong that it cannot be compared is still a difference.
    return unlocated(
      `locating it failed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function ask(
  request: ProofRequest,
  slot: Pick<RunSlot, 'mode' | 'workload' | 'seed' | 'arm' | 'wantOutput'>,
) {
  const { plan, loaded, settings } = request
  const result = await forkRun(
    {
      ...slot,
      suite: addressOf(loaded, slot.arm),
      stack: plan.stacks[slot.arm],
      scale: plan.scale,
      pair: 0,
      position: 0,
      warmup: 0,
      iterations: 1,
    },
    settings,
  )
  if (result.kind === 'answered') return parts(result.message)
  const where = `${slot.mode === 'prepare' ? 'preparing' : `verifying the ${slot.arm} of`} ${slot.workload} with seed ${slot.seed}`
  if (result.exitCode === 2) throw new InputError(result.error)
  throw new InvalidEvidenceError(`${where} failed: ${result.error}; nothing was measured`)
}

/** What an answer may hold, whatever was asked. */
interface Parts {
  readonly warnings?: readonly string[]
  readonly digest?: string
  readonly output?: unknown
}

function parts(message: Answer): Parts {
  if (message.kind === 'prepared') return { warnings: message.warnings }
  return message.kind === 'verified' ? { digest: message.digest, output: message.output } : {}
}

/**
 * Like `Promise.all`, but no process is left behind: every one has ended before an error is passed
 * on.
 */
async function settleAll<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
