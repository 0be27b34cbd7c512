import { relative, resolve } from 'node:path'
import type { ExtraCommand } from '../../harness/cli/extra-command.js'
import { EXIT } from '../../harness/errors.js'
import { runEnvironment } from '../../harness/measurement/run-environment.js'
import { createProgress } from '../../harness/progress.js'
import { FRESH_TOTAL } from '../error-rates/fresh-schedule.js'

/** A run of the study takes a second or two; one that hangs must not hold it up for long. */
const TIMEOUT_MS = 60_000

type CharacteristicsOptions = {
  readonly recording: readonly string[]
  readonly fresh?: boolean
  readonly out: string
}

const HELP = `
Reads test/golden/aa-noise.csv, recordings below the root that were studied before, and docs/characteristics/fresh-decisions.jsonl; writes
docs/characteristics.md and docs/characteristics/. A recording in CSV has the columns pair, arm (A, B), position (0, 1), cpu_ms, wall_ms and, where it is divided, pool and workload.

--fresh measures ${FRESH_TOTAL} decisions at smoke scale, a third of them beside two busy processes, and appends each as it is complete: Ctrl-C at any time,
and repeat the command to go on. Leave the host alone meanwhile: what else runs is measured too.`

/** `assay characteristics`: the published error rates, from data. */
export const characteristicsCommand: ExtraCommand = {
  name: 'characteristics',
  summary:
    'how often the verdicts are wrong: derive the published page, plots and figures from the measured data',
  declare(command) {
    command
      .option(
        '--recording <file>',
        'study this recording of A/A runs as well, CSV or runs.jsonl; repeatable',
        (file: string, files: readonly string[]) => [...files, file],
        [],
      )
      .option(
        '--fresh',
        'first measure the fresh decisions that are missing: real evaluations with a known true change; hours',
      )
      .option('--out <dir>', 'root of the checkout', '.')
      .addHelpText('after', HELP)
  },
  async run(_args, options, { io, packageVersion, suiteOf }) {
    const { recording, fresh, out } = options as CharacteristicsOptions
    // Loaded here, so that no other command waits for the library that draws plots.
    const { deriveCharacteristics, PAGE } = await import('../error-rates/derive.js')
    const root = resolve(io.cwd, out)
    const progress = createProgress(io)
    if (fresh === true) {
      const loaded = await suiteOf()
      const [{ controlFlags }, { measureMissing }] = await Promise.all([
        import('../../harness/evaluation/control.js'),
        import('../error-rates/fresh-study.js'),
      ])
      const settings = {
        env: runEnvironment(io.env, loaded.suite.passEnvironment),
        nodeFlags: controlFlags(),
        timeoutMs: TIMEOUT_MS,
        signal: io.signal,
      }
      await measureMissing(root, {
        loaded,
        settings,
        progress,
        now: io.now,
        command: 'assay characteristics --fresh',
        packageVersion,
      })
    }
    const { line } = deriveCharacteristics(root, {
      recordings: recording.map((path) => resolve(io.cwd, path)),
      onStep: progress.phase,
    })
    progress.done()
    io.stdout(`${line}\nwritten: ${relative(io.cwd, resolve(root, PAGE))}\n`)
    return EXIT.done
  },
}
