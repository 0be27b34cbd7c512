import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { CapturedText } from './allocations.js'
import { parseJson, unusable } from './cpuprofile.js'
import type { Locate } from './source-maps.js'
import type { Frame } from './stacks.js'

/**
 * How often a function was called; undefined where nobody counted, as of native code and of modules
 * of the runtime.
 */
export type CallCounts = (frame: Frame) => number | undefined

const coverageSchema = z.array(
  z.object({
    url: z.string(),
    functions: z.array(
      z.object({
        functionName: z.string(),
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
  }),
)

/**
 * The exact number of calls of each function, from precise coverage. Functions that share a name
 * and a line, such as two arrows of one expression, are counted together, as a profile shows them.
 *
 * @param threads coverage files, one per thread: results of `Profiler.takePreciseCoverage`
 * @throws {InvalidEvidenceError} a text is empty, cut off, or no coverage; names it
 * @source Chrome DevTools Protocol, Profiler.ScriptCoverage
 */
export function readCallCounts(threads: readonly CapturedText[], locate: Locate): CallCounts {
  const byLine: CallsByLine = new Map()
  for (const { text, name } of threads) addCalls(byLine, text, name, locate)
  return ({ name, file, line }) => {
    const names = byLine.get(`${file}:${line}`)
    // V8 sometimes calls a function otherwise in a profile than in a coverage; where it stands
    // alone in its line there is no doubt.
    return names?.get(name) ?? (names?.size === 1 ? [...names.values()][0] : undefined)
  }
}

/** Calls by `file:line`, within it by name. */
type CallsByLine = Map<string, Map<string, number>>

function addCalls(byLine: CallsByLine, text: string, path: string, locate: Locate): void {
  const parsed = coverageSchema.safeParse(parseJson(text, path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw unusable(
      path,
      `${issue?.path.join('.') || 'the document'}: ${issue?.message.toLowerCase()}`,
    )
  }
  for (const { url, functions } of parsed.data) {
    const positions = url.startsWith('file:') ? linePositions(url) : undefined
    if (positions === undefined) continue
    for (const { functionName, ranges } of functions) {
      const { startOffset, count } = ranges[0]!
      const { line, column } = positions(startOffset)
      const source = locate(url, line, column)
      if (source === undefined) continue
      const key = `${source.file}:${source.line}`
      const names = byLine.get(key) ?? new Map<string, number>()
      byLine.set(key, names)
      const name = functionName === '' ? '(anonymous)' : functionName
      names.set(name, (names.get(name) ?? 0) + count)
    }
  }
}

/** Line and column, from 0, of an offset in a file; undefined where it cannot be read. */
function linePositions(
  url: string,
): ((offset: number) => { readonly line: number; readonly column: number }) | undefined {
  let text: string
  try {
    text = readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return undefined
  }
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (low + 1 < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return { line: low, column: offset - starts[low]! }
  }
}
