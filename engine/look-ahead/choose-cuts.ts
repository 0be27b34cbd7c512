/** Where cuts may fall, calendar indices. */
export interface CutPlan {
  /** First and last possible cut, inclusive. */
  readonly first: number
  readonly last: number
  /** Bars in which orders were placed, in ascending order; may repeat. */
  readonly placed: readonly number[]
  /** How many cuts to choose, ≥ 1. */
  readonly count: number
  readonly seed: number
}

/**
 * The sessions after which data are cut off, ascending. A third of them are sessions in which an
 * order was placed: a decision that needed later bars cannot be made there again. A third are
 * sessions just before these: an order that waited for later bars may be placed there already. The
 * others are spread: one at random from each of equal parts of the range. The same plan gives the
 * same cuts.
 */
export function chooseCuts({ first, last, placed, count, seed }: CutPlan): readonly number[] {
  if (last < first) return []
  const draw = drawFrom(seed)
  const cuts = new Set<number>()
  for (const distance of [0, 1]) {
    const near = [...new Set(placed)]
      .map((at) => at - distance)
      .filter((at) => at >= first && at <= last && !cuts.has(at))
    for (let wanted = Math.min(near.length, Math.ceil(count / 3)); wanted > 0; wanted--)
      cuts.add(near.splice(draw(near.length), 1)[0]!)
  }
  const others = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
    (at) => !cuts.has(at),
  )
  const parts = Math.min(count - cuts.size, others.length)
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * others.length) / parts)
    const to = Math.floor(((part + 1) * others.length) / parts)
    cuts.add(others[from + draw(to - from)]!)
  }
  return [...cuts].sort((a, b) => a - b)
}

/** Whole numbers from 0 below a bound (mulberry32). */
function drawFrom(seed: number): (bound: number) => number {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}
