import { methodOf, type Steps } from './method.js'
import { noneFound, randomPoint } from './new-points.js'
import { hash32 } from './random-source.js'
import { newWalk, nextOnWalk, type Walk } from './walk.js'

/** Points in a row that break a constraint before a search gives up. */
const MOST_REFUSED = 1_000_000
/** Rounds of the permutation. */
const ROUNDS = 6

/**
 * Independent uniform points of an infinite space. A finite space is walked in the order of a
 * random permutation of its points, so that none repeats and nothing is kept.
 *
 * @source Bergstra & Bengio 2012, Random search for hyper-parameter optimization, JMLR 13; the
 * permutation is a Feistel network with cycle walking: Black & Rogaway 2002, Ciphers with
 * arbitrary finite domains
 */
const steps: Steps<Walk> = {
  keepsPoints: false,
  start: newWalk,
  suggest({ axes, random, seed }, walk) {
    if (axes.size <= Number.MAX_SAFE_INTEGER)
      return nextOnWalk(axes, walk, MOST_REFUSED, (step) => permuted(step, axes.size, seed))
    for (let tries = 0; tries < MOST_REFUSED; tries++) {
      const point = randomPoint(axes, random)
      if (axes.allows(point)) return { point }
    }
    throw noneFound(MOST_REFUSED)
  },
  observe() {},
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
