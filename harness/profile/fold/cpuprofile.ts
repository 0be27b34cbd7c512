import { z } from 'zod'
import { InvalidEvidenceError } from '../../errors.js'

/**
 * A function of a profile as V8 names it; line and column count from 0, and −1 where there is no
 * source.
 */
const callFrameSchema = z.object({
  functionName: z.string(),
  url: z.string(),
  lineNumber: z.number().int(),
  columnNumber: z.number().int(),
})
export type CallFrame = z.infer<typeof callFrameSchema>

const nodeSchema = z.object({
  id: z.number().int(),
  callFrame: callFrameSchema,
  children: z.array(z.number().int()).optional(),
  parent: z.number().int().optional(),
})
export type CpuProfileNode = z.infer<typeof nodeSchema>

/**
 * The arrays may hold millions of numbers: they are checked number by number below, without an
 * object for any of them.
 */
const numbers = z.custom<readonly number[]>(Array.isArray, 'expected an array')
const profileSchema = z.object({
  nodes: z.array(nodeSchema).min(1, 'no node'),
  startTime: z.number(),
  endTime: z.number(),
  samples: numbers,
  timeDeltas: numbers,
})

/**
 * A CPU profile of V8: a tree of functions, and which node was running at each sample.
 *
 * @source Chrome DevTools Protocol, Profiler.Profile
 */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[]
  /** Clock of the profiler, µs. */
  readonly startTime: number
  readonly endTime: number
  /** Ids of nodes, in the order they were sampled. */
  readonly samples: readonly number[]
  /**
   * µs between a sample and the one before it; of the first, between it and `startTime`. Same
   * length as `samples`.
   */
  readonly timeDeltas: readonly number[]
}

/**
 * The text of a `.cpuprofile` as a profile that can be trusted: every sample names a node, every
 * node but the root has one parent, and times are numbers.
 *
 * @param path where the text is from, for messages
 * @throws {InvalidEvidenceError} the text is empty, cut off, or no CPU profile; says what is wrong
 * with it
 */
export function parseCpuProfile(text: string, path: string): CpuProfile {
  const parsed = profileSchema.safeParse(parseJson(text, path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw unusable(
      path,
      `${issue?.path.join('.') || 'the document'}: ${issue?.message.toLowerCase()}`,
    )
  }
  const profile = parsed.data
  checkTree(profile, path)
  checkSamples(profile, path)
  return profile
}

/**
 * JSON that is no JSON, told apart: nothing there, cut off, or something else.
 *
 * @throws {InvalidEvidenceError}
 */
export function parseJson(text: string, path: string): unknown {
  if (text.trim() === '') throw unusable(path, 'it is empty')
  try {
    return JSON.parse(text)
  } catch (cause) {
    const cutOff = /^\s*[[{]/.test(text) && !/[\]}]\s*$/.test(text)
    throw unusable(path, cutOff ? 'it is cut off' : 'it is not JSON', cause)
  }
}

/** The error of a profile that cannot be used. */
export function unusable(path: string, why: string, cause?: unknown): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${path} is no profile of V8 (${why}); capture it again with assay profile`,
    { cause },
  )
}

/**
 * @throws {InvalidEvidenceError} two nodes share an id, a child or parent does not exist, or the
 * nodes form no tree below the first
 */
function checkTree({ nodes }: CpuProfile, path: string): void {
  const ids = new Set(nodes.map(({ id }) => id))
  if (ids.size !== nodes.length) throw unusable(path, 'two nodes share an id')
  const root = nodes[0]!.id
  const parentOf = new Map<number, number>()
  for (const { id, children = [] } of nodes) {
    for (const child of children) {
      if (!ids.has(child)) throw unusable(path, `node ${id} has a child ${child} that is not there`)
      if (child === root || parentOf.has(child))
        throw unusable(path, `node ${child} has two parents`)
      parentOf.set(child, id)
    }
  }
  for (const { id, parent } of nodes) {
    if (parent === undefined) continue
    if (!ids.has(parent))
      throw unusable(path, `node ${id} has a parent ${parent} that is not there`)
    if (id === root || (parentOf.get(id) ?? parent) !== parent)
      throw unusable(path, `node ${id} has two parents`)
    parentOf.set(id, parent)
  }
  const stray = nodes.find(({ id }) => id !== root && !parentOf.has(id))
  if (stray !== undefined) throw unusable(path, `node ${stray.id} hangs from nothing`)
  checkRooted(nodes, parentOf, path)
}

/**
 * With one parent for every node but the root, a node that does not come from the root is in a
 * circle, or hangs from one.
 */
function checkRooted(
  nodes: readonly CpuProfileNode[],
  parentOf: ReadonlyMap<number, number>,
  path: string,
): void {
  const rooted = new Set([nodes[0]!.id])
  for (const { id } of nodes) {
    const way = new Set<number>()
    for (let at = id; !rooted.has(at); at = parentOf.get(at)!) {
      if (way.has(at)) throw unusable(path, `node ${at} is its own ancestor`)
      way.add(at)
    }
    for (const passed of way) rooted.add(passed)
  }
}

/** More than any clock says, µs; up to here sums are exact. */
const LATEST_MICROS = Number.MAX_SAFE_INTEGER

function checkSamples(
  { nodes, samples, timeDeltas, startTime, endTime }: CpuProfile,
  path: string,
): void {
  if (samples.length === 0)
    throw unusable(path, 'it holds no samples: nothing ran while it was captured')
  if (samples.length !== timeDeltas.length)
    throw unusable(path, `${samples.length} samples, but ${timeDeltas.length} times: it is cut off`)
  if (!(endTime >= startTime)) throw unusable(path, 'it ends before it starts')
  const ids = new Set(nodes.map(({ id }) => id))
  let now = startTime
  for (let i = 0; i < samples.length; i++) {
    if (!ids.has(samples[i]!))
      throw unusable(path, `sample ${i + 1} is of node ${samples[i]}, which is not there`)
    if (!Number.isFinite(timeDeltas[i]!))
      throw unusable(path, `the time of sample ${i + 1} is no number`)
    now += timeDeltas[i]!
    if (Math.abs(now) > LATEST_MICROS)
      throw unusable(path, `the time of sample ${i + 1} is past what a clock says`)
  }
}
