import { calibrate } from '../calibrate/calibrate.js'
import { suite as hostSuite } from '../calibrate/host-suite.js'
import type { Metric, PairDesign, RunLength, ScaleName } from '../contract.js'
import { AssayError } from '../errors.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import type { CalibrationQuote } from '../evidence/evidence.js'
import { Interrupted, type Io } from '../io.js'
import { ownSuite } from '../measurement/load-suite.js'
import { forkSettings, nodeFlagsFor } from '../measurement/run-environment.js'
import { createProgress } from '../progress.js'
import { formatDuration } from '../text/format.js'

const SCALE: ScaleName = 'smoke'
const PAIRS = 10
/** Cold passes vary too much from process to process to find a bias. */
const LENGTH: RunLength = { warmup: 10, iterations: 20 }
const LONGEST_MS = 60_000
/** The design that measures the figure of a layer, so that the host is checked in the same one. */
const DESIGN: PairDesign = 'lock-step'

/** A short calibration that may be due before an evaluation. */
export interface ShortCalibration {
  readonly command: EvaluateCommand
  readonly packageVersion: string
  readonly metric: Metric
  readonly io: Io
  /** It is given up if it would take longer, ms. */
  readonly mostMs?: number
}

/** Whether a host with this calibration gets a short one before an evaluation. */
export function isShortDue(quote: CalibrationQuote): boolean {
  // A long calibration that failed is repeated by its own command alone.
  return quote.status === 'missing' || (quote.short !== undefined && quote.status !== 'passed')
}

/**
 * Makes a short calibration of this host: ten pairs of identical arms and ten with an injected
 * effect, on work that is known and quick, because the host is checked and not a workload. If that
 * is not possible or takes too long, it is reported, and the evaluation goes on without.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function calibrateShortly(short: ShortCalibration): Promise<void> {
  const { command, packageVersion, metric, io, mostMs = LONGEST_MS } = short
  const loaded = ownSuite(hostSuite)
  const progress = createProgress(io)
  progress.note('checking this host: identical arms, and a known effect')
  try {
    await calibrate({
      root: command.root,
      workloads: hostSuite.workloads,
      scale: SCALE,
      metric,
      design: DESIGN,
      seed: command.seed,
      pairs: PAIRS,
      short: { mostMs, length: LENGTH },
      resume: false,
      command: command.text,
      loaded,
      packageVersion,
      settings: forkSettings(io, loaded.suite, {
        nodeFlags: nodeFlagsFor(metric, command.nodeOptions),
        timeoutMs: Math.min(command.timeoutMs, mostMs),
      }),
      progress,
      now: io.now,
      onProof: () => {},
    })
  } catch (error) {
    if (!(error instanceof AssayError) || error instanceof Interrupted) throw error
    progress.note(`this host was not checked within ${formatDuration(mostMs)}: ${error.message}`)
  }
}
