import { runCli } from '../../harness/cli/cli.js'
import type { Io } from '../../harness/io.js'
import { backtestCommand } from '../../scenarios/commands/backtest-command.js'
import { bundleCommand } from '../../scenarios/commands/bundle-command.js'
import { characteristicsCommand } from '../../scenarios/commands/characteristics-command.js'
import { scaleCommand } from '../../scenarios/commands/scale-command.js'
import { searchCommand } from '../../scenarios/commands/search-command.js'
import { speedCommand } from '../../scenarios/commands/speed-command.js'
import { workerCommand } from '../../scenarios/commands/worker-command.js'
import { suite } from '../../scenarios/suite.js'
import { type CommandResult, createIo, withoutCalibration } from '../fixtures/bench.js'

/**
 * One command line of the real binary's composition, in this process; words may hold spaces. An
 * evaluation is not preceded by a short calibration.
 */
export async function assay(
  words: readonly string[],
  change: Partial<Io> = {},
): Promise<CommandResult> {
  const { io, output } = createIo(change)
  const code = await runCli(withoutCalibration(words), suite, io, [
    backtestCommand,
    searchCommand,
    bundleCommand,
    characteristicsCommand,
    speedCommand,
    scaleCommand,
    workerCommand,
  ])
  return { code, ...output }
}
