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

/** `assay profile --tool`, for a script. */
export interface ToolPageReport {
  readonly tool: string
  readonly scenario: string
  readonly arm: string
  /** Absolute path of the page. */
  readonly page: string
  readonly bytes: number
}

/** What is installed when a tool is asked for, and nowhere else. */
const PINNED = join('harness', 'profile', 'tools', 'pinned')
/** Seven hundred packages, over a slow line. */
const INSTALL_TIMEOUT_MS = 15 * 60_000

/**
 * Has somebody else's profiler make its pages of every workload, in every arm.
 *
 * @param requests one per workload
 * @param say      told, as it lands, what was written and what it can show
 * @returns the pages
 * @throws {InputError} the cache or the data cannot be written
 * @throws {InvalidEvidenceError} the tool cannot be installed, failed, or has seen nothing
 */
export async function profileWithTool(
  tool: ProfileTool,
  requests: readonly ProfileRequest[],
  arms: readonly ArmStack[],
  progress: Progress,
  io: Io,
  say: (text: string) => void,
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
        say(
          `${tool.id} · ${request.workload.id} · ${arm.padEnd(9)}  ${path}  ${formatBytes(bytes)}\n`,
        )
      }
    }
  } finally {
    progress.done()
  }
  say(`it shows ${tool.shows}\nit does not show ${tool.misses}\n`)
  return reports
}
