import {
  type CalibrationRequest,
  calibrate,
  INJECTED,
  injectedPairs,
  leftUnfinished,
} from '../calibrate/calibrate.js'
import type { Calibration } from '../calibrate/calibration.js'
import { resultPath } from '../calibrate/calibration-store.js'
import { calibrationNotes, calibrationTable } from '../calibrate/calibration-words.js'
import type { Metric, PairDesign, ScaleName, Workload } from '../contract.js'
import { EXIT, type ExitCode } from '../errors.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { forkSettings, nodeFlagsFor } from '../measurement/run-environment.js'
import { createProgress } from '../progress.js'
import { formatCounted, formatLimit } from '../text/format.js'
import { findNamed } from '../text/nearest-name.js'
import type { CommandContext } from './command.js'
import { proofLine } from './evaluation-lines.js'
import { linePrinter, outWords, printJson, shownPath } from './output.js'

/** Options of `assay calibrate`. */
export interface CalibrateOptions {
  /** Undefined: all of the suite. */
  readonly workload?: readonly string[]
  readonly scale: ScaleName
  /** A/A pairs per workload. */
  readonly pairs: number
  readonly seed: number
  readonly metric: Metric
  readonly design?: PairDesign
  readonly nodeOptions?: readonly string[]
  /** ms */
  readonly timeout: number
  /** Suite module of another project. */
  readonly suite?: string
  readonly resume?: boolean
  readonly json?: boolean
  readonly out: string
}

/** A `calibrate` command, checked as far as that is possible without the suite. */
export interface CalibrateCommand extends CalibrateOptions {
  /** Evidence root, absolute. */
  readonly root: string
  /** The command again, for people to repeat. */
  readonly text: string
}

const EXIT_CODES: Readonly<Record<Calibration['verdict'], ExitCode>> = {
  passed: EXIT.done,
  undecidable: EXIT.inconclusive,
  failed: EXIT.invalid,
}

/**
 * `assay calibrate`: calibrates this host and prints the result.
 *
 * @returns 0 passed · 3 undecidable: too noisy to find a bias · 5 failed: measurements on this host
 * are biased
 */
export async function calibrateHost(
  command: CalibrateCommand,
  { io, packageVersion, suiteOf }: CommandContext,
): Promise<ExitCode> {
  const { root, scale, metric, design, seed, pairs, text } = command
  const loaded = await suiteOf(command.suite)
  const printLine = linePrinter(command.json, io)
  const request: CalibrationRequest = {
    root,
    workloads: chooseWorkloads(command, loaded),
    scale,
    metric,
    design,
    seed,
    pairs,
    resume: command.resume === true,
    command: text,
    loaded,
    packageVersion,
    settings: forkSettings(io, loaded.suite, {
      nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
      timeoutMs: command.timeout,
    }),
    progress: createProgress(io),
    now: io.now,
    onProof: ({ plan, equivalence }) => printLine(proofLine(plan, equivalence)),
  }
  printLine(headline(command, loaded))
  try {
    const { calibration, id } = await calibrate(request)
    printLine(calibrationTable(calibration).trimEnd())
    for (const note of calibrationNotes(calibration)) io.stderr(`${note}\n`)
    printLine(`${calibration.verdict.padEnd(13)} ${shownPath(resultPath(root, id), io)}`)
    if (command.json) printJson(calibration, io)
    return EXIT_CODES[calibration.verdict]
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, request, io))
    throw error
  }
}

function chooseWorkloads(
  { workload = [] }: CalibrateCommand,
  { suite }: LoadedSuite,
): readonly Workload<unknown, unknown, unknown>[] {
  for (const name of workload) findNamed(suite.workloads, ({ id }) => id, name, 'workload')
  return workload.length === 0
    ? suite.workloads
    : suite.workloads.filter(({ id }) => workload.includes(id))
}

function headline(
  { scale, pairs, seed, metric }: CalibrateCommand,
  { suite }: LoadedSuite,
): string {
  return `calibrate · ${suite.name} at ${scale} scale, ${metric} time        per workload ${formatCounted(pairs, 'pair')} of identical arms, ${injectedPairs(pairs)} with ${formatLimit(INJECTED)} injected · seed ${seed}`
}

function continueHint(
  { root, text }: CalibrateCommand,
  request: CalibrationRequest,
  io: Io,
): string {
  return leftUnfinished(request)
    ? `continue with: ${text} --resume${outWords(root, io)}\n`
    : 'nothing was measured yet; nothing is kept\n'
}
