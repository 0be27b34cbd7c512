import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../system/at-exit.js'

/** The only folder in which a defended run may write. */
export interface Scratch {
  readonly path: string
  remove(): void
}

/**
 * Makes an empty folder for one process, which gets it as its folder for temporary files. It is
 * removed at an early end of this process too.
 *
 * @param parent where to make it; the folder for temporary files if absent
 * @throws the error of the file system
 */
export function makeScratch(parent: string = tmpdir()): Scratch {
  const path = mkdtempSync(join(realpathSync(parent), 'assay-scratch-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  const withdraw = atExit(remove)
  return {
    path,
    remove: () => {
      withdraw()
      remove()
    },
  }
}
