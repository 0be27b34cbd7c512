import { exact } from '../market/exact.js'
import type {
  Dimension,
  ParameterSpace,
  Parameters,
  ParameterValue,
} from '../search/parameter-space.js'
import { stepsOf } from '../search/parameter-space.js'

/**
 * A dimension as samplers see it. A coordinate of a finite axis is the index of a value; that of a
 * continuous one is its share of the interval on the scale, in [0, 1].
 */
export interface Axis {
  readonly name: string
  readonly kind: Dimension['kind']
  /** Number of values; infinite for an interval. */
  readonly size: number
  valueAt(coordinate: number): ParameterValue
  /** The coordinate of a share of the axis in [0, 1); equal shares are equally likely. */
  coordinateOf(share: number): number
  /** The share of the axis at whose middle a coordinate lies, in [0, 1]. */
  shareOf(coordinate: number): number
}

/** A coordinate for each axis, in the order of the dimensions. */
export type Point = readonly number[]

/** A parameter space in coordinates. */
export interface Axes {
  readonly list: readonly Axis[]
  /** Number of points, those that break a constraint included; may be infinite. */
  readonly size: number
  parametersOf(point: Point): Parameters
  /** Whether all constraints hold. */
  allows(point: Point): boolean
}

/** The axes of a parameter space. */
export function axesOf({ dimensions, constraints }: ParameterSpace): Axes {
  const list = Object.entries(dimensions).map(([name, dimension]) => axisOf(name, dimension))
  const parametersOf = (point: Point): Parameters =>
    Object.fromEntries(list.map((axis, i) => [axis.name, axis.valueAt(point[i]!)]))
  return {
    list,
    size: list.reduce((product, { size }) => product * size, 1),
    parametersOf,
    allows: (point) => {
      if (constraints.length === 0) return true
      const parameters = parametersOf(point)
      return constraints.every((holds) => holds(parameters))
    },
  }
}

/** The point with a given number in cartesian order, the last axis fastest; of a finite space. */
export function pointNumber({ list }: Axes, number: number): Point {
  const point: number[] = []
  let rest = number
  for (let i = list.length - 1; i >= 0; i--) {
    const { size } = list[i]!
    point[i] = rest % size
    rest = Math.floor(rest / size)
  }
  return point
}

function axisOf(name: string, dimension: Dimension): Axis {
  switch (dimension.kind) {
    case 'categorical': {
      const { values } = dimension
      const { kind } = dimension
      return { name, kind, size: values.length, valueAt: (i) => values[i]!, ...even(values.length) }
    }
    case 'discrete':
      return discreteAxis(name, dimension)
    case 'continuous':
      return continuousAxis(name, dimension)
  }
}

type Finite = Pick<Axis, 'coordinateOf' | 'shareOf'>

/** Indices of equal shares. */
function even(size: number): Finite {
  return {
    coordinateOf: (share) => Math.min(size - 1, Math.floor(share * size)),
    shareOf: (index) => (index + 0.5) / size,
  }
}

function discreteAxis(name: string, dimension: Dimension & { readonly kind: 'discrete' }): Axis {
  const { kind, from, step, scale } = dimension
  const size = stepsOf(dimension) + 1
  const isWhole = Number.isInteger(from) && Number.isInteger(step)
  const valueAt = (index: number): number =>
    isWhole ? from + step * index : exact(step).times(index).plus(from).toNumber()
  const shares = scale === 'logarithmic' ? logarithmic(from, step, size) : even(size)
  return { name, kind, size, valueAt, ...shares }
}

/** Indices whose shares are their parts of a logarithmic scale, from half a step below. */
function logarithmic(from: number, step: number, size: number): Finite {
  const low = Math.log(Math.max(from - step / 2, from / 2))
  const length = Math.log(from + step * (size - 0.5)) - low
  return {
    coordinateOf: (share) => {
      const index = Math.round((Math.exp(low + share * length) - from) / step)
      return Math.max(0, Math.min(size - 1, index))
    },
    shareOf: (index) => (Math.log(from + step * index) - low) / length,
  }
}

function continuousAxis(
  name: string,
  dimension: Dimension & { readonly kind: 'continuous' },
): Axis {
  const { kind, from, to, scale } = dimension
  const between = (share: number): number =>
    scale === 'logarithmic' ? from * (to / from) ** share : from * (1 - share) + to * share
  return {
    name,
    kind,
    size: from === to ? 1 : Number.POSITIVE_INFINITY,
    valueAt: (share) => Math.max(from, Math.min(to, between(share))),
    coordinateOf: (share) => (from === to ? 0 : share),
    shareOf: (share) => share,
  }
}
