import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { linePositions, type TextPosition } from './line-positions.js'
import type { Locate } from './source-maps.js'
import type { Frame } from './stacks.js'
import { parseV8File, type V8File } from './v8-file.js'

/**
 * How often a function was called; undefined for code that V8 does not count: native code and
 * modules of the runtime.
 */
export type CallCounts = (frame: Frame) => number | undefined

const scriptSchema = z.object({
  url: z.string(),
  functions: z.array(
    z.object({
      functionName: z.string(),
      /** The first is the whole function; the others are blocks within it. */
      ranges: z
        .array(
          z.object({
            startOffset: z.number().int().nonnegative(),
            count: z.number().int().nonnegative(),
          }),
        )
        .min(1),
    }),
  ),
})
type ScriptCoverage = z.infer<typeof scriptSchema>
const coverageSchema = z.array(scriptSchema)

/**
 * The exact number of calls of each function, from precise coverage. Functions that share a name
 * and a line, such as two arrow functions in one expression, are counted together, as in a profile.
 *
 * @param threads coverage files, one per thread: results of `Profiler.takePreciseCoverage`
 * @throws {InvalidEvidenceError} a file is empty, cut off, or not precise coverage
 * @source Chrome DevTools Protocol, Profiler.ScriptCoverage
 */
export function readCallCounts(threads: readonly V8File[], locate: Locate): CallCounts {
  const byLine: CallsByLine = new Map()
  for (const file of threads)
    for (const script of parseV8File(file, coverageSchema)) addCalls(byLine, script, locate)
  return ({ name, file, line }) => {
    const names = byLine.get(`${file}:${line}`)
    // V8 sometimes gives a function another name in a profile than in coverage. If a line has only
    // one function, the line identifies it.
    return names?.get(name) ?? (names?.size === 1 ? [...names.values()][0] : undefined)
  }
}

/** Number of calls by `file:line`, then by name. */
type CallsByLine = Map<string, Map<string, number>>

function addCalls(byLine: CallsByLine, { url, functions }: ScriptCoverage, locate: Locate): void {
  const positionOf = url.startsWith('file:') ? positionsIn(url) : undefined
  if (positionOf === undefined) return
  for (const { functionName, ranges } of functions) {
    const { startOffset, count } = ranges[0]!
    const { line, column } = positionOf(startOffset)
    const source = locate(url, line, column)
    if (source === undefined) continue
    const key = `${source.file}:${source.line}`
    const names = byLine.get(key) ?? new Map<string, number>()
    byLine.set(key, names)
    const name = functionName === '' ? '(anonymous)' : functionName
    names.set(name, (names.get(name) ?? 0) + count)
  }
}

/** Finds line and column, from 0, of an offset in a file; undefined if the file is unreadable. */
function positionsIn(url: string): ((offset: number) => TextPosition) | undefined {
  let text: string
  try {
    text = readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return undefined
  }
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return linePositions(starts)
}
