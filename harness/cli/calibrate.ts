import { relative } from 'node:path'
import {
  type CalibrationRequest,
  calibrate,
  INJECTED,
  injectedPairs,
  leftUnfinished,
} from '../calibrate/calibrate.js'
import { resultPath } from '../calibrate/calibration-store.js'
import { calibrationNotes, calibrationTable } from '../calibrate/calibration-words.js'
import type { Workload } from '../contract.js'
import { EXIT, type ExitCode } from '../errors.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { runEnvironment } from '../measurement/run-environment.js'
import { createProgress } from '../progress.js'
import { formatCounted, formatLimit } from '../text/format.js'
import { findNamed } from '../text/nearest-name.js'
import type { CalibrateCommand } from './calibrate-options.js'
import { proofLine } from './summary.js'

/**
 * `assay calibrate`: the calibration, told to a terminal.
 *
 * @returns 0 passed · 5 failed: what is measured on this host is not to be trusted
 */
export async function calibrateCommand(
  command: CalibrateCommand,
  loaded: LoadedSuite,
  packageVersion: string,
  io: Io,
): Promise<ExitCode> {
  const say = (line: string) => (command.json ? io.stderr : io.stdout)(`${line}\n`)
  const workloads = chooseWorkloads(command, loaded)
  const request: CalibrationRequest = {
    ...command,
    workloads,
    command: command.text,
    loaded,
    packageVersion,
    settings: {
      env: runEnvironment(io.env, loaded.suite.passEnvironment),
      nodeFlags: command.nodeFlags,
      timeoutMs: command.timeoutMs,
      signal: io.signal,
    },
    progress: createProgress(io),
    now: io.now,
    onProof: ({ plan, equivalence }) => say(proofLine(plan, equivalence)),
  }
  say(headline(command, loaded))
  try {
    const { calibration, id } = await calibrate(request)
    say(calibrationTable(calibration).trimEnd())
    for (const note of calibrationNotes(calibration)) io.stderr(`${note}\n`)
    say(`${calibration.verdict.padEnd(13)} ${shown(io, resultPath(command.root, id))}`)
    if (command.json) io.stdout(`${JSON.stringify(calibration, null, 2)}\n`)
    return calibration.verdict === 'passed' ? EXIT.done : EXIT.invalid
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, request, io))
    throw error
  }
}

function chooseWorkloads(
  { workloads }: CalibrateCommand,
  { suite }: LoadedSuite,
): readonly Workload<unknown, unknown, unknown>[] {
  for (const id of workloads) findNamed(suite.workloads, (known) => known.id, id, 'workload')
  return workloads.length === 0
    ? suite.workloads
    : suite.workloads.filter(({ id }) => workloads.includes(id))
}

function headline(
  { scale, pairs, seed, metric }: CalibrateCommand,
  { suite }: LoadedSuite,
): string {
  return `calibrate · ${suite.name} at ${scale} scale, ${metric} time        per workload ${formatCounted(pairs, 'pair')} of identical arms, ${injectedPairs(pairs)} with ${formatLimit(INJECTED)} injected · seed ${seed}`
}

function continueHint(command: CalibrateCommand, request: CalibrationRequest, io: Io): string {
  if (!leftUnfinished(request)) return 'nothing was measured yet; nothing is kept\n'
  const out = command.root === io.cwd ? '' : ` --out ${shown(io, command.root)}`
  return `continue with: ${command.text} --resume${out}\n`
}

/** A path as the user would type it. */
function shown(io: Io, path: string): string {
  const short = relative(io.cwd, path)
  return short.startsWith('..') ? path : short
}
