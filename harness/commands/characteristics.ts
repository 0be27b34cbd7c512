import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { EXIT, type ExitCode } from '../errors.js'
import type { Io } from '../io.js'
import { createProgress } from '../progress.js'

/** Option values by commander's names. */
export interface CharacteristicsOptions {
  readonly recording: readonly string[]
  readonly out: string
}

export function addCharacteristicsOptions(command: Command): Command {
  return command
    .description('how often the verdicts are wrong: derive the published page, plots and figures from the measured data')
    .option(
      '--recording <file>',
      'study this recording of A/A runs as well, CSV or runs.jsonl; repeatable',
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option('--out <dir>', 'root of the checkout', '.')
    .addHelpText('after', HELP)
}

const HELP = `
Reads test/golden/aa-noise.csv, recordings below the root that were studied before, and docs/characteristics/fresh-decisions.jsonl; writes
docs/characteristics.md and docs/characteristics/. A recording in CSV has the columns pair, arm (A, B), position (0, 1), cpu_ms, wall_ms and, where it is divided, pool and workload.`

/** `assay characteristics`: the published error rates, from data. */
export async function characteristicsCommand({ recording, out }: CharacteristicsOptions, io: Io): Promise<ExitCode> {
  // Loaded here, so that no other command waits for the library that draws plots.
  const { deriveCharacteristics, PAGE } = await import('../characteristics/derive.js')
  const root = resolve(io.cwd, out)
  const progress = createProgress(io)
  const { line } = deriveCharacteristics(root, {
    recordings: recording.map((path) => resolve(io.cwd, path)),
    onStep: progress.phase,
  })
  progress.done()
  io.stdout(`${line}\nwritten: ${relative(io.cwd, resolve(root, PAGE))}\n`)
  return EXIT.done
}
