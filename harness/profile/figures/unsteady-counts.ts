import type { UNSTEADY_CAUSES, UnsteadyPlace } from '../../evidence/block-counts-schema.js'
import type { CountedFunction } from '../fold/block-counts.js'

type Cause = (typeof UNSTEADY_CAUSES)[number]

/**
 * The first place, by file and line, at which the counts of two processes of one arm differ, with
 * its probable cause. Undefined if every process counted the same.
 *
 * @param processes counts of each process, at least one
 * @param textOf    the source of a file; undefined if it cannot be read
 */
export function unsteadyPlace(
  processes: readonly (readonly CountedFunction[])[],
  textOf: (file: string) => string | undefined,
): Omit<UnsteadyPlace, 'arm'> | undefined {
  const [first, ...others] = processes.map(linesOf)
  for (const other of others) {
    const differing = [...new Set([...first!.keys(), ...other.keys()])]
      .filter((key) => !isSame(first!.get(key), other.get(key)))
      .map((key) => ({ first: first!.get(key), other: other.get(key) }))
      .sort((a, b) => inOrder(placeOf(a), placeOf(b)))
    if (differing.length === 0) continue
    const [{ first: one, other: two }] = differing as [(typeof differing)[0]]
    const { name, file, line } = placeOf({ first: one, other: two })
    return {
      name,
      file,
      line,
      runs: [one?.runs ?? 0, two?.runs ?? 0],
      differing: differing.length,
      cause: causeIn(textOf(file), line),
    }
  }
  return undefined
}

interface CountedLine {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly calls: number
  readonly runs: number
  readonly steps: number
}

/** The lines of all functions, and each function as the line on which it begins. */
function linesOf(functions: readonly CountedFunction[]): ReadonlyMap<string, CountedLine> {
  const lines = new Map<string, CountedLine>()
  for (const { name, file, line: start, calls, lines: counted } of functions) {
    const add = (line: number, rest: Pick<CountedLine, 'calls' | 'runs' | 'steps'>) =>
      lines.set(`${file}:${start}:${name}:${line}`, { name, file, line, ...rest })
    add(start, { calls, runs: calls, steps: 0 })
    for (const [line, counts] of counted)
      add(line, { ...counts, calls: line === start ? calls : 0 })
  }
  return lines
}

function isSame(one: CountedLine | undefined, other: CountedLine | undefined): boolean {
  return one?.calls === other?.calls && one?.runs === other?.runs && one?.steps === other?.steps
}

function placeOf({
  first,
  other,
}: {
  readonly first: CountedLine | undefined
  readonly other: CountedLine | undefined
}): CountedLine {
  return (first ?? other)!
}

function inOrder(a: CountedLine, b: CountedLine): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || (a.name < b.name ? -1 : 1)
}

/** What makes runs differ, by what stands for it in a source; the most direct first. */
const TRACES: readonly (readonly [Cause, RegExp])[] = [
  [
    'clock',
    /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bhrtime\b|\bcpuUsage\b|\.uptime\(/,
  ],
  ['random', /\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/],
  ['garbage-collection', /\bFinalizationRegistry\b|\bWeakRef\b|\bmemoryUsage\b/],
  ['threads', /\bAtomics\b|\bSharedArrayBuffer\b|\bnew Worker\b|\bparentPort\b/],
  ['timers', /\bset(?:Timeout|Interval|Immediate)\b|\bnode:timers\b/],
  ['folder-order', /\breaddir(?:Sync)?\b|\bglob\(/],
  ['asynchronous', /\basync\b|\bawait\b|\.then\(|\bPromise\b|\.on\(/],
]

/** Lines around a place that are searched before the whole file. */
const NEAR = 15

/** What the source shows near the place, or else anywhere in its file. */
function causeIn(text: string | undefined, line: number): Cause {
  if (text === undefined) return 'unknown'
  const near = text
    .split('\n')
    .slice(Math.max(0, line - 1 - NEAR), line + NEAR)
    .join('\n')
  for (const part of [near, text])
    for (const [cause, trace] of TRACES) if (trace.test(part)) return cause
  return 'unknown'
}
