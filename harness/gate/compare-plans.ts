import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { measurePairs } from '../evaluation/measure-pairs.js'
import { pilotWorkloads } from '../evaluation/pilot.js'
import { proveEquivalence } from '../evaluation/prove-equivalence.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { appendRunIn } from '../evidence/evidence-store.js'
import type { JournalLine } from '../evidence/run-record.js'
import { writeJson, writeWhole } from '../system/files.js'
import { assessPlanned } from '../verdict/decide.js'
import { concludeGate } from '../verdict/gate.js'
import { findDivergence } from '../verdict/proof.js'
import { concludeMeasured } from './conclude-case.js'
import { makeCaseFolder } from './gate-outputs.js'
import type { GateCase, GateEquivalence, GateReport } from './gate-report.js'
import type { Bench, MeasuredPlan, ProvenPlan } from './measured-plan.js'
import { caseName, confirmationOf } from './plan-gate.js'

type GateResult = Pick<GateReport, 'verdict' | 'cases' | 'equivalence'>

/**
 * Proves that both versions have equal results, measures every case of the plans, measures failed
 * cases a second time, and decides.
 *
 * @throws {InvalidEvidenceError} the versions cannot be compared: processes crashed, or outputs
 * change from run to run
 * @throws {Interrupted} the user stopped it
 */
export async function comparePlans(
  bench: Bench,
  plans: readonly EvaluationPlan[],
): Promise<GateResult> {
  const { onLine, resultsChanged } = bench.request
  const proofs = await proveAll(bench, plans)
  const proven = equivalenceOf(proofs, resultsChanged)
  if (proven.kind === 'different' && proven.changed === undefined) return notEquivalent(proven)
  onLine(
    proven.kind === 'equal'
      ? `results       ${proven.digests} digests equal`
      : 'results       different, as announced',
  )
  const measured = await measureAll(bench, proofs)
  const difference = divergenceIn(measured, proven)
  if (difference !== undefined) return notEquivalent(difference)
  const confirmed = await confirmAll(bench, measured)
  const late = divergenceIn(confirmed, proven)
  if (late !== undefined) return notEquivalent(late)
  const cases = await concludeCases(bench, measured, confirmed)
  return { verdict: concludeGate(cases), cases, equivalence: proven }
}

function notEquivalent(equivalence: GateEquivalence): GateResult {
  return { verdict: 'not-equivalent', cases: [], equivalence }
}

async function proveAll(bench: Bench, plans: readonly EvaluationPlan[]): Promise<ProvenPlan[]> {
  const { request } = bench
  const thorough = request.resultsChanged !== undefined
  const proofs: ProvenPlan[] = []
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
  proofs: readonly ProvenPlan[],
  changed: string | undefined,
): GateEquivalence {
  for (const { plan, equivalence } of proofs) {
    if (equivalence.kind === 'equal') continue
    const { divergence } = equivalence
    return defined({
      kind: 'different' as const,
      divergence,
      stack: plan.stacks.candidate,
      changed,
    })
  }
  const digests = proofs.reduce((sum, { equivalence }) => sum + equivalence.digests.length, 0)
  return { kind: 'equal', digests, seeds: [...(proofs[0]?.plan.equivalenceSeeds ?? [])] }
}

async function measureAll(bench: Bench, proofs: readonly ProvenPlan[]): Promise<MeasuredPlan[]> {
  const measured: MeasuredPlan[] = []
  for (const { plan, equivalence } of proofs) {
    bench.request.onLine(`measuring     ${caseNames(plan, idsOf(plan))}`)
    const workloads = await pilotWorkloads(plan, { ...bench, progress: bench.request.progress })
    measured.push(await measure(bench, { plan: { ...plan, workloads }, equivalence }))
  }
  return measured
}

function idsOf(plan: EvaluationPlan): string[] {
  return plan.workloads.map(({ id }) => id)
}

function caseNames(plan: EvaluationPlan, ids: readonly string[]): string {
  return ids.map((id) => caseName(id, plan.stacks.candidate)).join(', ')
}

/** One round of every workload of a plan; its evidence goes into a folder of the plan. */
async function measure(bench: Bench, proven: ProvenPlan): Promise<MeasuredPlan> {
  const { plan, equivalence } = proven
  const { request, loaded, settings } = bench
  const folder = makeCaseFolder(request.out, plan.id)
  writeJson(join(folder, 'plan.json'), plan)
  writeJson(join(folder, 'equivalence.json'), equivalence)
  writeWhole(join(folder, 'runs.jsonl'), '')
  const runs: JournalLine[] = []
  await measurePairs({
    plan,
    equivalence,
    resultsChanged: request.resultsChanged !== undefined,
    runs,
    open: (journal) =>
      idsOf(plan).filter((id) => assessPlanned(plan, journal, id).outcome === 'continue'),
    onLine: (line) => {
      runs.push(line)
      appendRunIn(folder, line)
    },
    loaded,
    settings,
    progress: request.progress,
    now: request.io.now,
  })
  return { ...proven, runs }
}

/** A second, independent round of the workloads that failed the first. */
async function confirmAll(
  bench: Bench,
  measured: readonly MeasuredPlan[],
): Promise<MeasuredPlan[]> {
  const confirmed: MeasuredPlan[] = []
  for (const { plan, equivalence, runs } of measured) {
    const failed = idsOf(plan).filter((id) => assessPlanned(plan, runs, id).outcome === 'rejected')
    if (failed.length === 0) continue
    bench.request.onLine(`measuring     again, in fresh pairs: ${caseNames(plan, failed)}`)
    confirmed.push(await measure(bench, { plan: confirmationOf(plan, failed), equivalence }))
  }
  return confirmed
}

/**
 * The first measured run whose result differs from the proven result of its version.
 *
 * @throws {InvalidEvidenceError} results are announced to differ, and the results of one version
 * differ between runs
 */
function divergenceIn(
  measured: readonly MeasuredPlan[],
  proven: GateEquivalence,
): GateEquivalence | undefined {
  for (const one of measured) {
    if (proven.kind === 'different') {
      refuseUnsteadyResults(one)
      continue
    }
    const divergence = findDivergence(one.plan, one.equivalence, one.runs)
    if (divergence === undefined) continue
    const { found: _, ...rest } = divergence
    return { kind: 'different', divergence: rest, stack: one.plan.stacks.candidate }
  }
  return undefined
}

function refuseUnsteadyResults({ plan, equivalence, runs }: MeasuredPlan): void {
  const provenDigest = (line: JournalLine) =>
    equivalence.digests.find(
      (one) => one.workload === line.workload && one.seed === plan.seed && one.arm === line.arm,
    )?.digest
  const unsteady = runs.find((line) => 'digest' in line && line.digest !== provenDigest(line))
  if (unsteady === undefined) return
  const version = unsteady.arm === 'baseline' ? 'base' : 'head'
  throw new InvalidEvidenceError(
    `the output of ${version} changes from run to run (${unsteady.workload}, pair ${unsteady.pair}); make it deterministic before measuring it`,
  )
}

async function concludeCases(
  bench: Bench,
  measured: readonly MeasuredPlan[],
  confirmed: readonly MeasuredPlan[],
): Promise<GateCase[]> {
  const cases: GateCase[] = []
  for (const first of measured) {
    const second = confirmed.find(({ plan }) => plan.id === confirmationOf(first.plan, []).id)
    for (const id of idsOf(first.plan)) {
      const isRepeated = second !== undefined && idsOf(second.plan).includes(id)
      cases.push(await concludeMeasured(bench, id, first, isRepeated ? second : undefined))
    }
  }
  return cases
}
