import type { Axes, Axis, Point } from './axes.js'
import { drawnPlace, type RandomSource } from './random-source.js'

/** A density over points, learned from weighted ones. */
export interface Parzen {
  sample(random: RandomSource): Point
  /** The logarithm of the density at a point, up to a constant of the axes. */
  logDensity(point: Point): number
}

/**
 * The Parzen estimate of points: a mixture of one kernel per point and one over the whole space,
 * the prior. A kernel is a product over the axes, so that the estimate follows what axes have in
 * common. On numbers it is a normal density over the share of the axis, cut off at its ends, as
 * wide as the farther neighbour of its centre is away, but not narrower than a part of the axis,
 * nor than half the distance of two listed numbers. On listed values it has the value of its point,
 * and any other with a small chance.
 *
 * @param weights    of the points; the prior has 1
 * @param narrowing  factor of the least width, which is 1/(2 + points) at a factor of 1
 * @source Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter optimization,
 * section 4; products and widths: Falkner, Klein & Hutter 2018, BOHB; Watanabe 2023,
 * arXiv:2304.11127
 */
export function parzenOf(
  axes: Axes,
  points: readonly Point[],
  weights: readonly number[],
  narrowing: number,
): Parzen {
  const parts = [...weights, 1]
  const total = parts.reduce((sum, part) => sum + part, 0)
  const logHeights = Float64Array.from(parts, (part) => Math.log(part / total))
  const factors = axes.list.map((axis, i) => {
    const coordinates = points.map((point) => point[i]!)
    return axis.kind === 'categorical'
      ? valuesFactor(axis, coordinates)
      : normalFactor(axis, coordinates, narrowing, logHeights)
  })
  const exponents = new Float64Array(parts.length)
  return {
    sample(random) {
      const kernel = drawnPlace(parts, total, random)
      return factors.map((factor) => factor.sample(kernel, random))
    },
    logDensity(point) {
      exponents.set(logHeights)
      for (const [i, factor] of factors.entries()) factor.add(exponents, point[i]!)
      let density = 0
      for (let kernel = 0; kernel < exponents.length; kernel++)
        density += Math.exp(exponents[kernel]!)
      return Math.log(density)
    },
  }
}

/**
 * Of a number of draws from the density of good points, the one at which it exceeds that of the
 * rest most.
 *
 * @param accepts  which draws count; all if absent
 * @returns undefined if none counts
 */
export function promisingDraw(
  good: Parzen,
  rest: Parzen,
  draws: number,
  random: RandomSource,
  accepts: (point: Point) => boolean = () => true,
): Point | undefined {
  let best: Point | undefined
  let highest = Number.NEGATIVE_INFINITY
  for (let draw = 0; draw < draws; draw++) {
    const point = good.sample(random)
    if (!accepts(point)) continue
    const ratio = good.logDensity(point) - rest.logDensity(point)
    if (ratio <= highest) continue
    best = point
    highest = ratio
  }
  return best
}

/** One axis of all kernels. */
interface Factor {
  sample(kernel: number, random: RandomSource): number
  /** Adds to each kernel the logarithm of its density at a coordinate. */
  add(exponents: Float64Array, coordinate: number): void
}

function valuesFactor({ size }: Axis, coordinates: readonly number[]): Factor {
  const prior = coordinates.length
  const other = 1 / (prior + 1)
  const whole = 1 + size * other
  const [logOther, logOwn] = [Math.log(other / whole), Math.log((1 + other) / whole)]
  return {
    sample: (kernel, random) =>
      kernel === prior || random.next() * whole > 1 ? random.below(size) : coordinates[kernel]!,
    add(exponents, coordinate) {
      for (let kernel = 0; kernel < prior; kernel++)
        exponents[kernel]! += coordinates[kernel] === coordinate ? logOwn : logOther
      exponents[prior]! -= Math.log(size)
    },
  }
}

function normalFactor(
  axis: Axis,
  coordinates: readonly number[],
  narrowing: number,
  logHeights: Float64Array,
): Factor {
  const centres = Float64Array.from([...coordinates.map((at) => axis.shareOf(at)), 0.5])
  const part = narrowing / Math.min(100, 1 + centres.length)
  const widths = widthsOf(centres, Math.max(part, Number.isFinite(axis.size) ? 0.5 / axis.size : 0))
  for (const [kernel, width] of widths.entries()) {
    const [left, right] = [-centres[kernel]! / width, (1 - centres[kernel]!) / width]
    logHeights[kernel]! -= Math.log(width * (normalBelow(right) - normalBelow(left)))
  }
  return {
    sample(kernel, random) {
      for (;;) {
        const share = centres[kernel]! + widths[kernel]! * random.normal()
        if (share >= 0 && share < 1) return axis.coordinateOf(share)
      }
    },
    add(exponents, coordinate) {
      const share = axis.shareOf(coordinate)
      for (let kernel = 0; kernel < centres.length; kernel++) {
        const far = (share - centres[kernel]!) / widths[kernel]!
        exponents[kernel]! -= 0.5 * far * far
      }
    },
  }
}

/** The width of each kernel; the last one is the prior. */
function widthsOf(centres: Float64Array, least: number): Float64Array {
  const last = centres.length - 1
  const order = Array.from(centres.keys()).sort((a, b) => centres[a]! - centres[b]!)
  const widths = new Float64Array(centres.length)
  for (const [place, kernel] of order.entries()) {
    const left = place === 0 ? 0 : centres[kernel]! - centres[order[place - 1]!]!
    const right = place === last ? 0 : centres[order[place + 1]!]! - centres[kernel]!
    widths[kernel] = Math.max(least, Math.min(1, Math.max(left, right)))
  }
  widths[last] = 1
  return widths
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
