import { z } from 'zod'
import { frameOf } from './fold.js'
import { linePositions } from './line-positions.js'
import type { Locate } from './source-maps.js'
import { invalidProfile, parseV8File, type V8File } from './v8-file.js'

/** How often a function of the project ran in one pass, line by line; all numbers are exact. */
export interface CountedFunction {
  readonly name: string
  readonly file: string
  /** Line on which the function begins, from 1. */
  readonly line: number
  /** How often it was called. */
  readonly calls: number
  /** By line, only lines that ran. */
  readonly lines: ReadonlyMap<number, LineCount>
}

/** How often a line of a function ran. */
export interface LineCount {
  /** Executions of the line: those of the block on it that ran most often. */
  readonly runs: number
  /** Executions of all steps on it: statements, calls, returns. */
  readonly steps: number
}

const offset = z.number().int().nonnegative()
const count = z.number().int().nonnegative()

const scriptSchema = z.object({
  url: z.string(),
  functions: z.array(
    z.object({
      functionName: z.string(),
      /** The first is the whole function; the others are blocks within it. */
      ranges: z.array(z.object({ startOffset: offset, endOffset: offset, count })).min(1),
    }),
  ),
  /** Absent for scripts that are not of the project, or did not run. */
  steps: z.array(offset).optional(),
  lineStarts: z.array(offset).optional(),
})
type ScriptCounts = z.infer<typeof scriptSchema>
const coverageSchema = z.array(scriptSchema)

/** V8 counts a block with 32 bits. */
const LARGEST_COUNT = 2 ** 31 - 1

/**
 * The exact number of executions of every function and line of the project, from the counters that
 * V8 keeps for blocks. Functions that share a file, a line and a name are counted together, and so
 * are all threads.
 *
 * V8 joins a block with the one around it if both ran equally often, so the number of its blocks
 * depends on their counts. Therefore, executions are those of steps: each statement, call and
 * return runs as often as the innermost block around it. A block without a step, such as the body
 * of an empty loop, counts as one step for every execution beyond those of the block around it.
 *
 * @param threads results of `Profiler.takePreciseCoverage`, completed by `withSteps`
 * @param locate  maps compiled code to its source
 * @param isOwn   whether a script, by its address, belongs to the program and not to the harness
 * @returns in the order of file, line and name, without functions that did not run
 * @throws {InvalidEvidenceError} a file is empty, cut off, or not precise coverage, or a counter of
 * V8 is full
 * @source Chrome DevTools Protocol, Profiler.ScriptCoverage; V8, coverage.cc, which joins blocks
 */
export function readBlockCounts(
  threads: readonly V8File[],
  locate: Locate,
  isOwn: (url: string) => boolean,
): CountedFunction[] {
  const found = new Map<string, GrowingFunction>()
  for (const file of threads)
    for (const script of parseV8File(file, coverageSchema)) {
      if (script.steps === undefined || !isOwn(script.url)) continue
      refuseFullCounters(file, script)
      addScript(found, script, locate)
    }
  return [...found.values()].filter(({ calls, lines }) => calls > 0 || lines.size > 0).sort(inOrder)
}

