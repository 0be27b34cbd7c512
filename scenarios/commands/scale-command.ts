import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { CliCommand, CommandContext } from '../../harness/cli/command.js'
import { outOption, wholeOption } from '../../harness/cli/shared-options.js'
import { EXIT } from '../../harness/errors.js'
import type { ControlSetting } from '../../harness/evaluation/control.js'
import { Interrupted } from '../../harness/io.js'
import { createProgress, type Progress } from '../../harness/progress.js'
import { unknownName } from '../../harness/text/nearest-name.js'

/** Limit for one process. */
const TIMEOUT_MS = 600_000
const PAIRS = 10
const QUICK_PAIRS = 2
const MOST_PAIRS = 200

interface ScaleOptions {
  readonly pairs?: number
  readonly quick?: boolean
  readonly again?: boolean
  readonly out: string
}

interface ScaleCommand {
  /** Ids as given. */
  readonly stack: readonly string[]
  readonly pairs: number
  readonly quick: boolean
  readonly again: boolean
  /** Root of the checkout, absolute. */
  readonly root: string
}

const HELP = `
Measures the layer, or several joined by +, against the pure baseline in pairs of processes in lock-step: at 1 to 400
backtests, and at growing numbers of bars and assets. Writes docs/scale/<layer>.md with the break-even and plots, and
docs/user-guide.md. Each point is appended to its file when it is complete: stop with Ctrl-C at any time and continue
with the same command. Close other programs meanwhile: they are measured too.`

/** `assay scale`: from how many backtests on a layer pays. */
export const scaleCommand: CliCommand<ScaleOptions, ScaleCommand> = {
  name: 'scale',
  summary: 'from how many backtests on a layer pays, and how the time grows with the data',
  declare(command) {
    command
      .argument('<layer>', 'id of a layer, or several joined by +, see: assay list')
      .addOption(
        wholeOption('--pairs <n>', `pairs of each point (default: ${PAIRS})`, 2, MOST_PAIRS),
      )
      .option(
        '--quick',
        'few small points of two pairs, in seconds; print the figures and write nothing',
      )
      .option('--again', 'measure every point anew')
      .addOption(outOption('root of the checkout'))
      .addHelpText('after', HELP)
  },
  parse: ([layer], { pairs, quick, again, out }, { cwd }) => ({
    stack: String(layer).split('+'),
    pairs: pairs ?? (quick === true ? QUICK_PAIRS : PAIRS),
    quick: quick === true,
    again: again === true,
    root: resolve(cwd, out),
  }),
  async run(command, context) {
    const progress = createProgress(context.io)
    const { now, env } = context.io
    const { otherMeasuring, takeHostTurn } = await import('../../harness/system/host-lock.js')
    const turn = takeHostTurn(env, now())
    if (turn.other !== undefined) progress.note(otherMeasuring(turn.other))
    try {
      await (command.quick ? quickLook : study)(command, progress, context)
    } finally {
      turn.release()
    }
    return EXIT.done
  },
}

/** Measures what is missing and publishes it; if it is interrupted, publishes what there is. */
async function study(
  command: ScaleCommand,
  progress: Progress,
  context: CommandContext,
): Promise<void> {
  const { publishScales } = await import('../scale/publish-scale.js')
  const { root } = command
  try {
    await measure(command, progress, context)
  } catch (error) {
    if (error instanceof Interrupted) publishScales(root)
    throw error
  }
  const written = publishScales(root)
  progress.done()
  const shown = written.map((path) => relative(context.io.cwd, resolve(root, path)))
  context.io.stdout(`${await linesOf(command)}written: ${shown.join(', ')}\n`)
}

/** Measures small points in a folder of its own, which is removed. */
async function quickLook(
  given: ScaleCommand,
  progress: Progress,
  context: CommandContext,
): Promise<void> {
  const root = mkdtempSync(join(context.io.env.TMPDIR || tmpdir(), 'assay-scale-'))
  const command = { ...given, root }
  try {
    await measure(command, progress, context)
    progress.done()
    context.io.stdout(await linesOf(command))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function measure(
  { stack, pairs, quick, again, root }: ScaleCommand,
  progress: Progress,
  context: CommandContext,
): Promise<void> {
  const [{ measureScale }, { scaleTasks, QUICK_SIZES, SCALE_SIZES }, { scaleFiles }, { suite }] =
    await Promise.all([
      import('../scale/scale-study.js'),
      import('../scale/scale-sizes.js'),
      import('../scale/scale-files.js'),
      import('../scale/scale-suite.js'),
    ])
  const ids = suite.layers.map(({ id }) => id)
  const unknown = stack.find((id) => !ids.includes(id))
  if (unknown !== undefined) throw unknownName('layer', unknown.slice(0, 60), ids)
  const files = scaleFiles(stack)
  if (again)
    for (const path of [files.data, files.environment]) rmSync(join(root, path), { force: true })
  const { ownSuite } = await import('../../harness/measurement/load-suite.js')
  await measureScale(
    root,
    { stack, pairs, tasks: scaleTasks(quick ? QUICK_SIZES : SCALE_SIZES) },
    await settingOf(root, ownSuite(suite), progress, context),
  )
}

/** How the processes of the study run. */
async function settingOf(
  root: string,
  loaded: ControlSetting['loaded'],
  progress: Progress,
  { io, packageVersion }: CommandContext,
): Promise<ControlSetting> {
  const [{ controlFlags }, { forkSettings }] = await Promise.all([
    import('../../harness/evaluation/control.js'),
    import('../../harness/measurement/run-environment.js'),
  ])
  const limits = { nodeFlags: controlFlags(), timeoutMs: TIMEOUT_MS }
  return {
    root,
    loaded,
    settings: forkSettings(io, loaded.suite, limits),
    progress,
    now: io.now,
    command: 'assay scale',
    packageVersion,
  }
}

async function linesOf({ root, stack }: ScaleCommand): Promise<string> {
  const [{ deriveScale }, { scaleLines }, { scaleFiles }, { readScalePoints }] = await Promise.all([
    import('../scale/scale-figures.js'),
    import('../scale/scale-page.js'),
    import('../scale/scale-files.js'),
    import('../scale/scale-point.js'),
  ])
  const points = readScalePoints(join(root, scaleFiles(stack).data))
  return scaleLines(stack.join('+'), deriveScale(points))
}
