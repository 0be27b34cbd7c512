import { InputError } from '../errors.js'

/** What to do in a project of yarn Plug'n'Play. */
export const WITHOUT_PLUG_N_PLAY =
  'set nodeLinker: node-modules in .yarnrc.yml, and run yarn install'

/**
 * Refuses to run from an archive of yarn Plug'n'Play: measured processes are plain Node, which
 * cannot load from it.
 *
 * @param versions of this process; the loader of Plug'n'Play adds its own
 * @throws {InputError} the loader is active
 */
export function refusePlugNPlay(versions: Readonly<Record<string, string | undefined>>): void {
  if (versions.pnp === undefined) return
  throw new InputError(
    `yarn Plug'n'Play is not supported, because measured processes load packages from node_modules; ${WITHOUT_PLUG_N_PLAY}`,
  )
}
