import { resolve } from 'node:path'
import type { Metric, ScaleName } from '../contract.js'
import type { CalibrateCommand, CalibrateOptions } from './calibrate-host.js'
import type { CliCommand } from './command.js'
import { commandOnRoot, commandText, quoted } from './command-text.js'
import { exitCodes } from './exit-codes.js'
import {
  designOption,
  jsonOption,
  metricOption,
  nodeOptionsOption,
  outOption,
  pairsOption,
  scaleOption,
  seedOption,
  suiteOption,
  timeoutOption,
  workloadOption,
} from './shared-options.js'

const DEFAULT_METRIC = 'cpu'

const HELP = `
Checks, per workload:
  bias       the pure baseline against itself (A/A): the difference is at most 2.8 standard errors; undecidable where
             these are more than two points
  position   it makes no difference which of the two runs first (|t| < 3)
  results    the same code gives the same result in every run
  control    a true effect of 8 %, made by real extra work, is measured as 6 to 10 %; undecidable, and not a failure,
             where noise alone moves the estimate by two points (effective sd above 3.4 % at 20 pairs)
A check that fails is repeated once with fresh pairs, and these decide. If the calibration fails, the harness is biased
on this machine: evaluations quote it and accept nothing until a calibration passes.

Examples:
  assay calibrate                              this machine at standard scale; close other programs first
  assay calibrate --scale smoke                for evaluations with --scale smoke; takes a few minutes
  assay calibrate --resume                     continue after Ctrl-C or a crash
  assay calibrate --json                       the calibration on stdout, everything else on stderr

Files written: calibration.json and every run it is derived from, in
profiling-results/calibration/<fingerprint>/<scale>/. They replace the previous calibration as a whole, so name all
workloads that matter, or none. A calibration is out of date after 30 days.

${exitCodes({
  0: 'passed',
  3: 'undecidable: noise alone could hide a bias of two points',
  5: 'failed: the harness is biased on this machine; or processes crashed, or the disk is full',
  130: 'interrupted by Ctrl-C (143: terminated); continue with --resume',
})}`

/** `assay calibrate`. */
export const calibrateCommand: CliCommand<CalibrateOptions, CalibrateCommand> = {
  name: 'calibrate',
  summary: 'check that this machine measures correctly (A/A and a known effect)',
  declare(command) {
    command
      .addOption(workloadOption())
      .addOption(scaleOption('standard'))
      .addOption(pairsOption('pairs of identical arms per workload', 40))
      .addOption(seedOption())
      .addOption(metricOption().default(DEFAULT_METRIC))
      .addOption(designOption())
      .addOption(nodeOptionsOption())
      .addOption(timeoutOption())
      .addOption(suiteOption())
      .option('--resume', 'continue the unfinished calibration of this machine and scale')
      .addOption(jsonOption('the calibration'))
      .addOption(outOption())
      .addHelpText('after', HELP)
  },
  parse: (_args, options, { cwd, words }) => ({
    ...options,
    root: resolve(cwd, options.out),
    text: commandText('calibrate', ...words),
  }),
  async run(command, context) {
    const { calibrateHost } = await import('./calibrate-host.js')
    return calibrateHost(command, context)
  },
}

/** How to calibrate for an evaluation or a gate: the options that both share. */
export function calibrateHint(
  shared: {
    readonly scale: ScaleName
    readonly metric: Metric
    readonly nodeOptions?: readonly string[]
    readonly suite?: string
    /** Evidence root that is not the working directory. */
    readonly root?: string
  },
  cwd: string,
): string {
  const { scale, metric, nodeOptions, suite, root = cwd } = shared
  const words = [`--scale ${scale}`]
  if (metric !== DEFAULT_METRIC) words.push(`--metric ${metric}`)
  if (nodeOptions !== undefined) words.push(`--node-options${quoted(nodeOptions.join(' '))}`)
  if (suite !== undefined) words.push(`--suite${quoted(suite)}`)
  return commandOnRoot(root, cwd)('calibrate', ...words)
}
