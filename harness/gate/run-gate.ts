import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { quoteCalibration } from '../calibrate/quote-calibration.js'
import { InvalidEvidenceError } from '../errors.js'
import { readEnvironment } from '../measurement/environment.js'
import { readRecords } from '../record/store.js'
import { makeDirectory, writeWhole } from '../system/files.js'
import { acquireLock } from '../system/lock.js'
import { gateExitCode } from '../verdict/gate.js'
import { checkOut, VERSIONS } from './checkouts.js'
import { CASES_FOLDER, comparePlans } from './compare-plans.js'
import { gateMarkdown } from './gate-markdown.js'
import { type GateReport, gateReportSchema } from './gate-report.js'
import type { GateRequest } from './gate-request.js'
import { planGate } from './plan-gate.js'
import { findRevisions, type Revisions } from './revisions.js'
import { buildVersions, gateEnvironment, loadVersions } from './versions.js'

type Found = Pick<GateReport, 'verdict' | 'cases' | 'notes'> &
  Partial<Pick<GateReport, 'suite' | 'base' | 'head' | 'equivalence' | 'calibration' | 'problem'>>

/**
 * Compares the committed head with the commit where it left its base: checks both out, builds them,
 * proves that they compute the same, measures them in adjacent pairs on this machine, measures
 * again what seems to have got slower, and says what of it stands. The outputs, `gate.json` and
 * `gate.md` last, take the place of those of an earlier gate.
 *
 * @returns the report, also where base and head turned out not to be comparable
 * @throws {InputError} something given is wrong: no repository, no such commit, uncommitted
 * changes, a head that does not build
 * @throws {Interrupted} the user stopped it; no checkout is left
 */
export async function runGate(request: GateRequest): Promise<GateReport> {
  const { rule, out, io, progress, packageVersion, command, baseRef } = request
  const startedAt = io.now()
  progress.phase('looking for the commits')
  const revisions = await findRevisions(io.cwd, baseRef, io)
  makeDirectory(out)
  const lock = acquireLock(out, startedAt)
  try {
    for (const name of ['gate.json', 'gate.md', CASES_FOLDER])
      rmSync(join(out, name), { recursive: true, force: true })
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

/**
 * Checks out, compares, and leaves no checkout behind, whatever happens. What makes versions
 * incomparable is a result.
 */
async function compareRevisions(request: GateRequest, revisions: Revisions): Promise<Found> {
  const notes: string[] = []
  if (revisions.base === revisions.head)
    notes.push(
      'base and head are the same commit, so this only shows what identical code measures like on this machine',
    )
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
  const { rule, script, module, io, progress, timeoutMs } = request
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
        {
          root: io.cwd,
          environment: readEnvironment(rule.nodeFlags),
          plan,
          command: request.calibrateCommand,
        },
        io.now(),
      ),
  })
  const notes: string[] = []
  const same = versions.base.code === versions.head.code
  if (same && base !== head) notes.push('both versions compile to the same code')
  for (const version of VERSIONS)
    if (unmatched[version].length > 0)
      notes.push(`only ${version} has ${unmatched[version].join(', ')}: not compared`)
  const common = {
    suite: loaded.suite.name,
    base: { ref: baseRef, commit: base, code: versions.base.code },
    head: { commit: head, code: versions.head.code },
    notes,
    ...(plans[0]?.calibration !== undefined && { calibration: plans[0].calibration }),
  }
  return { ...common, ...(await comparePlans({ request, loaded, versions, settings }, plans)) }
}
