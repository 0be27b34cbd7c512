import { readFileSync, writeFileSync } from 'node:fs'
import type { RunSlot, Suite } from '../../contract.js'
import { profileRun } from '../capture/profile-run.js'

/** The program that a third-party tool profiles. */
export interface WatchedRun {
  readonly slot: RunSlot
  /** Working directory of the suite; the tool starts the program in another one. */
  readonly cwd: string
  /** File to write after the last pass: some tools write a page even if the program crashed. */
  readonly finished: string
}

/**
 * Makes a profiled run as a program of its own, `node watched-program.js run.json`, for tools that
 * start the profiled program themselves. It prints nothing, because the tool may read its stdout.
 */
async function run({ slot, cwd, finished }: WatchedRun): Promise<void> {
  process.chdir(cwd)
  const { suite } = (await import(slot.suite)) as { suite: Suite }
  writeFileSync(finished, JSON.stringify(await profileRun(suite, slot)))
  // The tools write their data on `beforeExit`. A handle that the suite left open would delay that
  // event for ever, so the event is emitted here.
  if (!process.emit('beforeExit', 0)) process.exit()
}

await run(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as WatchedRun)
