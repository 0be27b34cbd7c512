import { relative, resolve } from 'node:path'
import { Option } from 'commander'
import type { CliCommand, CommandContext } from '../../harness/cli/command.js'
import { collect, outOption } from '../../harness/cli/shared-options.js'
import { EXIT } from '../../harness/errors.js'
import { createProgress, type Progress } from '../../harness/progress.js'
import { FRESH_TOTAL } from '../error-rates/fresh-counts.js'

/** Limit for a run of the study, which takes a second or two. */
const TIMEOUT_MS = 60_000

interface CharacteristicsOptions {
  readonly recording?: readonly string[]
  readonly fresh?: boolean
  readonly out: string
}

interface CharacteristicsCommand {
  /** Absolute. */
  readonly recordings: readonly string[]
  readonly fresh: boolean
  /** Root of the checkout, absolute. */
  readonly root: string
}

const HELP = `
Reads test/golden/aa-noise.csv, recordings below the root that were studied before, and
docs/characteristics/fresh-decisions.jsonl. Writes docs/characteristics.md and docs/characteristics/.
A recording in CSV has the columns pair, arm (A, B), position (0, 1), cpu_ms, wall_ms and, where it is divided, pool
and workload.

--fresh measures ${FRESH_TOTAL} decisions at smoke scale, a third of them beside two busy processes, and appends each when
it is complete: stop with Ctrl-C at any time, and continue with the same command. Close other programs meanwhile: they
are measured too.`

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
      .addOption(outOption('root of the checkout'))
      .addHelpText('after', HELP)
  },
  parse: (_args, { recording = [], fresh, out }, { cwd }) => ({
    recordings: recording.map((path) => resolve(cwd, path)),
    fresh: fresh === true,
    root: resolve(cwd, out),
  }),
  async run({ recordings, fresh, root }, context) {
    const { deriveCharacteristics, PAGE } = await import('../error-rates/derive.js')
    const { io } = context
    const progress = createProgress(io)
    if (fresh) await measureFresh(root, progress, context)
    const { line } = deriveCharacteristics(root, { recordings, onStep: progress.phase })
    progress.done()
    io.stdout(`${line}\nwritten: ${relative(io.cwd, resolve(root, PAGE))}\n`)
    return EXIT.done
  },
}

async function measureFresh(
  root: string,
  progress: Progress,
  { io, packageVersion, suiteOf }: CommandContext,
): Promise<void> {
  const [{ controlFlags }, { runEnvironment }, { measureMissing }] = await Promise.all([
    import('../../harness/evaluation/control.js'),
    import('../../harness/measurement/run-environment.js'),
    import('../error-rates/fresh-study.js'),
  ])
  const loaded = await suiteOf()
  const settings = {
    env: runEnvironment(io.env, loaded.suite.passEnvironment),
    nodeFlags: controlFlags(),
    timeoutMs: TIMEOUT_MS,
    signal: io.signal,
  }
  await measureMissing(root, {
    root,
    loaded,
    settings,
    progress,
    now: io.now,
    command: 'assay characteristics --fresh',
    packageVersion,
  })
}
