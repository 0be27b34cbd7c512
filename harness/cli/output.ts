import type { Io } from '../io.js'
import { jsonText } from '../system/json-text.js'
import { pathFrom } from '../system/path-from.js'
import { outOf } from './command-text.js'

/** Writes lines of results: to stdout, or to stderr if stdout is for one JSON document. */
export function linePrinter(json: boolean | undefined, io: Io): (line: string) => void {
  return (line) => (json ? io.stderr : io.stdout)(`${line}\n`)
}

/** Writes one JSON document to stdout. */
export function printJson(value: unknown, io: Io): void {
  io.stdout(`${jsonText(value, 2)}\n`)
}

/** A path as the user would type it: relative to the working directory if it is below. */
export function shownPath(path: string, io: Io): string {
  return pathFrom(io.cwd, path)
}

/** ` --out DIR`, if a repeated command needs it to find the same evidence root. */
export function outWords(root: string, io: Io): string {
  return outOf(root, io.cwd)
    .map((words) => ` ${words}`)
    .join('')
}
