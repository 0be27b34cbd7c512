import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../errors.js'
import { type InstallRequest, installPackages, runManager } from './install-packages.js'

/** A version of the project to build. */
export interface BuildRequest extends InstallRequest {
  /** npm script that builds it; absent if there is nothing to build. */
  readonly script?: string
}

/** How a build ended. */
export interface BuildEnding {
  /** Absent if it was built; otherwise it begins with the first error that was printed. */
  readonly problem?: string
  /** Links to packages outside of the repository. */
  readonly outside: readonly string[]
}

/**
 * Installs the packages of a checkout and builds it.
 *
 * @throws the signal's reason, if it was aborted
 */
export async function buildVersion(request: BuildRequest): Promise<BuildEnding> {
  const { checkout, prefix, script, setting } = request
  const installed = await installPackages(request)
  if (installed.problem !== undefined || script === undefined) return installed
  const missing = missingScript(join(checkout, prefix), script)
  if (missing !== undefined) return { ...installed, problem: missing }
  const npm = { file: 'npm', args: ['run', '-s', script] }
  const problem = await runManager(npm, join(checkout, prefix), setting)
  return problem === undefined ? installed : { ...installed, problem }
}

/** Why a script cannot run; undefined if the project has it. */
function missingScript(project: string, script: string): string | undefined {
  let scripts: unknown
  try {
    ;({ scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')))
  } catch (error) {
    return `its package.json cannot be read (${messageOf(error)})`
  }
  if (typeof scripts === 'object' && scripts !== null && script in scripts) return undefined
  return `its package.json has no script ${script}; name the script that compiles with --build, or give --build none if nothing is compiled`
}
