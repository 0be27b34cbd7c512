import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WITHOUT_PLUG_N_PLAY } from '../system/plug-n-play.js'
import { withParents } from './package-manifests.js'

/** The files from which yarn resolves packages if it makes no `node_modules`. */
const RESOLVERS = ['.pnp.cjs', '.pnp.js']

/**
 * Why the packages of a project cannot be used: yarn Plug'n'Play keeps them in archives, which only
 * a process with its loader finds, and measured processes are plain Node.
 *
 * @param root of a checkout, absolute  @param prefix path of the project below it
 * @returns undefined without Plug'n'Play
 */
export function plugNPlayProblem(root: string, prefix: string): string | undefined {
  const found = withParents(prefix)
    .flatMap((folder) => RESOLVERS.map((name) => join(folder, name)))
    .find((path) => existsSync(join(root, path)))
  if (found === undefined) return undefined
  return `its packages are installed by yarn Plug'n'Play (${found}), which measured processes cannot load; ${WITHOUT_PLUG_N_PLAY}`
}
