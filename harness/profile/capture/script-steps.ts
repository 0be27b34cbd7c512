import type { Post } from './inspector-post.js'

/** A script as in the answer to `Profiler.takePreciseCoverage`. */
interface CoveredScript {
  readonly scriptId: string
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[]
}

interface Location {
  readonly lineNumber: number
  readonly columnNumber: number
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g

/**
 * Adds the steps of every script of the project that ran: the places at which a debugger can stop,
 * which are the statements, calls and returns as V8 parses them. They do not depend on line breaks
 * and comments. To be called after counting, because it has V8 compile all functions.
 *
 * @param coverage result of `Profiler.takePreciseCoverage`
 * @returns the same, with `steps`, offsets in the script, ascending, and `lineStarts`, the offset
 * of each line
 * @source Chrome DevTools Protocol, Debugger.getPossibleBreakpoints
 */
export async function withSteps(post: Post, coverage: unknown): Promise<unknown> {
  const scripts = coverage as readonly CoveredScript[]
  await post('Debugger.enable', {})
  try {
    const completed: unknown[] = []
    for (const script of scripts)
      completed.push(isOwn(script) ? { ...script, ...(await stepsOf(post, script)) } : script)
    return completed
  } finally {
    await post('Debugger.disable', {})
  }
}

function isOwn({ url, functions }: CoveredScript): boolean {
  return (
    url.startsWith('file:') &&
    !url.includes('/node_modules/') &&
    functions.some(({ ranges }) => ranges.some(({ count }) => count > 0))
  )
}

async function stepsOf(post: Post, { scriptId }: CoveredScript) {
  const { scriptSource } = await post('Debugger.getScriptSource', { scriptId })
  const lineStarts = [0]
  for (const end of (scriptSource as string).matchAll(LINE_END))
    lineStarts.push(end.index + end[0].length)
  const offsets = (await locationsIn(post, scriptId)).map(
    ({ lineNumber, columnNumber }) => lineStarts[lineNumber]! + columnNumber,
  )
  return { lineStarts, steps: [...new Set(offsets)].sort((a, b) => a - b) }
}

/**
 * V8 gives at most a thousand locations in one answer, so the next one goes on behind the last. At
 * the end it gives the end of the script again.
 */
async function locationsIn(post: Post, scriptId: string): Promise<Location[]> {
  const all: Location[] = []
  let from: Location = { lineNumber: 0, columnNumber: 0 }
  for (;;) {
    const answer = await post('Debugger.getPossibleBreakpoints', { start: { scriptId, ...from } })
    const locations = answer.locations as readonly Location[]
    const last = locations.at(-1)
    if (last === undefined || isBefore(last, from)) return all
    for (const location of locations) all.push(location)
    from = { lineNumber: last.lineNumber, columnNumber: last.columnNumber + 1 }
  }
}

function isBefore(a: Location, b: Location): boolean {
  return (
    a.lineNumber < b.lineNumber ||
    (a.lineNumber === b.lineNumber && a.columnNumber < b.columnNumber)
  )
}
