import { relative, resolve } from 'node:path'
import { Option } from 'commander'
import type { CliCommand, CommandContext } from '../../harness/cli/command.js'
import { collect, outOption, wholeOption } from '../../harness/cli/shared-options.js'
import { EXIT, type ExitCode, InputError } from '../../harness/errors.js'
import type { ControlSetting } from '../../harness/evaluation/control.js'
import { defined } from '../../harness/evidence/defined.js'
import { Interrupted } from '../../harness/io.js'
import type { LoadedSuite } from '../../harness/measurement/load-suite.js'
import { createProgress, type Progress } from '../../harness/progress.js'
import { FRESH_TOTAL } from '../error-rates/fresh-counts.js'

/** Limit for a run of the studies, which takes a few seconds. */
const TIMEOUT_MS = 60_000
const LONGEST_MINUTES = 10_000
const MS_PER_MINUTE = 60_000

interface CharacteristicsOptions {
  readonly recording?: readonly string[]
  readonly fresh?: boolean
  readonly interference?: boolean
  readonly campaigns?: boolean
  readonly minutes?: number
  readonly out: string
}

interface CharacteristicsCommand {
  /** Absolute. */
  readonly recordings: readonly string[]
  readonly fresh: boolean
  readonly interference: boolean
  readonly campaigns: boolean
  /** No decision and no cell begins later than this after the start. */
  readonly minutes?: number
  /** Root of the checkout, absolute. */
  readonly root: string
}

const HELP = `
Reads test/golden/aa-noise.csv, recordings below the root that were studied before, and the measurements in
docs/characteristics/. Writes docs/characteristics.md and docs/characteristics/.
A recording in CSV has the columns pair, arm (A, B), position (0, 1), cpu_ms, wall_ms and, where it is divided, pool
and workload.

--fresh measures ${FRESH_TOTAL} decisions, some of them beside two busy processes. --interference measures known effects
on kernels of different kinds in every design of a pair. Each decision and each cell is appended to its file when it is
complete: stop with Ctrl-C at any time, or with --minutes, and continue with the same command; the page shows what there
is. Close other programs meanwhile: they are measured too.`

/** `assay characteristics`: derives the published error rates from measured data. */
export const characteristicsCommand: CliCommand<CharacteristicsOptions, CharacteristicsCommand> = {
  name: 'characteristics',
  summary:
    'how often verdicts are wrong: derive the published page, plots and figures from the measured data',
  declare(command) {
    command
      .addOption(
        new Option(
          '--recording <file>',
          'study this recording of A/A runs too, CSV or runs.jsonl; repeatable',
        ).argParser(collect),
      )
      .option(
        '--fresh',
        'first measure the missing fresh decisions: real evaluations with a known true change; takes hours',
      )
      .option(
        '--interference',
        'first measure the missing cells about the bias of each design of a pair; takes hours',
      )
      .option(
        '--campaigns',
        'only simulate campaigns on recorded pairs and publish their error rates in docs/campaigns.md; takes a quarter of an hour',
      )
      .addOption(
        wholeOption(
          '--minutes <n>',
          'with --fresh or --interference: begin nothing later than this many minutes after the start',
          1,
          LONGEST_MINUTES,
        ),
      )
      .addOption(outOption('root of the checkout'))
      .addHelpText('after', HELP)
  },
  parse: (_args, { recording = [], fresh, interference, campaigns, minutes, out }, { cwd }) => {
    if (minutes !== undefined && fresh !== true && interference !== true)
      throw new InputError('--minutes limits a measurement; add --fresh or --interference')
    if (campaigns === true && (fresh === true || interference === true || recording.length > 0))
      throw new InputError('--campaigns: this simulates only; give it alone, or with --out')
    return defined({
      campaigns: campaigns === true,
      recordings: recording.map((path) => resolve(cwd, path)),
      fresh: fresh === true,
      interference: interference === true,
      minutes,
      root: resolve(cwd, out),
    })
  },
  async run(command, context) {
    if (command.campaigns) return simulate(command, context)
    const { deriveCharacteristics, PAGE } = await import('../error-rates/derive.js')
    const { io } = context
    const { root, recordings } = command
    const progress = createProgress(io)
    await measure(command, progress, context)
    const { line } = deriveCharacteristics(root, { recordings, onStep: progress.phase })
    progress.done()
    io.stdout(`${line}\nwritten: ${relative(io.cwd, resolve(root, PAGE))}\n`)
    return EXIT.done
  },
}

/** Simulates campaigns and publishes how they end. */
async function simulate(
  { root }: CharacteristicsCommand,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { publishCampaigns, CAMPAIGN_PAGE } = await import('../error-rates/publish-campaigns.js')
  io.endOnSignal()
  const progress = createProgress(io)
  publishCampaigns(root, progress.phase)
  progress.done()
  io.stdout(`written: ${relative(io.cwd, resolve(root, CAMPAIGN_PAGE))}\n`)
  return EXIT.done
}

/** Makes the measurements; if they are interrupted, the page shows what there is. */
async function measure(
  { fresh, interference, minutes, root }: CharacteristicsCommand,
  progress: Progress,
  context: CommandContext,
): Promise<void> {
  if (!fresh && !interference) return
  const { publishAgain } = await import('../error-rates/derive.js')
  const deadline =
    minutes === undefined
      ? undefined
      : new Date(context.io.now().getTime() + minutes * MS_PER_MINUTE)
  try {
    if (interference) await measureInterferenceCells(root, progress, context, deadline)
    if (fresh) await measureFresh(root, progress, context, deadline)
  } catch (error) {
    if (error instanceof Interrupted) publishAgain(root)
    throw error
  }
}

async function measureInterferenceCells(
  root: string,
  progress: Progress,
  context: CommandContext,
  deadline: Date | undefined,
): Promise<void> {
  const { measureInterference } = await import('../error-rates/interference-study.js')
  const loaded = await context.suiteOf()
  const setting = await settingOf(root, loaded, progress, context)
  await measureInterference(root, setting, deadline)
}

async function measureFresh(
  root: string,
  progress: Progress,
  context: CommandContext,
  deadline: Date | undefined,
): Promise<void> {
  const [{ measureMissing }, { suite }, { ownSuite }] = await Promise.all([
    import('../error-rates/fresh-study.js'),
    import('../error-rates/decision-suite.js'),
    import('../../harness/measurement/load-suite.js'),
  ])
  await measureMissing(root, await settingOf(root, ownSuite(suite), progress, context), deadline)
}

/** How the processes of a study run. */
async function settingOf(
  root: string,
  loaded: LoadedSuite,
  progress: Progress,
  { io, packageVersion }: CommandContext,
): Promise<ControlSetting> {
  const [{ controlFlags }, { forkSettings }] = await Promise.all([
    import('../../harness/evaluation/control.js'),
    import('../../harness/measurement/run-environment.js'),
  ])
  return {
    root,
    loaded,
    settings: forkSettings(io, loaded.suite, {
      nodeFlags: controlFlags(),
      timeoutMs: TIMEOUT_MS,
    }),
    progress,
    now: io.now,
    command: 'assay characteristics',
    packageVersion,
  }
}
