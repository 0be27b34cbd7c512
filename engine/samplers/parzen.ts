import type { Axis } from './axes.js'
import type { RandomSource } from './random-source.js'

/** A density over one axis, learned from weighted coordinates. */
export interface Parzen {
  sample(random: RandomSource): number
  /** The logarithm of the density at a coordinate, up to a constant of the axis. */
  logDensity(coordinate: number): number
}

/**
 * The Parzen estimate of one axis. On numbers it is a mixture of normal densities over the share of
 * the axis, cut off at its ends: one per coordinate, as wide as the farther of its neighbours is
 * away but not narrower than a part of the axis, and one over the whole axis, the prior. On listed
 * values it counts.
 *
 * @param weights  of the coordinates; the prior has 1
 * @source Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter optimization,
 * section 4; widths and weights as Optuna 3.1 chooses them (`consider_magic_clip`)
 */
export function parzenOf(
  axis: Axis,
  coordinates: readonly number[],
  weights: readonly number[],
): Parzen {
  return axis.kind === 'categorical'
    ? countsOf(axis.size, coordinates, weights)
    : mixtureOf(axis, coordinates, weights)
}

function countsOf(
  size: number,
  coordinates: readonly number[],
  weights: readonly number[],
): Parzen {
  const counts = new Array<number>(size).fill(1 / size)
  for (const [i, coordinate] of coordinates.entries()) counts[coordinate]! += weights[i]!
  const total = counts.reduce((sum, count) => sum + count, 0)
  return {
    sample: (random) => drawn(counts, total, random),
    logDensity: (coordinate) => Math.log(counts[coordinate]! / total),
  }
}

function mixtureOf(axis: Axis, coordinates: readonly number[], weights: readonly number[]): Parzen {
  const centres = Float64Array.from([...coordinates.map((at) => axis.shareOf(at)), 0.5])
  const widths = widthsOf(centres)
  const parts = [...weights, 1]
  const total = parts.reduce((sum, part) => sum + part, 0)
  const heights = Float64Array.from(parts, (part, i) => {
    const inside =
      normalBelow((1 - centres[i]!) / widths[i]!) - normalBelow(-centres[i]! / widths[i]!)
    return part / (total * widths[i]! * inside)
  })
  return {
    sample(random) {
      const kernel = drawn(parts, total, random)
      for (;;) {
        const share = centres[kernel]! + widths[kernel]! * random.normal()
        if (share >= 0 && share < 1) return axis.coordinateOf(share)
      }
    },
    logDensity(coordinate) {
      const share = axis.shareOf(coordinate)
      let density = 0
      for (let i = 0; i < centres.length; i++) {
        const far = (share - centres[i]!) / widths[i]!
        density += heights[i]! * Math.exp(-0.5 * far * far)
      }
      return Math.log(density + Number.MIN_VALUE)
    },
  }
}

/** The width of each kernel; the last one is the prior. */
function widthsOf(centres: Float64Array): Float64Array {
  const count = centres.length
  const order = Array.from(centres.keys()).sort((a, b) => centres[a]! - centres[b]!)
  const least = 1 / Math.min(100, 1 + count)
  const widths = new Float64Array(count)
  for (const [place, kernel] of order.entries()) {
    const left = place === 0 ? 0 : centres[kernel]! - centres[order[place - 1]!]!
    const right = place === count - 1 ? 0 : centres[order[place + 1]!]! - centres[kernel]!
    const far = Math.max(left, right)
    widths[kernel] = Math.max(least, Math.min(1, far))
  }
  widths[count - 1] = 1
  return widths
}

/** A place in a list of weights, drawn by weight. */
function drawn(weights: readonly number[], total: number, random: RandomSource): number {
  let left = random.next() * total
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.length - 1
}

/**
 * The probability that a standard normal number is below `x`, with an error below 1e-7: enough to
 * compare densities.
 *
 * @source Abramowitz & Stegun 1964, formula 26.2.17
 */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (poly * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)
  return x >= 0 ? 1 - tail : tail
}
