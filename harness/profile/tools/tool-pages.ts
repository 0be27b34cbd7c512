import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Arm } from '../../contract.js'
import { InvalidEvidenceError } from '../../errors.js'
import { makeDirectory } from '../../system/files.js'
import { compiledModule } from '../../system/package-root.js'
import { runProgram } from '../../system/run-program.js'
import { formatBytes } from '../../text/format.js'
import {
  type ArmStack,
  capture,
  type ProfileRequest,
  passesFor,
  prepareWorkload,
  slotOf,
} from '../capture/profiled-process.js'
import type { ProfileTool, ToolPlace } from './tool-table.js'
import type { WatchedRun } from './watched-program.js'

/** What a tool wrote about one arm. */
export interface ToolPage {
  readonly arm: Arm
  /** Absolute path. */
  readonly path: string
  readonly bytes: number
}

/** The program a tool starts. */
const WATCHED = fileURLToPath(
  compiledModule(
    new URL(
      import.meta.url.endsWith('.ts') ? './watched-program.ts' : './watched-program.js',
      import.meta.url,
    ).href,
  ),
)
const LEAST_BYTES = 1024
const MOST_BYTES = 256 * 1024 ** 2
/** An empty style sheet, in place of one from a network. */
const NOTHING = 'data:text/css,'

/**
 * Lets a tool watch a workload in each of the arms, and keeps the pages it writes:
 * `<tool>/<arm>.html` in the folder of the request, all of them or none, without what they would
 * fetch from a network when they are opened. Whatever else the tool leaves behind is removed.
 *
 * @param installed folder whose node_modules holds the tool
 * @returns the pages in the order of the arms, and what preparing the data had to say
 * @throws {InputError} the data cannot be prepared, by what the user gave
 * @throws {InvalidEvidenceError} the tool failed, or its page is missing or shows nothing
 */
export async function toolPages(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  tool: ProfileTool,
  installed: string,
): Promise<{ readonly pages: readonly ToolPage[]; readonly notes: readonly string[] }> {
  const notes = await prepareWorkload(request)
  const directory = mkdtempSync(join(request.directory, `.${tool.id}-`))
  try {
    const made: { readonly arm: Arm; readonly page: string; readonly bytes: number }[] = []
    for (const arm of arms)
      made.push({
        arm: arm.arm,
        ...(await watch(request, arm, tool, installed, join(directory, arm.arm))),
      })
    const kept = join(request.directory, tool.id)
    makeDirectory(kept)
    const pages = made.map(({ arm, page, bytes }) => {
      const path = join(kept, `${arm}.html`)
      renameSync(page, path)
      return { arm, path, bytes }
    })
    return { pages, notes }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** One arm under the tool, in a folder of its own. */
async function watch(
  request: ProfileRequest,
  arm: ArmStack,
  tool: ProfileTool,
  installed: string,
  directory: string,
) {
  const { workload, settings } = request
  const say = (what: string) => request.phase(`${tool.id} on ${workload.id}, ${arm.arm}: ${what}`)
  say('how long a pass is')
  const { run } = await capture(request, arm, { warmup: 1, iterations: 1 }, 'clock')
  const passes = passesFor(request.durationMs, run.cpuMs, tool.mostPasses)
  say(`${passes} passes`)
  makeDirectory(directory)
  const finished = join(directory, 'finished.json')
  const words = join(directory, 'run.json')
  const watched: WatchedRun = {
    slot: {
      ...slotOf(request, arm),
      iterations: passes,
      capture: { profiler: 'outside', directory, intervalMicros: request.intervalMicros },
    },
    cwd: process.cwd(),
    finished,
  }
  writeFileSync(words, JSON.stringify(watched))
  const place = (command: readonly string[]): ToolPlace => ({
    directory,
    title: `${workload.id}, ${arm.arm}`,
    command,
  })
  const flags = [...settings.nodeFlags, ...tool.flags(place([]))]
  const problem = await runProgram({
    file: process.execPath,
    args: [
      join(installed, 'node_modules', tool.package, tool.script),
      ...tool.words(place([process.execPath, ...flags, WATCHED, words])),
    ],
    cwd: directory,
    // Tools keep settings and notices in the first two.
    env: {
      ...settings.env,
      XDG_CONFIG_HOME: join(directory, 'config'),
      TMPDIR: directory,
      ...tool.env,
    },
    timeoutMs: settings.timeoutMs,
    signal: settings.signal,
  })
  const who = `${workload.id}, ${arm.arm}: ${tool.id}`
  if (problem !== undefined)
    throw new InvalidEvidenceError(
      `${who} ${problem}; --timeout gives it longer, profiles without --tool do not need it`,
    )
  if (!existsSync(finished))
    throw new InvalidEvidenceError(
      `${who} ended without an error, but the program it watched did not finish; see what that dies of: leave --tool out`,
    )
  return checkedPage(who, tool, join(directory, tool.page))
}

/**
 * The tools tell nobody when they have seen nothing: their pages say so, or stay empty, and they
 * exit with 0.
 */
function checkedPage(who: string, { holds, fetches }: ProfileTool, page: string) {
  if (!existsSync(page))
    throw new InvalidEvidenceError(
      `${who} ended without an error and wrote no page; run it again, or leave --tool out for our own profiles`,
    )
  const bytes = statSync(page).size
  if (bytes > MOST_BYTES)
    throw new InvalidEvidenceError(
      `${who} wrote a page of ${formatBytes(bytes)}, more than a browser shows; choose a smaller --scale`,
    )
  const text = readFileSync(page, 'utf8')
  if (bytes <= LEAST_BYTES || !holds(text))
    throw new InvalidEvidenceError(
      `${who} wrote a page of ${formatBytes(bytes)} that shows nothing of the workload; give it longer with --duration, or see docs/profiling.md for what it cannot see`,
    )
  const alone = fetches === undefined ? text : text.replaceAll(fetches, NOTHING)
  writeFileSync(page, alone)
  return { page, bytes: Buffer.byteLength(alone) }
}
