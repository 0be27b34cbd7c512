import { readFileSync, writeFileSync } from 'node:fs'
import type { RunSlot, Suite } from '../../contract.js'
import { profileRun } from '../capture/profile-run.js'

/** What somebody else's profiler is to watch. */
export interface WatchedRun {
  readonly slot: RunSlot
  /** Where a suite expects to be: the tool itself works elsewhere. */
  readonly cwd: string
  /** Written when all passes are made: some tools make a page of a program that crashed, too. */
  readonly finished: string
}

/**
 * A profiled run as a program of its own, `node watched-program.js run.json`, for tools that start
 * what they watch: they have no use for our messages. Its stdout is theirs; it prints nothing.
 */
async function run({ slot, cwd, finished }: WatchedRun): Promise<void> {
  process.chdir(cwd)
  const { suite } = (await import(slot.suite)) as { suite: Suite }
  writeFileSync(finished, JSON.stringify(await profileRun(suite, slot)))
  // The tools write what they saw, and end the process, when it has nothing left to do: whatever a
  // suite left open must not put that off for ever.
  if (!process.emit('beforeExit', 0)) process.exit()
}

await run(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as WatchedRun)