function inOrder(a: CountedFunction, b: CountedFunction): number {
  return compareText(a.file, b.file) || a.line - b.line || compareText(a.name, b.name)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

interface GrowingFunction extends CountedFunction {
  calls: number
  readonly lines: Map<number, LineCount>
}

function refuseFullCounters({ name }: V8File, { functions }: ScriptCounts): void {
  const isFull = functions.some(({ ranges }) =>
    ranges.some((range) => range.count >= LARGEST_COUNT),
  )
  if (isFull) throw invalidProfile(name, 'a block ran more often than V8 can count')
}

/** A block, and how often the block around it ran. */
interface Block {
  readonly start: number
  readonly end: number
  readonly count: number
  /** Index of its function in the script. */
  readonly owner: number
  readonly isWhole: boolean
  around: number
  hasStep: boolean
}

/** Lines of one script by function. */
type LinesOfScript = Map<GrowingFunction, Map<number, LineCount>>

function addScript(
  found: Map<string, GrowingFunction>,
  script: ScriptCounts,
  locate: Locate,
): void {
  const positionOf = linePositions(script.lineStarts ?? [0])
  const functions = script.functions.map(({ functionName, ranges }) => {
    const { line, column } = positionOf(ranges[0]!.startOffset)
    const call = { functionName, url: script.url, lineNumber: line, columnNumber: column }
    return functionAt(found, frameOf(call, locate), ranges[0]!.count)
  })
  const lines: LinesOfScript = new Map()
  const add = (at: number, { owner }: Block, runs: number) => {
    const own = functions[owner]
    const { line, column } = positionOf(at)
    if (own !== undefined && runs > 0) addStep(lines, own, locate(script.url, line, column), runs)
  }
  const { blocks, innermost } = nestBlocks(script)
  for (const [at, block] of innermost) add(at, block, block.count)
  for (const block of blocks) {
    if (block.hasStep) continue
    add(block.start, block, block.isWhole ? block.count : block.count - block.around)
  }
  for (const [one, counts] of lines) addLines(one.lines, counts)
}

/** The function at a place; undefined if it belongs to a package or has no file. */
function functionAt(
  found: Map<string, GrowingFunction>,
  { name, file, line }: { readonly name: string; readonly file?: string; readonly line?: number },
  calls: number,
): GrowingFunction | undefined {
  if (file === undefined || line === undefined || /^(?:node_modules\/|node:)/.test(file))
    return undefined
  const key = `${file}:${line}:${name}`
  const one = found.get(key) ?? { name, file, line, calls: 0, lines: new Map() }
  one.calls += calls
  found.set(key, one)
  return one
}

/** Code without a source of its own, such as what a compiler adds, counts to the first line. */
function addStep(
  counted: LinesOfScript,
  own: GrowingFunction,
  place: ReturnType<Locate>,
  count: number,
): void {
  const lines = counted.get(own) ?? new Map<number, LineCount>()
  counted.set(own, lines)
  const line = place?.file === own.file ? place.line : own.line
  const { runs, steps } = lines.get(line) ?? { runs: 0, steps: 0 }
  lines.set(line, { runs: Math.max(runs, count), steps: steps + count })
}

/** Adds what another thread, or another copy of the script, counted. */
function addLines(to: Map<number, LineCount>, counts: ReadonlyMap<number, LineCount>): void {
  for (const [line, { runs, steps }] of counts) {
    const before = to.get(line) ?? { runs: 0, steps: 0 }
    to.set(line, { runs: before.runs + runs, steps: before.steps + steps })
  }
}

/** All blocks of a script, and for each step the innermost block around it. */
function nestBlocks({ functions, steps = [] }: ScriptCounts): {
  readonly blocks: readonly Block[]
  readonly innermost: readonly (readonly [number, Block])[]
} {
  const blocks = functions
    .flatMap(({ ranges }, owner) =>
      ranges.map(({ startOffset: start, endOffset: end, ...range }, index): Block => {
        return { start, end, ...range, owner, isWhole: index === 0, around: 0, hasStep: false }
      }),
    )
    .sort((a, b) => a.start - b.start || b.end - a.end)
  const open: Block[] = []
  const closeUntil = (at: number) => {
    while (open.length > 0 && open.at(-1)!.end <= at) open.pop()
  }
  let next = 0
  const openUntil = (at: number) => {
    for (; next < blocks.length && blocks[next]!.start <= at; next++) {
      const block = blocks[next]!
      closeUntil(block.start)
      block.around = open.at(-1)?.count ?? 0
      open.push(block)
    }
    closeUntil(at)
  }
  const innermost: (readonly [number, Block])[] = []
  for (const at of steps) {
    openUntil(at)
    const block = open.at(-1)
    if (block === undefined) continue
    block.hasStep = true
    innermost.push([at, block])
  }
  openUntil(Number.POSITIVE_INFINITY)
  return { blocks, innermost }
}
