import type { Point } from './axes.js'
import { methodOf, type Setting, type Steps, suggestDrawn } from './method.js'
import { hash32 } from './random-source.js'

/** Points in a row that break a constraint, or were proposed before, until any point is taken. */
const MOST_REFUSED = 10_000
const BITS = 32

/**
 * Primitive polynomials and initial numbers of the dimensions 2 to 21: degree, coefficients, then
 * m₁, m₂ … The first dimension has none.
 *
 * @source Joe & Kuo 2008, Constructing Sobol sequences with better two-dimensional projections,
 * SIAM J. Sci. Comput. 30 (5), file new-joe-kuo-6
 */
const JOE_KUO: readonly (readonly number[])[] = [
  [1, 0, 1],
  [2, 1, 1, 3],
  [3, 1, 1, 3, 1],
  [3, 2, 1, 1, 1],
  [4, 1, 1, 1, 3, 3],
  [4, 4, 1, 3, 5, 13],
  [5, 2, 1, 1, 5, 5, 17],
  [5, 4, 1, 1, 5, 5, 5],
  [5, 7, 1, 1, 7, 11, 19],
  [5, 11, 1, 1, 5, 1, 1],
  [5, 13, 1, 1, 1, 3, 11],
  [5, 14, 1, 3, 5, 5, 31],
  [6, 1, 1, 3, 3, 9, 7, 49],
  [6, 13, 1, 1, 1, 15, 21, 21],
  [6, 16, 1, 3, 1, 13, 27, 49],
  [6, 19, 1, 1, 1, 15, 7, 5],
  [6, 22, 1, 3, 1, 15, 13, 25],
  [6, 25, 1, 1, 5, 5, 19, 61],
  [7, 1, 1, 3, 7, 11, 23, 15, 103],
  [7, 4, 1, 3, 7, 13, 13, 15, 69],
]

/** The most axes that have a dimension of their own; further ones are drawn at random. */
export const SOBOL_DIMENSIONS = JOE_KUO.length + 1

const DIRECTIONS = [
  Uint32Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit)),
  ...JOE_KUO.map(directionsOf),
]

/** The 32 direction numbers of a dimension, by the recurrence of its polynomial. */
function directionsOf([degree, coefficients, ...initial]: readonly number[]): Uint32Array {
  const s = degree!
  const v = new Uint32Array(BITS)
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < s) {
      v[bit] = initial[bit]! << (BITS - 1 - bit)
      continue
    }
    let next = v[bit - s]! ^ (v[bit - s]! >>> s)
    for (let k = 1; k < s; k++) if (((coefficients! >> (s - 1 - k)) & 1) === 1) next ^= v[bit - k]!
    v[bit] = next
  }
  return v
}

/**
 * An element of the Sobol sequence, as a whole number of 2^−32.
 *
 * @param dimension  from 0, below `SOBOL_DIMENSIONS`
 * @param index      from 0, below 2^32
 */
export function sobolWord(dimension: number, index: number): number {
  const directions = DIRECTIONS[dimension]!
  let word = 0
  for (let bit = 0; bit < BITS; bit++) if (((index >>> bit) & 1) === 1) word ^= directions[bit]!
  return word >>> 0
}

interface SobolState {
  /** How many elements of the sequence were taken. */
  taken: number
}

/**
 * The Sobol sequence, whose points cover a space more evenly than random ones, with a digital shift
 * by the seed.
 *
 * @source Sobol 1967; Joe & Kuo 2008. The shift: L'Ecuyer & Lemieux 2002, Recent advances in
 * randomized quasi-Monte Carlo methods
 */
const steps: Steps<SobolState> = {
  keepsPoints: true,
  start: () => ({ taken: 0 }),
  suggest(setting, state) {
    const most = Math.min(MOST_REFUSED, 2 ** BITS - state.taken)
    return suggestDrawn(setting, most, () => sobolPoint(setting, state.taken++))
  },
  observe() {},
}

/** A point whose coordinates are those of an element of the shifted sequence. */
export function sobolPoint({ axes, random, seed }: Setting, index: number): Point {
  return axes.list.map((axis, dimension) => {
    if (dimension >= SOBOL_DIMENSIONS) return axis.coordinateOf(random.next())
    const shift = hash32(hash32(seed, dimension), Math.floor(seed / 2 ** 32))
    return axis.coordinateOf(((sobolWord(dimension, index) ^ shift) >>> 0) / 2 ** BITS)
  })
}

export const quasiRandom = methodOf(steps)
