import type { CallFrame, CpuProfile } from './cpuprofile.js'
import type { Locate } from './source-maps.js'
import { StackTree, stacksInOrder } from './stack-tree.js'
import { type FoldedProfile, type Frame, generatedFile } from './stacks.js'

/**
 * Folds CPU profiles, one per thread, into stacks with their self time. Nodes for the same stack
 * are merged: V8 has several if a function was compiled twice, called from two lines, or run by two
 * threads. The root, which is not a function, is left out.
 *
 * A sample counts as the time until the next sample, and the last sample as the time until the end
 * of the profile. This time is capped at four times the median, because a much longer sample means
 * that the thread waited for a CPU and ran nothing.
 *
 * @param locate maps generated code to its source
 */
export function foldCpuProfiles(profiles: readonly CpuProfile[], locate: Locate): FoldedProfile {
  const tree = new StackTree()
  const amounts: number[] = []
  for (const profile of profiles) addProfile(tree, amounts, profile, locate)
  return stacksInOrder(tree, amounts)
}

function addProfile(tree: StackTree, amounts: number[], profile: CpuProfile, locate: Locate): void {
  const { nodes } = profile
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]))
  const microsOf = selfMicros(profile, indexOf)
  const childrenOf = childIndexes(profile, indexOf)
  // A loop instead of recursion, because a profiled stack may exceed the depth of the call stack
  // here.
  const pending = childrenOf[0]!.map((index) => ({ index, parent: 0 }))
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { index } = next
    const node = tree.childOf(next.parent, tree.numberOf(frameOf(nodes[index]!.callFrame, locate)))
    amounts[node] = (amounts[node] ?? 0) + microsOf[index]!
    for (const child of childrenOf[index]!) pending.push({ index: child, parent: node })
  }
}

/**
 * Converts a function of a V8 profile to a frame. V8 writes its own states as functions with a
 * name in parentheses and without a source.
 *
 * @param locate maps generated code to its source
 */
export function frameOf(
  { functionName, url, lineNumber, columnNumber }: CallFrame,
  locate: Locate,
): Frame {
  const state = url === '' ? STATES.get(functionName) : undefined
  if (state !== undefined) return { name: functionName, kind: state }
  const name = functionName === '' ? '(anonymous)' : functionName
  const position = locate(url, lineNumber, columnNumber)
  if (position !== undefined) {
    const { file, line, name: written } = position
    return { name: isRenamed(name, written) ? written : name, kind: 'js', file, line }
  }
  // Native code has no line. What `eval` or `new Function` made has one, and often no address.
  if (lineNumber >= 0 && !HAS_CODE.test(url))
    return { name, kind: 'js', file: generatedFile(url === '' ? name : url), line: lineNumber + 1 }
  return { name, kind: url === '' ? 'native' : 'js' }
}

/** Whether a bundler has given a function a number, because another module has one of its name. */
function isRenamed(name: string, written: string | undefined): written is string {
  return written !== undefined && name.startsWith(`${written}$`) && /\$\d+$/.test(name)
}

/** The longest time that a sample may count as, in multiples of the median. */
const LONGEST_IN_MEDIANS = 4

/** Addresses of files, of modules of the runtime and of WebAssembly. */
const HAS_CODE = /^(?:file:|\/|node:|wasm:)/

const STATES: ReadonlyMap<string, Frame['kind']> = new Map([
  ['(garbage collector)', 'gc'],
  ['(idle)', 'idle'],
  ['(program)', 'program'],
])

/** Self time of each node, µs, by its index. */
function selfMicros(profile: CpuProfile, indexOf: ReadonlyMap<number, number>): Float64Array {
  const { nodes, samples, endTime } = profile
  const self = new Float64Array(nodes.length)
  const { times, order } = samplesInTime(profile)
  const lengths = new Float64Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    const until = i + 1 < samples.length ? times[order?.[i + 1] ?? i + 1]! : endTime
    lengths[i] = Math.max(0, until - times[order?.[i] ?? i]!)
  }
  const longest = longestCredible(lengths)
  for (let i = 0; i < samples.length; i++) {
    self[indexOf.get(samples[order?.[i] ?? i]!)!]! += Math.min(lengths[i]!, longest)
  }
  return self
}

/**
 * The longest time a sample may count as, µs. During a much longer sample, the thread waited for a
 * CPU of a shared host, and without a limit the wait would be attributed to the function that was
 * interrupted.
 */
function longestCredible(lengths: Float64Array): number {
  const median = Float64Array.from(lengths).sort()[lengths.length >> 1] ?? 0
  return median > 0 ? LONGEST_IN_MEDIANS * median : Number.POSITIVE_INFINITY
}

/**
 * The time of each sample, µs, and the order of the samples in time if V8 wrote them in another
 * order.
 */
function samplesInTime({ startTime, timeDeltas }: CpuProfile): {
  readonly times: Float64Array
  readonly order?: Uint32Array
} {
  const times = new Float64Array(timeDeltas.length)
  let now = startTime
  let sorted = true
  for (let i = 0; i < timeDeltas.length; i++) {
    const delta = timeDeltas[i]!
    if (delta < 0) sorted = false
    now += delta
    times[i] = now
  }
  if (sorted) return { times }
  const order = Uint32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b)
  return { times, order }
}

/** The indexes of the children of each node, from the links in both directions. */
function childIndexes({ nodes }: CpuProfile, indexOf: ReadonlyMap<number, number>): number[][] {
  const children = nodes.map((node) => (node.children ?? []).map((id) => indexOf.get(id)!))
  const adopted = new Set(children.flat())
  for (const [index, { parent }] of nodes.entries()) {
    const above = parent === undefined ? undefined : indexOf.get(parent)
    if (above !== undefined && !adopted.has(index)) children[above]!.push(index)
  }
  return children
}
