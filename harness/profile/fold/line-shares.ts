import type { CpuProfile } from './cpuprofile.js'
import { frameOf } from './fold.js'
import { frameText } from './folded-frame.js'
import type { Locate } from './source-maps.js'
import type { Frame } from './stacks.js'

/** A line of the source as written, with its share of the samples of its function. */
export interface LineShare {
  /** From 1. */
  readonly line: number
  /** Of the self time of the function, a fraction. */
  readonly share: number
}

/**
 * The lines of a function, the hottest first; empty if none is known. Lines that source maps place
 * in another file are left out.
 */
export type LineShares = (frame: Frame) => readonly LineShare[]

/**
 * Divides the self time of each function by line.
 *
 * V8 counts the samples of a line over the whole process, the warm-up included. Each node of the
 * profile counts as much as it was sampled after the warm-up, but how it divides into lines is that
 * of the whole process.
 *
 * @param profiles one per thread
 * @param locate   maps generated code to its source
 * @source Chrome DevTools Protocol, Profiler.PositionTickInfo
 */
export function lineShares(profiles: readonly CpuProfile[], locate: Locate): LineShares {
  const functions = new Map<string, FunctionLines>()
  for (const profile of profiles) addLines(functions, profile, locate)
  return (frame) => {
    const known = functions.get(frameText(frame))
    if (known === undefined) return []
    return [...known.byLine]
      .map(([line, samples]) => ({ line, share: samples / known.samples }))
      .sort((a, b) => b.share - a.share || a.line - b.line)
  }
}

interface FunctionLines {
  /** Samples after the warm-up. */
  samples: number
  readonly byLine: Map<number, number>
}

function addLines(
  functions: Map<string, FunctionLines>,
  { nodes, samples }: CpuProfile,
  locate: Locate,
): void {
  const sampled = new Map<number, number>()
  for (const id of samples) sampled.set(id, (sampled.get(id) ?? 0) + 1)
  for (const node of nodes) {
    const count = sampled.get(node.id)
    if (count === undefined) continue
    const frame = frameOf(node.callFrame, locate)
    const key = frameText(frame)
    const known = functions.get(key) ?? { samples: 0, byLine: new Map<number, number>() }
    functions.set(key, known)
    known.samples += count
    for (const [line, share] of linesOf(node, frame, locate))
      known.byLine.set(line, (known.byLine.get(line) ?? 0) + count * share)
  }
}

/** The lines of one node in the file of its function, and their shares of its samples. */
function linesOf(
  { callFrame, positionTicks = [] }: CpuProfile['nodes'][number],
  { file }: Frame,
  locate: Locate,
): (readonly [line: number, share: number])[] {
  const total = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0)
  return positionTicks.flatMap(({ line, ticks }) => {
    const source = locate(callFrame.url, line - 1)
    return source === undefined || source.file !== file
      ? []
      : [[source.line, ticks / total] as const]
  })
}
