import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pilot, prove } from '../before-measuring.js'
import { quoteCalibration } from '../calibrate/quote-calibration.js'
import { AssayError, InvalidEvidenceError } from '../errors.js'
import type { Equivalence, EvaluationPlan } from '../evidence.js'
import { appendSynced, makeDirectory, writeWhole } from '../evidence-files.js'
import { acquireLock } from '../evidence-lock.js'
import { readRecords } from '../evidence-store.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../load-suite.js'
import { measurePairs } from '../measure-pairs.js'
import { readEnvironment } from '../measurement/environment.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import { workloadOf } from '../measurement/run-once.js'
import type { JournalLine } from '../measurement/run-record.js'
import type { Progress } from '../progress.js'
import { assessPlanned } from '../verdict/decide.js'
import { type CaseConclusion, concludeCase, concludeGate, gateExitCode } from '../verdict/gate.js'
import { findDivergence } from '../verdict/proof.js'
import { checkOut, VERSIONS } from './checkouts.js'
import { compareCountedWork } from './counted-work.js'
import { gateMarkdown } from './gate-markdown.js'
import { type GateCase, type GateEquivalence, type GateReport, gateReportSchema } from './gate-report.js'
import { roundOf } from './gate-round.js'
import { caseName, confirmationOf, type GateRule, planGate } from './plan-gate.js'
import { findRevisions, type Revisions } from './revisions.js'
import { buildVersions, gateEnvironment, loadVersions, type Versions } from './versions.js'

export interface GateRequest {
  readonly rule: GateRule
  /** What to compare with; undefined: the usual branch. */
  readonly baseRef?: string
  /** npm script that builds a version; undefined: nothing to build. */
  readonly script?: string
  /** Compiled module that exports the suite, relative to the project. */
  readonly module: string
  /** Why results are meant to differ; undefined: they are not. */
  readonly resultsChanged?: string
  /** Where the outputs go, absolute. */
  readonly out: string
  readonly profile: boolean
  /** After this long a process is killed and its run counts as failed. */
  readonly timeoutMs: number
  /** The command that repeats it. */
  readonly command: string
  /** How to calibrate for it. */
  readonly calibrateCommand: string
  readonly packageVersion: string
  readonly io: Io
  readonly progress: Progress
  /** Told a line when something is known. */
  readonly onLine: (line: string) => void
}

type Found = Pick<GateReport, 'verdict' | 'cases' | 'notes'> &
  Partial<Pick<GateReport, 'suite' | 'base' | 'head' | 'equivalence' | 'calibration' | 'problem'>>

