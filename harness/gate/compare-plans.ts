import { join } from 'node:path'
import { AssayError, InvalidEvidenceError } from '../errors.js'
import { proveEquivalence } from '../evaluation/equivalence.js'
import { measurePairs } from '../evaluation/measure-pairs.js'
import { pilotWorkloads } from '../evaluation/pilot.js'
import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { Interrupted } from '../io.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { workloadOf } from '../measurement/run-once.js'
import { appendSynced, makeDirectory, writeWhole } from '../system/files.js'
import { assessPlanned } from '../verdict/decide.js'
import { type CaseConclusion, concludeCase, concludeGate } from '../verdict/gate.js'
import { findDivergence } from '../verdict/proof.js'
import { compareCountedWork } from './counted-work.js'
import type { GateCase, GateEquivalence, GateReport } from './gate-report.js'
import type { GateRequest } from './gate-request.js'
import { roundOf } from './gate-round.js'
import { caseName, confirmationOf } from './plan-gate.js'
import type { Versions } from './versions.js'

/** Everything measuring needs once both versions are built. */
export interface Bench {
  readonly request: Pick<
    GateRequest,
    'resultsChanged' | 'out' | 'profile' | 'io' | 'progress' | 'onLine'
  >
  readonly loaded: LoadedSuite
  readonly versions: Versions
  readonly settings: ForkSettings
}

/** A stack with what was proven and measured of it. */
interface MeasuredPlan {
  readonly plan: EvaluationPlan
  readonly equivalence: Equivalence
  readonly runs: readonly JournalLine[]
}

/** Where the runs and profiles of cases lie, below the outputs of a gate. */
export const CASES_FOLDER = 'cases'

/**
 * Proves that both versions compute the same, measures every case of the plans, and again what
 * failed, and concludes.
 *
 * @throws {InvalidEvidenceError} what was measured cannot be compared: processes crashed, or
 * outputs that change from run to run
 * @throws {Interrupted} the user stopped it
 */
export async function comparePlans(
  bench: Bench,
  plans: readonly EvaluationPlan[],
): Promise<Pick<GateReport, 'verdict' | 'cases' | 'equivalence'>> {
  const { onLine } = bench.request
  const proofs = await proveAll(bench, plans)
  const proven = equivalenceOf(proofs, bench.request.resultsChanged)
  if (proven.kind === 'different' && proven.changed === undefined)
    return { verdict: 'not-equivalent', cases: [], equivalence: proven }
  onLine(
    proven.kind === 'equal'
      ? `results       ${proven.digests} digests equal`
      : 'results       differ, as announced',
  )
  const measured: MeasuredPlan[] = []
  for (const [index, { plan, equivalence }] of proofs.entries()) {
    onLine(
      `measuring     ${plan.workloads.map(({ id }) => caseName(id, plan.stacks.candidate)).join(', ')}`,
    )
    const piloted = {
      ...plan,
      workloads: await pilotWorkloads(plan, { ...bench, progress: bench.request.progress }),
    }
    measured[index] = {
      plan: piloted,
      equivalence,
      runs: await measure(bench, piloted, equivalence),
    }
  }
  const early = divergenceIn(measured, proven)
  const confirmed = early === undefined ? await confirmAll(bench, measured) : []
  const late = early ?? divergenceIn(confirmed, proven)
  if (late !== undefined) return { verdict: 'not-equivalent', cases: [], equivalence: late }
  const cases: GateCase[] = []
  for (const one of measured) {
    const second = confirmed.find(({ plan }) => plan.id === confirmationOf(one.plan, []).id)
    for (const { id } of one.plan.workloads) cases.push(await toCase(bench, id, one, second))
  }
  return { verdict: concludeGate(cases), cases, equivalence: proven }
}

async function proveAll(
  bench: Bench,
  plans: readonly EvaluationPlan[],
): Promise<Omit<MeasuredPlan, 'runs'>[]> {
  const { request } = bench
  const thorough = request.resultsChanged !== undefined
  const proofs: Omit<MeasuredPlan, 'runs'>[] = []
  for (const plan of plans) {
    const equivalence = await proveEquivalence(
      plan,
      { ...bench, progress: request.progress },
      { thorough },
    )
    proofs.push({ plan, equivalence })
    if (equivalence.kind === 'different' && !thorough) break
  }
  return proofs
}

function equivalenceOf(
  proofs: readonly Omit<MeasuredPlan, 'runs'>[],
  changed: string | undefined,
): GateEquivalence {
  for (const { plan, equivalence } of proofs) {
    if (equivalence.kind === 'equal') continue
    const { divergence } = equivalence
    return {
      kind: 'different',
      divergence,
      stack: plan.stacks.candidate,
      ...(changed !== undefined && { changed }),
    }
  }
  const digests = proofs.reduce((sum, { equivalence }) => sum + equivalence.digests.length, 0)
  return { kind: 'equal', digests, seeds: [...(proofs[0]?.plan.equivalenceSeeds ?? [])] }
}

