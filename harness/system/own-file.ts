import { lstatSync, readFileSync } from 'node:fs'
import { InputError } from '../errors.js'
import { writeWhole } from './files.js'

/** A file that we write and write again, found by a text that every version of it contains. */
export interface OwnFile {
  /** Absolute. */
  readonly path: string
  readonly mark: string
}

/**
 * Refuses to replace a file that we did not write.
 *
 * @throws {InputError} something else is at its path; names it and the remedy
 */
export function refuseForeign({ path, mark }: OwnFile): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (found.isFile() && readFileSync(path, 'utf8').includes(mark)) return
  throw foreignInTheWay(path)
}

/**
 * Replaces a file that we wrote, as a whole.
 *
 * @throws {InputError} something else is at its path, or it cannot be written
 */
export function writeOwn(file: OwnFile, content: string): void {
  refuseForeign(file)
  writeWhole(file.path, content)
}

/** The error for a file or folder that we did not write, at a place where we would write. */
export function foreignInTheWay(path: string): InputError {
  return new InputError(
    `${path} was not written by assay and would be replaced; move it, or name another folder with --out`,
  )
}
