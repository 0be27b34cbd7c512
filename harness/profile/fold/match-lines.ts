/**
 * Matches the lines of two versions of a file: equal lines in the same order, and in between, lines
 * that replace as many others. Spaces at the ends of a line do not count.
 *
 * It anchors on lines that both versions have exactly once, in the longest sequence that is in
 * order in both, and does the same between two anchors.
 *
 * @returns line of the second version by line of the first, from 1, ascending in both; lines that
 * only one version has are left out
 * @source Bram Cohen's patience diff
 */
export function matchLines(before: string, after: string): ReadonlyMap<number, number> {
  const [old, now] = [before, after].map((text) => text.split('\n').map((line) => line.trim()))
  const matched = new Map<number, number>()
  const pending: Section[] = [{ old: [0, old!.length], now: [0, now!.length] }]
  for (let section = pending.pop(); section !== undefined; section = pending.pop())
    pending.push(...matchSection(section, old!, now!, matched))
  return new Map([...matched].sort(([a], [b]) => a - b).map(([a, b]) => [a + 1, b + 1]))
}

/** Lines from the first index up to the second. */
interface Section {
  readonly old: readonly [number, number]
  readonly now: readonly [number, number]
}

/** @returns the sections between the lines it matched */
function matchSection(
  section: Section,
  old: readonly string[],
  now: readonly string[],
  matched: Map<number, number>,
): Section[] {
  const rest = matchEnds(section, old, now, matched)
  const [[from, to], [start, end]] = [rest.old, rest.now]
  if (from === to || start === end) return []
  const anchors = inOrder(uniquePairs(old, rest.old, now, rest.now))
  if (anchors.length === 0 && to - from === end - start)
    for (let at = 0; at < to - from; at++) matched.set(from + at, start + at)
  if (anchors.length === 0) return []
  for (const [a, b] of anchors) matched.set(a, b)
  const limits = [[from - 1, start - 1] as const, ...anchors, [to, end] as const]
  return limits.slice(1).map(([a, b], index) => {
    const [before, previous] = limits[index]!
    return { old: [before + 1, a], now: [previous + 1, b] }
  })
}

/** Matches the equal lines at both ends of a section. @returns the section between them */
function matchEnds(
  section: Section,
  old: readonly string[],
  now: readonly string[],
  matched: Map<number, number>,
): Section {
  let [[from, to], [start, end]] = [section.old, section.now]
  for (; from < to && start < end && old[from] === now[start]; from++, start++)
    matched.set(from, start)
  for (; from < to && start < end && old[to - 1] === now[end - 1]; to--, end--)
    matched.set(to - 1, end - 1)
  return { old: [from, to], now: [start, end] }
}

type Pair = readonly [number, number]

/** The lines that both sections have exactly once, in the order of the first. */
function uniquePairs(
  old: readonly string[],
  [from, to]: Pair,
  now: readonly string[],
  [start, end]: Pair,
): Pair[] {
  const places = onlyPlaces(now, start, end)
  return [...onlyPlaces(old, from, to)].flatMap(([line, at]): Pair[] => {
    const other = places.get(line)
    return at === undefined || other === undefined ? [] : [[at, other]]
  })
}

/** The index of each line; undefined for a line that occurs more than once. */
function onlyPlaces(
  lines: readonly string[],
  from: number,
  to: number,
): Map<string, number | undefined> {
  const places = new Map<string, number | undefined>()
  for (let at = from; at < to; at++) places.set(lines[at]!, places.has(lines[at]!) ? undefined : at)
  return places
}

/** The longest sequence of pairs that ascends in both, from pairs that ascend in the first. */
function inOrder(pairs: readonly Pair[]): Pair[] {
  /** For each length, the pair that ends such a sequence lowest. */
  const ends: number[] = []
  const previous: number[] = []
  for (const [index, [, value]] of pairs.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (pairs[ends[middle]!]![1] < value) low = middle + 1
      else high = middle
    }
    previous[index] = low > 0 ? ends[low - 1]! : -1
    ends[low] = index
  }
  const sequence: Pair[] = []
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]!) sequence.unshift(pairs[at]!)
  return sequence
}
