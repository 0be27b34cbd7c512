import { dirname, join } from 'node:path'
import type { z } from 'zod'
import { InvalidEvidenceError } from '../errors.js'
import { appendSynced, digestOf, readIfThere, truncateSynced } from '../system/files.js'
import { jsonText } from '../system/json-text.js'

/**
 * Journals: one JSON object per line, which is on disk before the next run begins. The field
 * `previous` of each line is the hash of the line before, and that of the first line is the hash
 * of the plan. Therefore, if a line is changed, removed, added or moved, all lines after it would
 * have to be written again.
 */

/**
 * Appends a line, which is on disk when this function returns.
 *
 * @param beginning hash of the plan, which the first line refers to; if undefined, lines are not
 * chained
 */
export function appendLine(path: string, line: object, beginning: string | undefined): void {
  if (beginning === undefined) {
    appendSynced(path, `${jsonText(line)}\n`)
    return
  }
  const last = (readIfThere(path) ?? '').split('\n').at(-2)
  const previous = last === undefined ? beginning : digestOf(last)
  appendSynced(path, `${jsonText({ ...line, previous })}\n`)
}

/**
 * All lines of a journal, validated.
 *
 * @param beginning hash of the plan; undefined for a journal from before lines were chained
 * @param isUnfinished the journal may be missing, or end in the middle of a line, which is left out
 * @throws {InvalidEvidenceError} the journal is missing or torn, or a line is not a run or does
 * not refer to the line before; the message names the line
 */
export function readJournal<Line extends z.ZodType>(
  path: string,
  lineSchema: Line,
  beginning: string | undefined,
  isUnfinished = false,
): z.infer<Line>[] {
  const text = readIfThere(path) ?? (isUnfinished ? '' : undefined)
  if (text === undefined) throw damaged(path, 'is missing')
  if (!isUnfinished && text !== '' && !text.endsWith('\n'))
    throw damaged(path, `ends in the middle of line ${text.split('\n').length}`)
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, index) => {
    const parsed = parseLine(line, lineSchema)
    if (parsed === undefined) throw damaged(path, `does not hold a run in line ${index + 1}`)
    const before = index === 0 ? beginning : digestOf(lines[index - 1]!)
    if (beginning !== undefined && previousOf(parsed) !== before)
      throw damaged(
        path,
        index === 0
          ? `or ${join(dirname(path), 'plan.json')} was changed: line 1 does not follow the plan`
          : `was changed: line ${index + 1} does not follow line ${index}`,
      )
    return parsed
  })
}

function previousOf(line: unknown): unknown {
  return (line as { readonly previous?: unknown }).previous
}

/**
 * Repairs the end of a journal after an interruption: an incomplete last line is dropped; if a
 * line lacks only its line end, the line end is added.
 */
export function mendLines(path: string, lineSchema: z.ZodType): void {
  const text = readIfThere(path) ?? ''
  if (text === '' || text.endsWith('\n')) return
  const torn = text.slice(text.lastIndexOf('\n') + 1)
  if (parseLine(torn, lineSchema) === undefined)
    truncateSynced(path, Buffer.byteLength(text) - Buffer.byteLength(torn))
  else appendSynced(path, '\n')
}

/** A line as an object; undefined if it is not JSON of this shape. */
function parseLine<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** @param problem what is wrong with the file */
export function damaged(path: string, problem: string): InvalidEvidenceError {
  return new InvalidEvidenceError(`${path} ${problem}; restore it or evaluate again`)
}
