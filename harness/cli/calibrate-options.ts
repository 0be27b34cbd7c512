import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Metric, ScaleName } from '../contract.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import {
  DEFAULTS,
  parseChoice,
  parseNodeOptions,
  parseScale,
  parseTimeout,
  parseWhole,
  quoted,
} from './evaluate-options.js'

/** A `calibrate` command, checked as far as that is possible without the suite. */
export interface CalibrateCommand {
  /** Empty: all of the suite. */
  readonly workloads: readonly string[]
  readonly scale: ScaleName
  /** A/A pairs per workload. */
  readonly pairs: number
  readonly seed: number
  readonly metric: Metric
  readonly nodeFlags: readonly string[]
  readonly timeoutMs: number
  readonly resume: boolean
  /** Evidence root, absolute. */
  readonly root: string
  readonly json: boolean
  /** Another project's suite module. */
  readonly suite?: string
  /** The command again, for people to repeat. */
  readonly text: string
}

/** Option values as typed; commander has refused unknown options and filled in defaults. */
export interface CalibrateOptions {
  readonly workload?: readonly string[]
  readonly scale: string
  readonly pairs: string
  readonly seed: string
  readonly metric: string
  readonly nodeOptions?: string
  readonly timeout: string
  readonly resume?: boolean
  readonly out: string
  readonly json?: boolean
  readonly suite?: string
}

const CALIBRATE_DEFAULTS = { ...DEFAULTS, pairs: '40', metric: 'cpu' } as const
const FEWEST_PAIRS = 10
const MOST_PAIRS = 1000
const LARGEST_SEED = 2 ** 31 - 1

const EXPLANATION = `What is tested, per workload:
  bias       the pure baseline against itself: the difference is at most 2.8 standard errors
  position   which of the two ran first makes no difference (|t| < 3)
  results    every run of the same code computed the same
  control    8 % injected by real extra work is seen as 6 to 10 %; where noise alone moves an estimate
             by two points (an effective sd above 3.4 % at 20 pairs), it is undecidable and fails nothing
A check that fails is repeated once with fresh pairs, and those decide. A calibration that fails means that the
harness is biased on this host: evaluations quote it, and accept nothing until it is repeated and passes.

Examples:
  assay calibrate                              this host at standard scale; do it on a quiet machine
  assay calibrate --scale smoke                for evaluations with --scale smoke; a few minutes
  assay calibrate --resume                     continue after Ctrl-C or a crash
  assay calibrate --json                       the calibration on stdout, everything else on stderr

What is written: profiling-results/calibration/<fingerprint>/<scale>/, with calibration.json and every run it was derived
from. It takes the place of the older one as a whole, so name all workloads that matter, or none. It goes stale after 30 days.

Exit codes:
  0    passed
  2    something given is wrong: an option, a name, a path, a directory in use
  5    failed: the harness is biased on this host; or processes crashed, the disk is full
  70   a bug in assay
  130  interrupted (143: terminated); --resume continues`

export function addCalibrateOptions(command: Command): Command {
  return command
    .description(
      'what this host does to a measurement: identical arms must come out equal, an injected effect must be seen',
    )
    .option(
      '--workload <id>',
      'calibrate this workload only; repeatable',
      (id: string, ids: readonly string[] = []) => [...ids, id],
    )
    .option('--scale <name>', 'smoke, standard or production', CALIBRATE_DEFAULTS.scale)
    .option(
      '--pairs <n>',
      'pairs of identical arms per workload, at least 10',
      CALIBRATE_DEFAULTS.pairs,
    )
    .option('--seed <int>', 'seed of the data and of the order of runs', CALIBRATE_DEFAULTS.seed)
    .option('--metric <name>', 'cpu or wall', CALIBRATE_DEFAULTS.metric)
    .option(
      '--node-options <flags>',
      'flags of Node in measured processes, as the evaluations will have them',
    )
    .option(
      '--timeout <seconds>',
      'a run that takes longer is killed and counts as failed',
      CALIBRATE_DEFAULTS.timeout,
    )
    .option('--resume', 'continue the unfinished calibration of this host and scale')
    .option('--json', 'the calibration as one JSON document on stdout, everything else on stderr')
    .option(
      '--out <dir>',
      'evidence root: profiling-results/ is read and written below it',
      CALIBRATE_DEFAULTS.out,
    )
    .option('--suite <module>', "another project's suite: a compiled module that exports suite")
    .addHelpText('after', `\n${EXPLANATION}`)
}

/** @throws {InputError} an option's value cannot be used; says which would do */
export function parseCalibrate(options: CalibrateOptions, cwd: string): CalibrateCommand {
  const metric = parseChoice('--metric', options.metric, ['cpu', 'wall'])
  return {
    workloads: options.workload ?? [],
    scale: parseScale(options.scale),
    pairs: parseWhole('--pairs', options.pairs, FEWEST_PAIRS, MOST_PAIRS),
    seed: parseWhole('--seed', options.seed, 0, LARGEST_SEED),
    metric,
    nodeFlags: nodeFlagsFor(
      metric,
      options.nodeOptions === undefined ? undefined : parseNodeOptions(options.nodeOptions),
    ),
    timeoutMs: parseTimeout(options.timeout),
    resume: options.resume === true,
    root: resolve(cwd, options.out),
    json: options.json === true,
    ...(options.suite !== undefined && { suite: options.suite }),
    text: commandText(options),
  }
}

/** How to calibrate for an evaluation: the options it shares with one. */
export function calibrateHint(shared: {
  readonly scale: ScaleName
  readonly metric: Metric
  readonly nodeOptions?: readonly string[]
  readonly suite?: string
}): string {
  const { scale, metric, nodeOptions, suite } = shared
  const words = ['npm run calibrate --', `--scale ${scale}`]
  if (metric !== CALIBRATE_DEFAULTS.metric) words.push(`--metric ${metric}`)
  if (nodeOptions !== undefined) words.push(`--node-options${quoted(nodeOptions.join(' '))}`)
  if (suite !== undefined) words.push(`--suite${quoted(suite)}`)
  return words.join(' ')
}

/** Options that decide about the result, unless they are the default. */
function commandText(options: CalibrateOptions): string {
  const words = ['npx assay calibrate', ...(options.workload ?? []).map((id) => `--workload ${id}`)]
  for (const name of [
    'scale',
    'pairs',
    'seed',
    'metric',
    'nodeOptions',
    'timeout',
    'suite',
  ] as const) {
    const value = options[name]
    if (
      value === undefined ||
      (name in CALIBRATE_DEFAULTS &&
        CALIBRATE_DEFAULTS[name as keyof typeof CALIBRATE_DEFAULTS] === value)
    )
      continue
    words.push(
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${quoted(value)}`,
    )
  }
  return words.join(' ')
}