/** Everything measuring needs once both versions are built. */
interface Bench {
  readonly request: GateRequest
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

const FOLDER = 'cases'

/**
 * Compares the committed head with the commit where it left its base: checks both out, builds them, proves that they compute the same, measures them in
 * adjacent pairs on this machine, measures again what seems to have got slower, and says what of it stands. The outputs, `gate.json` and `gate.md` last,
 * take the place of those of an earlier gate.
 *
 * @returns the report, also where base and head turned out not to be comparable
 * @throws {InputError} something given is wrong: no repository, no such commit, uncommitted changes, a head that does not build
 * @throws {Interrupted} the user stopped it; no checkout is left
 */
export async function gate(request: GateRequest): Promise<GateReport> {
  const { rule, out, io, progress, packageVersion, command, baseRef } = request
  const startedAt = io.now()
  progress.phase('looking for the commits')
  const revisions = await findRevisions(io.cwd, baseRef, io)
  makeDirectory(out)
  const lock = acquireLock(out, startedAt)
  try {
    for (const name of ['gate.json', 'gate.md', FOLDER]) rmSync(join(out, name), { recursive: true, force: true })
    const found = await compareRevisions(request, revisions)
    const { limit, looks, metric, scale, seed } = rule
    const report: GateReport = gateReportSchema.parse({
      schema: 'assay/gate@1',
      madeAt: startedAt.toISOString(),
      command,
      packageVersion,
      base: { ref: revisions.baseRef, commit: revisions.base },
      head: { commit: revisions.head },
      exitCode: gateExitCode(found.verdict),
      rule: { limit, looks, alpha: 0.05, metric, scale, seed },
      environment: readEnvironment(rule.nodeFlags),
      durationMs: io.now().getTime() - startedAt.getTime(),
      ...found,
    })
    writeWhole(join(out, 'gate.md'), gateMarkdown(report))
    writeWhole(join(out, 'gate.json'), `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    progress.done()
    lock.release()
  }
}

/** Checks out, compares, and leaves no checkout behind, whatever happens. What makes versions incomparable is a result. */
async function compareRevisions(request: GateRequest, revisions: Revisions): Promise<Found> {
  const notes: string[] = []
  if (revisions.base === revisions.head)
    notes.push('base and head are the same commit, so this only shows what identical code measures like on this machine')
  request.progress.phase('checking out base and head')
  try {
    const checkouts = await checkOut(revisions, request.io)
    try {
      const found = await compareCheckouts(request, revisions, checkouts.roots)
      return { ...found, notes: [...notes, ...found.notes] }
    } finally {
      request.progress.done()
      checkouts.remove()
    }
  } catch (error) {
    if (!(error instanceof InvalidEvidenceError)) throw error
    return { verdict: 'not-comparable', problem: error.message, cases: [], notes }
  }
}

async function compareCheckouts(
  request: GateRequest,
  revisions: Revisions,
  roots: Readonly<Record<'base' | 'head', string>>,
): Promise<Found> {
  const { rule, script, module, io, progress, timeoutMs, onLine } = request
  const { top, prefix, baseRef, base, head } = revisions
  progress.phase('building base and head')
  const versions = await buildVersions({
    projects: { base: join(roots.base, prefix), head: join(roots.head, prefix) },
    installed: join(top, prefix),
    commits: { base, head },
    ...(script !== undefined && { script }),
    module,
    setting: io,
    nodeFlags: rule.nodeFlags,
    timeoutMs,
  })
  const loaded = await loadVersions(versions, module)
  const settings = {
    env: gateEnvironment(io.env, loaded.suite.passEnvironment),
    nodeFlags: rule.nodeFlags,
    timeoutMs,
    signal: io.signal,
  }
  const { plans, unmatched } = planGate({
    rule,
    revisions,
    versions,
    loaded,
    records: readRecords(versions.head.project),
    command: request.command,
    packageVersion: request.packageVersion,
    createdAt: io.now().toISOString(),
    calibration: (plan) =>
      quoteCalibration(
        { root: io.cwd, environment: readEnvironment(rule.nodeFlags), plan, command: request.calibrateCommand },
        io.now(),
      ),
  })
  const notes: string[] = []
  const same = versions.base.code === versions.head.code
  if (same && base !== head) notes.push('both versions compile to the same code')
  for (const version of VERSIONS)
    if (unmatched[version].length > 0) notes.push(`only ${version} has ${unmatched[version].join(', ')}: not compared`)
  const common = {
    suite: loaded.suite.name,
    base: { ref: baseRef, commit: base, code: versions.base.code },
    head: { commit: head, code: versions.head.code },
    notes,
    ...(plans[0]?.calibration !== undefined && { calibration: plans[0].calibration }),
  }
  return { ...common, ...(await comparePlans({ request, loaded, versions, settings }, plans, onLine)) }
}

async function comparePlans(
  bench: Bench,
  plans: readonly EvaluationPlan[],
  onLine: (line: string) => void,
): Promise<Pick<Found, 'verdict' | 'cases' | 'equivalence'>> {
  const proofs = await proveAll(bench, plans)
  const proven = equivalenceOf(proofs, bench.request.resultsChanged)
  if (proven.kind === 'different' && proven.changed === undefined)
    return { verdict: 'not-equivalent', cases: [], equivalence: proven }
  onLine(proven.kind === 'equal' ? `results       ${proven.digests} digests equal` : 'results       differ, as announced')
  const measured: MeasuredPlan[] = []
  for (const [index, { plan, equivalence }] of proofs.entries()) {
    onLine(`measuring     ${plan.workloads.map(({ id }) => caseName(id, plan.stacks.candidate)).join(', ')}`)
    const piloted = { ...plan, workloads: await pilot(plan, { ...bench, progress: bench.request.progress }) }
    measured[index] = { plan: piloted, equivalence, runs: await measure(bench, piloted, equivalence) }
  }
  const early = divergenceIn(measured, proven)
  const confirmed = early === undefined ? await confirmAll(bench, measured, onLine) : []
  const late = early ?? divergenceIn(confirmed, proven)
  if (late !== undefined) return { verdict: 'not-equivalent', cases: [], equivalence: late }
  const cases: GateCase[] = []
  for (const one of measured) {
    const second = confirmed.find(({ plan }) => plan.id === confirmationOf(one.plan, []).id)
    for (const { id } of one.plan.workloads) cases.push(await toCase(bench, id, one, second))
  }
  return { verdict: concludeGate(cases), cases, equivalence: proven }
}

async function proveAll(bench: Bench, plans: readonly EvaluationPlan[]): Promise<Omit<MeasuredPlan, 'runs'>[]> {
  const { request } = bench
  const thorough = request.resultsChanged !== undefined
  const proofs: Omit<MeasuredPlan, 'runs'>[] = []
  for (const plan of plans) {
    const equivalence = await prove(plan, { ...bench, progress: request.progress }, { thorough })
    proofs.push({ plan, equivalence })
    if (equivalence.kind === 'different' && !thorough) break
  }
  return proofs
}

function equivalenceOf(proofs: readonly Omit<MeasuredPlan, 'runs'>[], changed: string | undefined): GateEquivalence {
  for (const { plan, equivalence } of proofs) {
    if (equivalence.kind === 'equal') continue
    const { divergence } = equivalence
    return { kind: 'different', divergence, stack: plan.stacks.candidate, ...(changed !== undefined && { changed }) }
  }
  const digests = proofs.reduce((sum, { equivalence }) => sum + equivalence.digests.length, 0)
  return { kind: 'equal', digests, seeds: [...(proofs[0]?.plan.equivalenceSeeds ?? [])] }
}

/** One round of every workload of a plan, into a folder of its own. */
async function measure(bench: Bench, plan: EvaluationPlan, equivalence: Equivalence): Promise<JournalLine[]> {
  const { request, loaded, settings } = bench
  const folder = join(request.out, FOLDER, plan.id)
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
    open: (journal) => plan.workloads.map(({ id }) => id).filter((id) => assessPlanned(plan, journal, id).outcome === 'continue'),
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
  onLine: (line: string) => void,
): Promise<MeasuredPlan[]> {
  const confirmed: MeasuredPlan[] = []
  for (const { plan, equivalence, runs } of measured) {
    const failed = plan.workloads.map(({ id }) => id).filter((id) => assessPlanned(plan, runs, id).outcome === 'rejected')
    if (failed.length === 0) continue
    onLine(`measuring     again, in fresh pairs: ${failed.map((id) => caseName(id, plan.stacks.candidate)).join(', ')}`)
    const second = confirmationOf(plan, failed)
    confirmed.push({ plan: second, equivalence, runs: await measure(bench, second, equivalence) })
  }
  return confirmed
}

/**
 * Whether a measured run computed something else than was proven of its version.
 *
 * @throws {InvalidEvidenceError} versions that are meant to differ do not even agree with themselves
 */
function divergenceIn(measured: readonly MeasuredPlan[], proven: GateEquivalence): GateEquivalence | undefined {
  for (const { plan, equivalence, runs } of measured) {
    if (proven.kind === 'equal') {
      const found = findDivergence(plan, equivalence, runs)
      if (found === undefined) continue
      const { found: _, ...divergence } = found
      return { kind: 'different', divergence, stack: plan.stacks.candidate }
    }
    const own = (line: JournalLine) =>
      equivalence.digests.find((one) => one.workload === line.workload && one.seed === plan.seed && one.arm === line.arm)
    const fickle = runs.find((line) => 'digest' in line && line.digest !== own(line)?.digest)
    if (fickle === undefined) continue
    const version = fickle.arm === 'baseline' ? 'base' : 'head'
    throw new InvalidEvidenceError(
      `${version} gives another output each time (${fickle.workload}, pair ${fickle.pair}); make it deterministic before measuring it`,
    )
  }
  return undefined
}

async function toCase(bench: Bench, id: string, first: MeasuredPlan, second: MeasuredPlan | undefined): Promise<GateCase> {
  const { plan, runs } = first
  const repeated = second?.plan.workloads.some((workload) => workload.id === id) === true ? second : undefined
  const rounds = [first, ...(repeated === undefined ? [] : [repeated])].map((one) =>
    roundOf(one.plan, one.runs, id, `${FOLDER}/${one.plan.id}/runs.jsonl`),
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

/** Where the time went in a case that failed. A profile decides nothing: one that fails is told and left out. */
async function profileOf(
  { request, loaded, versions, settings }: Bench,
  plan: EvaluationPlan,
  id: string,
  { verdict }: CaseConclusion,
): Promise<GateCase['profile']> {
  if (verdict !== 'fail' || !request.profile) return undefined
  const folder = `${FOLDER}/${plan.id}/${id}`
  // Loaded here, so that a gate that passes does not wait for code that draws pictures.
  const { profileCase } = await import('./profile-case.js')
  try {
    const workload = workloadOf(loaded.suite, id)
    const { progress, out } = request
    return {
      folder,
      grown: await profileCase({ directory: join(out, folder), plan, workload, loaded, versions, settings, progress }),
    }
  } catch (error) {
    if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
    request.progress.note(`warning: ${caseName(id, plan.stacks.candidate)} has no profile: ${error.message}`)
    return undefined
  }
}
