import { relative, resolve } from 'node:path'
import type { CliCommand } from '../../harness/cli/command.js'
import { outOption } from '../../harness/cli/shared-options.js'
import { EXIT } from '../../harness/errors.js'
import { createProgress } from '../../harness/progress.js'

interface SpeedOptions {
  readonly quick?: boolean
  readonly out: string
}

interface SpeedCommand {
  readonly quick: boolean
  /** Root of the checkout, absolute. */
  readonly root: string
}

const HELP = `
Runs the same backtests in each engine, one process after another: a loop without an engine (the limit), ours in several
configurations, and grademark from npm. Results are compared to the last tick before a time counts; a row that differs
is void. Writes docs/speed.md and docs/speed/. Takes a few minutes; close other programs meanwhile.`

/** `assay speed`: how fast the engine is, beside the limit and beside grademark. */
export const speedCommand: CliCommand<SpeedOptions, SpeedCommand> = {
  name: 'speed',
  summary: 'how fast the engine is: the same trades in other engines, and the limit of the host',
  declare(command) {
    command
      .option(
        '--quick',
        'one short series and few rows, in seconds; print the table and write nothing',
      )
      .addOption(outOption('root of the checkout'))
      .addHelpText('after', HELP)
  },
  parse: (_args, { quick, out }, { cwd }) => ({ quick: quick === true, root: resolve(cwd, out) }),
  async run({ quick, root }, context) {
    const [{ measureFigures }, { publishSpeed, SPEED_PAGE }, { speedLines }] = await Promise.all([
      import('../speed/measure-figures.js'),
      import('../speed/publish-speed.js'),
      import('../speed/speed-page.js'),
    ])
    const { io } = context
    const progress = createProgress(io)
    const figures = await measureFigures(quick, progress, context)
    progress.done()
    io.stdout(speedLines(figures))
    if (quick) return EXIT.done
    publishSpeed(root, figures)
    io.stdout(`written: ${relative(io.cwd, resolve(root, SPEED_PAGE))}\n`)
    return EXIT.done
  },
}
