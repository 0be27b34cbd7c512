import { join } from 'node:path'
import type { Io } from '../io.js'
import type { ArmStack, ProfileRequest } from '../profile/capture/profiled-process.js'
import { installTools } from '../profile/tools/install-tools.js'
import { toolPages } from '../profile/tools/tool-pages.js'
import type { ProfileTool } from '../profile/tools/tool-table.js'
import type { Progress } from '../progress.js'
import { cacheRoot } from '../system/cache-root.js'
import { makeDirectory } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'
import { formatBytes } from '../text/format.js'

/** One page of a tool, in the JSON output of `assay profile --tool`. */
export interface ToolPageReport {
  readonly tool: string
  readonly scenario: string
  readonly arm: string
  /** Absolute path of the page. */
  readonly page: string
  readonly bytes: number
}

/** The packages of the tools; they are installed when a tool is first used. */
const PINNED = join('harness', 'profile', 'tools', 'pinned')
/** Enough for seven hundred packages over a slow connection. */
const INSTALL_TIMEOUT_MS = 15 * 60_000

/**
 * Profiles every workload in every arm with another profiler, which writes its own pages.
 *
 * @param requests one per workload
 * @param printLine gets a line per page, once it is written, and what the tool shows and misses
 * @throws {InputError} the cache or the data cannot be written
 * @throws {InvalidEvidenceError} the tool cannot be installed, it failed, or its page is empty
 */
export async function profileWithTool(
  tool: ProfileTool,
  requests: readonly ProfileRequest[],
  arms: readonly ArmStack[],
  progress: Progress,
  io: Io,
  printLine: (line: string) => void,
): Promise<ToolPageReport[]> {
  const reports: ToolPageReport[] = []
  try {
    const installed = await installTools({
      source: join(packageRoot(), PINNED),
      cache: join(cacheRoot(io.env), 'tools'),
      env: io.env,
      timeoutMs: INSTALL_TIMEOUT_MS,
      signal: io.signal,
      phase: progress.phase,
    })
    for (const request of requests) {
      makeDirectory(request.directory)
      const { pages, notes } = await toolPages(request, arms, tool, installed)
      for (const note of notes) progress.note(note)
      progress.done()
      for (const { arm, path, bytes } of pages) {
        reports.push({ tool: tool.id, scenario: request.workload.id, arm, page: path, bytes })
        printLine(
          `${tool.id} · ${request.workload.id} · ${arm.padEnd(9)}  ${path}  ${formatBytes(bytes)}`,
        )
      }
    }
  } finally {
    progress.done()
  }
  printLine(`it shows ${tool.shows}\nit does not show ${tool.misses}`)
  return reports
}
