import { relative } from 'node:path'

/**
 * A path as it is typed in a folder: relative to the folder if it is below, otherwise unchanged.
 *
 * @param folder absolute  @param path absolute
 */
export function pathFrom(folder: string, path: string): string {
  const short = relative(folder, path)
  return short.startsWith('..') ? path : short
}
