import { pointNumber } from './axes.js'
import { methodOf, type Setting, type Steps, type Suggestion } from './method.js'
import { noneFound, randomPoint } from './new-points.js'
import { hash32 } from './random-source.js'

/** Points in a row that break a constraint before a search gives up. */
const MOST_REFUSED = 1_000_000
/** Rounds of the permutation. */
const ROUNDS = 6

interface RandomState {
  /** How many points were drawn, refused ones included. */
  drawn: number
  found: boolean
}

/**
 * Independent uniform points of an infinite space. A finite space is walked in the order of a
 * random permutation of its points, so that none repeats and nothing is kept.
 *
 * @source Bergstra & Bengio 2012, Random search for hyper-parameter optimization, JMLR 13; the
 * permutation is a Feistel network with cycle walking: Black & Rogaway 2002, Ciphers with
 * arbitrary finite domains
 */
const steps: Steps<RandomState> = {
  keepsPoints: false,
  start: () => ({ drawn: 0, found: false }),
  suggest(setting, state) {
    const { axes, random } = setting
    if (axes.size <= Number.MAX_SAFE_INTEGER) return walk(setting, state)
    for (let tries = 0; tries < MOST_REFUSED; tries++) {
      const point = randomPoint(axes, random)
      if (axes.allows(point)) return { point }
    }
    throw noneFound(MOST_REFUSED)
  },
  observe() {},
}

function walk({ axes, seed }: Setting, state: RandomState): Suggestion | undefined {
  const last = Math.min(axes.size, state.drawn + MOST_REFUSED)
  while (state.drawn < last) {
    const point = pointNumber(axes, permuted(state.drawn++, axes.size, seed))
    if (!axes.allows(point)) continue
    state.found = true
    return { point }
  }
  if (state.found && last === axes.size) return undefined
  throw noneFound(state.found ? MOST_REFUSED : last)
}

/** Where a seeded permutation of the whole numbers below `size` takes one of them. */
export function permuted(number: number, size: number, seed: number): number {
  const half = 2 ** Math.max(1, Math.ceil(Math.log2(size) / 2))
  const key = hash32(seed, Math.floor(seed / 2 ** 32))
  let at = number
  do {
    let left = Math.floor(at / half)
    let right = at % half
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = (left ^ (hash32(right ^ key, round) % half)) >>> 0
      left = right
      right = mixed
    }
    at = left * half + right
  } while (at >= size)
  return at
}

export const random = methodOf(steps)
