import { join } from 'node:path'
import { type CalibrationQuery, quoteCalibration } from '../calibrate/quote-calibration.js'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { CalibrationQuote } from '../evidence/evidence.js'
import { readEnvironment } from '../measurement/environment.js'
import { evidenceBelow, gateOutput, type IsWritten } from '../measurement/written-files.js'
import { readRecords } from '../record/record-store.js'
import { makeDirectory, writeJson, writeWhole } from '../system/files.js'
import { otherMeasuring, takeHostTurn } from '../system/host-lock.js'
import { acquireLock } from '../system/lock.js'
import { gateExitCode } from '../verdict/gate.js'
import { type Checkouts, checkOut, VERSIONS } from './checkouts.js'
import { comparePlans } from './compare-plans.js'
import { gateMarkdown } from './gate-markdown.js'
import { clearOutputs } from './gate-outputs.js'
import { type GateReport, gateReportSchema } from './gate-report.js'
import type { GateRequest } from './gate-request.js'
import { ownModulesOnly } from './own-modules.js'
import { type GatePlans, planGate } from './plan-gate.js'
import { findRevisions, type Revisions } from './revisions.js'
import { buildVersions, gateEnvironment, loadVersions, type Versions } from './versions.js'

type Comparison = Pick<GateReport, 'verdict' | 'cases' | 'notes'> &
  Partial<Pick<GateReport, 'suite' | 'base' | 'head' | 'equivalence' | 'calibration' | 'problem'>>

/**
 * Compares the committed head with its merge-base: checks both out, builds them, proves that their
 * results are equal, measures them in adjacent pairs on this machine, and measures failed cases a
 * second time. The outputs replace those of an earlier gate; `gate.md` and `gate.json` are written
 * last.
 *
 * @returns the report, also where base and head cannot be compared
 * @throws {InputError} the request cannot be met: no repository, no such commit, uncommitted
 * changes, a head that does not build
 * @throws {Interrupted} the user stopped it; the checkouts have been removed
 */
export async function runGate(request: GateRequest): Promise<GateReport> {
  const { rule, out, io, progress, packageVersion, command, baseRef } = request
  const startedAt = io.now()
  progress.phase('looking for the commits')
  const revisions = await findRevisions(io.cwd, baseRef, io, writtenBy(request))
  makeDirectory(out)
  const lock = acquireLock(out, startedAt)
  const turn = takeHostTurn(io.env, startedAt)
  try {
    clearOutputs(out)
    if (turn.other !== undefined) progress.note(otherMeasuring(turn.other))
    const comparison = await compareRevisions(request, revisions)
    const { limit, strictWork, looks, metric, scale, seed } = rule
    const report: GateReport = gateReportSchema.parse({
      schema: 'assay/gate@1',
      madeAt: startedAt.toISOString(),
      command,
      packageVersion,
      base: { ref: revisions.baseRef, commit: revisions.base },
      head: { commit: revisions.head },
      exitCode: gateExitCode(comparison.verdict),
      rule: defined({ limit, strictWork, looks, alpha: 0.05, metric, scale, seed }),
      environment: readEnvironment(rule.nodeFlags),
      durationMs: io.now().getTime() - startedAt.getTime(),
      ...comparison,
    })
    writeWhole(join(out, 'gate.md'), gateMarkdown(report))
    writeJson(join(out, 'gate.json'), report)
    return report
  } finally {
    progress.done()
    turn.release()
    lock.release()
  }
}

/**
 * Compares two checkouts and removes them in any case. An error that makes the versions
 * incomparable becomes part of the result.
 */
async function compareRevisions(request: GateRequest, revisions: Revisions): Promise<Comparison> {
  const notes: string[] = []
  if (revisions.base === revisions.head)
    notes.push(
      'base and head are the same commit, so the difference shown is the noise of this machine',
    )
  request.progress.phase('checking out base and head')
  try {
    const checkouts = await checkOut(revisions, request.io)
    try {
      const comparison = await compareCheckouts(request, revisions, checkouts)
      return { ...comparison, notes: [...notes, ...comparison.notes] }
    } finally {
      request.progress.done()
      checkouts.remove()
    }
  } catch (error) {
    if (!(error instanceof InvalidEvidenceError)) throw error
    return { verdict: 'not-comparable', problem: error.message, cases: [], notes }
  }
}

/** The files that this gate and the commands before it have written. */
function writtenBy({ io, out }: GateRequest): IsWritten {
  const [isEvidence, isOutput] = [evidenceBelow(io.cwd), gateOutput(out)]
  return (path) => isEvidence(path) || isOutput(path)
}

async function compareCheckouts(
  request: GateRequest,
  revisions: Revisions,
  { roots, submodules }: Checkouts,
): Promise<Comparison> {
  const { rule, script, module, io, progress, timeoutMs } = request
  const { top, prefix, baseRef, base, head } = revisions
  progress.phase('building base and head')
  const versions = await buildVersions(
    defined({
      roots,
      here: top,
      prefix,
      commits: { base, head },
      script,
      module,
      setting: io,
      nodeFlags: rule.nodeFlags,
      timeoutMs,
    }),
  )
  const loaded = await loadVersions(versions, module)
  const settings = {
    env: gateEnvironment(io.env, loaded.suite.passEnvironment),
    nodeFlags: rule.nodeFlags,
    timeoutMs,
    signal: io.signal,
    onModules: ownModulesOnly({ roots, here: top, commits: { base, head } }),
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
    calibration: (plan) => quoteFor(request, plan),
  })
  return defined({
    suite: loaded.suite.name,
    base: { ref: baseRef, commit: base, code: versions.base.code },
    head: { commit: head, code: versions.head.code },
    notes: [
      ...notesOn(versions, revisions, unmatched),
      ...submoduleNotes(submodules),
      ...outsideNotes(versions),
    ],
    calibration: plans[0]?.calibration,
    ...(await comparePlans({ request, loaded, versions, settings }, plans)),
  })
}

function quoteFor(
  { io, rule, calibrateCommand }: GateRequest,
  plan: CalibrationQuery['plan'],
): CalibrationQuote {
  const environment = readEnvironment(rule.nodeFlags)
  return quoteCalibration({ root: io.cwd, environment, plan, command: calibrateCommand }, io.now())
}

function notesOn(
  versions: Versions,
  { base, head }: Revisions,
  unmatched: GatePlans['unmatched'],
): string[] {
  const isSameCode = versions.base.code === versions.head.code && base !== head
  return [
    ...(isSameCode ? ['both versions compile to the same code'] : []),
    ...VERSIONS.filter((version) => unmatched[version].length > 0).map(
      (version) => `not compared, because only ${version} has it: ${unmatched[version].join(', ')}`,
    ),
  ]
}

/** `submodule vendor/lib: base 1f0c2a4b, head 88a1d0ce` */
function submoduleNotes(submodules: Checkouts['submodules']): string[] {
  const paths = new Set(VERSIONS.flatMap((version) => submodules[version].map(({ path }) => path)))
  return [...paths].sort().map((path) => {
    const commits = VERSIONS.map((version) => {
      const found = submodules[version].find((one) => one.path === path)
      return `${version} ${found?.commit.slice(0, 8) ?? 'without it'}`
    })
    return `submodule ${path}: ${commits.join(', ')}`
  })
}

function outsideNotes({ base, head }: Versions): string[] {
  const links = [...new Set([...base.outside, ...head.outside])]
  return links.map((link) => `not part of the commits, the same code for both versions: ${link}`)
}
