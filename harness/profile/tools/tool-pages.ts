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
import { atExit } from '../../system/at-exit.js'
import { makeDirectory } from '../../system/files.js'
import { compiledModule, packageFile } from '../../system/package-root.js'
import { runProgram } from '../../system/run-program.js'
import { formatBytes } from '../../text/format.js'
import {
  type ArmStack,
  capture,
  type ProfileRequest,
  prepareWorkload,
  slotOf,
} from '../capture/profiled-process.js'
import { passesFor } from '../capture/run-lengths.js'
import type { ProfileTool, ToolRun } from './tool-table.js'
import type { WatchedRun } from './watched-program.js'

/** The page of a tool about one arm. */
export interface ToolPage {
  readonly arm: Arm
  /** Absolute path. */
  readonly path: string
  readonly bytes: number
}

/** The program that a tool starts and profiles. */
const WATCHED = fileURLToPath(
  compiledModule(
    new URL(
      import.meta.url.endsWith('.ts') ? './watched-program.ts' : './watched-program.js',
      import.meta.url,
    ).href,
  ),
)
const LEAST_BYTES = 1024
/** A larger page is refused, because a browser cannot show it. */
const MOST_BYTES = 256 * 1024 ** 2
/** Replaces a style sheet that would be fetched from a network. */
const EMPTY_STYLE_SHEET = 'data:text/css,'

/**
 * Runs a tool on a workload in each of the arms. Its pages are written as `<tool>/<arm>.html` into
 * the folder of the request, either all of them or none. Links to a network are removed from the
 * pages. All other files of the tool are deleted.
 *
 * @param installed folder with the tool in its node_modules
 * @returns the pages in the order of the arms, and messages from preparing the data
 * @throws {InputError} the data cannot be prepared because of the user's input
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
  const remove = () => rmSync(directory, { recursive: true, force: true })
  const withdraw = atExit(remove)
  try {
    const unfinished: ToolPage[] = []
    for (const arm of arms)
      unfinished.push(await watch(request, arm, tool, installed, join(directory, arm.arm)))
    const folder = join(request.directory, tool.id)
    makeDirectory(folder)
    const pages = unfinished.map((page) => {
      const path = join(folder, `${page.arm}.html`)
      renameSync(page.path, path)
      return { ...page, path }
    })
    return { pages, notes }
  } finally {
    withdraw()
    remove()
  }
}

/** Runs the tool on one arm, in a folder of its own. */
async function watch(
  request: ProfileRequest,
  arm: ArmStack,
  tool: ProfileTool,
  installed: string,
  directory: string,
): Promise<ToolPage> {
  const title = `${request.workload.id}, ${arm.arm}`
  const passes = await passesUnder(tool, request, arm)
  request.phase(`${tool.id} on ${title}: ${passes} passes`)
  makeDirectory(directory)
  const finished = join(directory, 'finished.json')
  const watched: WatchedRun = {
    slot: {
      ...slotOf(request, arm),
      iterations: passes,
      capture: { profiler: 'outside', directory, intervalMicros: request.intervalMicros },
    },
    cwd: process.cwd(),
    finished,
  }
  writeFileSync(join(directory, 'run.json'), JSON.stringify(watched))
  const problem = await runTool(request, tool, installed, { directory, title })
  const where = `${title}: ${tool.id}`
  if (problem !== undefined)
    throw new InvalidEvidenceError(
      `${where} ${problem}; allow more time with --timeout, or profile without --tool`,
    )
  if (!existsSync(finished))
    throw new InvalidEvidenceError(
      `${where} ended without an error, but the profiled program did not finish; profile without --tool to see its error`,
    )
  return { arm: arm.arm, ...checkedPage(where, tool, join(directory, tool.page)) }
}

/** The number of passes that take about the requested duration. */
async function passesUnder(
  tool: ProfileTool,
  request: ProfileRequest,
  arm: ArmStack,
): Promise<number> {
  request.phase(`${tool.id} on ${request.workload.id}, ${arm.arm}: timing a pass`)
  const { run } = await capture(request, arm, {
    length: { warmup: 1, iterations: 1 },
    profiler: 'clock',
  })
  return passesFor(request.durationMs, run.cpuMs, tool.mostPasses)
}

/** @returns what went wrong; undefined if nothing did */
function runTool(
  { settings }: ProfileRequest,
  tool: ProfileTool,
  installed: string,
  { directory, title }: Omit<ToolRun, 'command'>,
): Promise<string | undefined> {
  const flags = [...settings.nodeFlags, ...tool.flags({ directory, title, command: [] })]
  const command = [process.execPath, ...flags, WATCHED, join(directory, 'run.json')]
  return runProgram({
    file: process.execPath,
    args: [
      join(installed, 'node_modules', tool.package, tool.script),
      ...tool.args({ directory, title, command }),
    ],
    cwd: directory,
    // In the first two folders, tools store settings and temporary files.
    env: {
      ...settings.env,
      XDG_CONFIG_HOME: join(directory, 'config'),
      TMPDIR: directory,
      ...tool.env,
    },
    timeoutMs: settings.timeoutMs,
    signal: settings.signal,
  })
}

/** Checks that a page shows the workload: the tools exit with 0 even if they recorded nothing. */
function checkedPage(
  where: string,
  { holds, fetches }: ProfileTool,
  path: string,
): Omit<ToolPage, 'arm'> {
  if (!existsSync(path))
    throw new InvalidEvidenceError(
      `${where} ended without an error and wrote no page; run it again, or profile without --tool`,
    )
  const bytes = statSync(path).size
  if (bytes > MOST_BYTES)
    throw new InvalidEvidenceError(
      `${where} wrote a page of ${formatBytes(bytes)}, too large for a browser; choose a smaller --scale`,
    )
  const text = readFileSync(path, 'utf8')
  if (bytes <= LEAST_BYTES || !holds(text))
    throw new InvalidEvidenceError(
      `${where} wrote a page of ${formatBytes(bytes)} that does not show the workload; choose a longer --duration, or see ${packageFile('docs/profiling.md')} for the limits of the tool`,
    )
  const selfContained = fetches === undefined ? text : text.replaceAll(fetches, EMPTY_STYLE_SHEET)
  writeFileSync(path, selfContained)
  return { path, bytes: Buffer.byteLength(selfContained) }
}
