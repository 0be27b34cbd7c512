import { z } from 'zod'
import { invalidProfile, parseV8File, type V8File } from './v8-file.js'

/** A function as V8 names it. Line and column count from 0; both are −1 without a source. */
export const callFrameSchema = z.object({
  functionName: z.string(),
  url: z.string(),
  lineNumber: z.number().int(),
  columnNumber: z.number().int(),
})
export type CallFrame = z.infer<typeof callFrameSchema>

/** Samples by line of the generated code, from 1, over the whole process. */
const positionTicks = z.array(
  z.object({ line: z.number().int().positive(), ticks: z.number().int().positive() }),
)

const nodeSchema = z.object({
  id: z.number().int(),
  callFrame: callFrameSchema,
  children: z.array(z.number().int()).optional(),
  parent: z.number().int().optional(),
  positionTicks: positionTicks.optional(),
})
type CpuProfileNode = z.infer<typeof nodeSchema>

/**
 * The numbers are checked below and not by the schema, which would make an object for each of
 * perhaps millions.
 */
const numbers = z.custom<readonly number[]>(Array.isArray, 'expected an array')

const profileSchema = z.object({
  nodes: z.array(nodeSchema).min(1, 'no node'),
  /** Time by the clock of the profiler, µs. */
  startTime: z.number(),
  endTime: z.number(),
  /** Ids of nodes, in the order they were sampled. */
  samples: numbers,
  /**
   * For each sample, the time since the sample before it, µs; for the first sample, since
   * `startTime`.
   */
  timeDeltas: numbers,
})

/**
 * A CPU profile of V8: a tree of functions, and which node was running at each sample.
 *
 * @source Chrome DevTools Protocol, Profiler.Profile
 */
export type CpuProfile = Readonly<z.infer<typeof profileSchema>>

/**
 * Parses a `.cpuprofile` and checks that it can be trusted: every sample names a node, every node
 * but the root has one parent, and times are numbers.
 *
 * @throws {InvalidEvidenceError} the file is empty, cut off, or not a consistent CPU profile
 */
export function parseCpuProfile(file: V8File): CpuProfile {
  const profile = parseV8File(file, profileSchema)
  const invalid: Invalid = (why) => invalidProfile(file.name, why)
  checkTree(profile, invalid)
  checkSamples(profile, invalid)
  return profile
}

/** The number of samples while the thread was not idle. */
export function countBusySamples({ nodes, samples }: CpuProfile): number {
  const idle = new Set(
    nodes
      .filter(({ callFrame: { url, functionName } }) => url === '' && functionName === '(idle)')
      .map(({ id }) => id),
  )
  return samples.reduce((count, id) => (idle.has(id) ? count : count + 1), 0)
}

type Invalid = (why: string) => Error

/**
 * Checks that the nodes form one tree with the first node as its root. V8 links them by
 * `children`; older versions link them by `parent`.
 */
function checkTree({ nodes }: CpuProfile, invalid: Invalid): void {
  const ids = new Set(nodes.map(({ id }) => id))
  if (ids.size !== nodes.length) throw invalid('two nodes share an id')
  const parentOf = new Map<number, number>()
  addChildLinks(nodes, ids, parentOf, invalid)
  addParentLinks(nodes, ids, parentOf, invalid)
  const root = nodes[0]!.id
  const stray = nodes.find(({ id }) => id !== root && !parentOf.has(id))
  if (stray !== undefined) throw invalid(`node ${stray.id} has no parent`)
  checkCycles(nodes, parentOf, invalid)
}

function addChildLinks(
  nodes: readonly CpuProfileNode[],
  ids: ReadonlySet<number>,
  parentOf: Map<number, number>,
  invalid: Invalid,
): void {
  for (const { id, children = [] } of nodes) {
    for (const child of children) {
      if (!ids.has(child)) throw invalid(`node ${id} has a child ${child} that does not exist`)
      if (child === nodes[0]!.id || parentOf.has(child))
        throw invalid(`node ${child} has two parents`)
      parentOf.set(child, id)
    }
  }
}

function addParentLinks(
  nodes: readonly CpuProfileNode[],
  ids: ReadonlySet<number>,
  parentOf: Map<number, number>,
  invalid: Invalid,
): void {
  for (const { id, parent } of nodes) {
    if (parent === undefined) continue
    if (!ids.has(parent)) throw invalid(`node ${id} has a parent ${parent} that does not exist`)
    if (id === nodes[0]!.id || (parentOf.get(id) ?? parent) !== parent)
      throw invalid(`node ${id} has two parents`)
    parentOf.set(id, parent)
  }
}

/**
 * Checks that there are no cycles. Since every node but the root has exactly one parent here, a
 * node that does not descend from the root belongs to a cycle.
 */
function checkCycles(
  nodes: readonly CpuProfileNode[],
  parentOf: ReadonlyMap<number, number>,
  invalid: Invalid,
): void {
  const rooted = new Set([nodes[0]!.id])
  for (const { id } of nodes) {
    const path = new Set<number>()
    for (let at = id; !rooted.has(at); at = parentOf.get(at)!) {
      if (path.has(at)) throw invalid(`node ${at} is its own ancestor`)
      path.add(at)
    }
    for (const passed of path) rooted.add(passed)
  }
}

/** The latest time accepted, µs. Sums are exact up to this time, and real clocks stay below it. */
const LATEST_MICROS = Number.MAX_SAFE_INTEGER

function checkSamples(
  { nodes, samples, timeDeltas, startTime, endTime }: CpuProfile,
  invalid: Invalid,
): void {
  if (samples.length === 0) throw invalid('it holds no samples: nothing ran during the capture')
  if (samples.length !== timeDeltas.length)
    throw invalid(`${samples.length} samples, but ${timeDeltas.length} times: it is cut off`)
  if (!(endTime >= startTime)) throw invalid('it ends before it starts')
  const ids = new Set(nodes.map(({ id }) => id))
  let now = startTime
  for (let i = 0; i < samples.length; i++) {
    const at = i + 1
    if (!ids.has(samples[i]!))
      throw invalid(`sample ${at} refers to node ${samples[i]}, which does not exist`)
    if (!Number.isFinite(timeDeltas[i]!)) throw invalid(`the time of sample ${at} is not a number`)
    now += timeDeltas[i]!
    if (Math.abs(now) > LATEST_MICROS) throw invalid(`the time of sample ${at} is out of range`)
  }
}