/** One round of every workload of a plan, into a folder of its own. */
async function measure(
  bench: Bench,
  plan: EvaluationPlan,
  equivalence: Equivalence,
): Promise<JournalLine[]> {
  const { request, loaded, settings } = bench
  const folder = join(request.out, CASES_FOLDER, plan.id)
  makeDirectory(folder)
  writeWhole(join(folder, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`)
  writeWhole(join(folder, 'equivalence.json'), `${JSON.stringify(equivalence, null, 2)}\n`)
  writeWhole(join(folder, 'runs.jsonl'), '')
  const runs: JournalLine[] = []
  await measurePairs({
    plan,
    equivalence,
    resultsChanged: request.resultsChanged !== undefined,
    runs,
    open: (journal) =>
      plan.workloads
        .map(({ id }) => id)
        .filter((id) => assessPlanned(plan, journal, id).outcome === 'continue'),
    onLine: (line) => {
      runs.push(line)
      appendSynced(join(folder, 'runs.jsonl'), `${JSON.stringify(line)}\n`)
    },
    loaded,
    settings,
    progress: request.progress,
    now: request.io.now,
  })
  return runs
}

/** A second, independent round of whatever failed the first. */
async function confirmAll(
  bench: Bench,
  measured: readonly MeasuredPlan[],
): Promise<MeasuredPlan[]> {
  const confirmed: MeasuredPlan[] = []
  for (const { plan, equivalence, runs } of measured) {
    const failed = plan.workloads
      .map(({ id }) => id)
      .filter((id) => assessPlanned(plan, runs, id).outcome === 'rejected')
    if (failed.length === 0) continue
    bench.request.onLine(
      `measuring     again, in fresh pairs: ${failed.map((id) => caseName(id, plan.stacks.candidate)).join(', ')}`,
    )
    const second = confirmationOf(plan, failed)
    confirmed.push({ plan: second, equivalence, runs: await measure(bench, second, equivalence) })
  }
  return confirmed
}

/**
 * Whether a measured run computed something else than was proven of its version.
 *
 * @throws {InvalidEvidenceError} versions that are meant to differ do not even agree with
 * themselves
 */
function divergenceIn(
  measured: readonly MeasuredPlan[],
  proven: GateEquivalence,
): GateEquivalence | undefined {
  for (const { plan, equivalence, runs } of measured) {
    if (proven.kind === 'equal') {
      const found = findDivergence(plan, equivalence, runs)
      if (found === undefined) continue
      const { found: _, ...divergence } = found
      return { kind: 'different', divergence, stack: plan.stacks.candidate }
    }
    const own = (line: JournalLine) =>
      equivalence.digests.find(
        (one) => one.workload === line.workload && one.seed === plan.seed && one.arm === line.arm,
      )
    const fickle = runs.find((line) => 'digest' in line && line.digest !== own(line)?.digest)
    if (fickle === undefined) continue
    const version = fickle.arm === 'baseline' ? 'base' : 'head'
    throw new InvalidEvidenceError(
      `${version} gives another output each time (${fickle.workload}, pair ${fickle.pair}); make it deterministic before measuring it`,
    )
  }
  return undefined
}

async function toCase(
  bench: Bench,
  id: string,
  first: MeasuredPlan,
  second: MeasuredPlan | undefined,
): Promise<GateCase> {
  const { plan, runs } = first
  const repeated =
    second?.plan.workloads.some((workload) => workload.id === id) === true ? second : undefined
  const rounds = [first, ...(repeated === undefined ? [] : [repeated])].map((one) =>
    roundOf(one.plan, one.runs, id, `${CASES_FOLDER}/${one.plan.id}/runs.jsonl`),
  )
  const conclusion = concludeCase(rounds[0]!, rounds[1])
  const profile = await profileOf(bench, plan, id, conclusion)
  return {
    name: caseName(id, plan.stacks.candidate),
    workload: id,
    stack: plan.stacks.candidate,
    content: plan.workloads.find((workload) => workload.id === id)?.content ?? '',
    verdict: conclusion.verdict,
    reasons: [...conclusion.reasons],
    rounds,
    countedWork: compareCountedWork(runs, id),
    ...(profile !== undefined && { profile }),
  }
}

/**
 * Where the time went in a case that failed. A profile decides nothing: one that fails is told and
 * left out.
 */
async function profileOf(
  { request, loaded, versions, settings }: Bench,
  plan: EvaluationPlan,
  id: string,
  { verdict }: CaseConclusion,
): Promise<GateCase['profile']> {
  if (verdict !== 'fail' || !request.profile) return undefined
  const folder = `${CASES_FOLDER}/${plan.id}/${id}`
  // Loaded here, so that a gate that passes does not wait for code that draws pictures.
  const { profileCase } = await import('./profile-case.js')
  try {
    const workload = workloadOf(loaded.suite, id)
    const { progress, out } = request
    return {
      folder,
      grown: await profileCase({
        directory: join(out, folder),
        plan,
        workload,
        loaded,
        versions,
        settings,
        progress,
      }),
    }
  } catch (error) {
    if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
    request.progress.note(
      `warning: ${caseName(id, plan.stacks.candidate)} has no profile: ${error.message}`,
    )
    return undefined
  }
}
