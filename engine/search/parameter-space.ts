import { EngineError } from '../errors.js'
import { exact, truncatedQuotient } from '../market/exact.js'

export type ParameterValue = number | string

/** One point of a space: a value for each parameter. */
export type Parameters = Readonly<Record<string, ParameterValue>>

/** A text that equal points share and no others. */
export function pointKey(parameters: Parameters): string {
  return JSON.stringify(Object.entries(parameters))
}

/** On a logarithmic scale, equal ratios are equally likely. Its ends are above zero. */
export type Scale = 'linear' | 'logarithmic'

export type Dimension =
  /** `from`, `from + step`, … up to `to`, which is included if a step reaches it exactly. */
  | {
      readonly kind: 'discrete'
      readonly from: number
      readonly to: number
      readonly step: number
      readonly scale?: Scale
    }
  /**
   * An interval, of which a grid uses `points` values evenly spaced on the scale, including both
   * ends. Samplers use the whole interval.
   */
  | {
      readonly kind: 'continuous'
      readonly from: number
      readonly to: number
      readonly points: number
      readonly scale?: Scale
    }
  | { readonly kind: 'categorical'; readonly values: readonly ParameterValue[] }

export interface ParameterSpace {
  /** In the order they were declared; the last one varies fastest. */
  readonly dimensions: Readonly<Record<string, Dimension>>
  /** A point belongs to the space if every constraint holds. */
  readonly constraints: readonly ((point: Parameters) => boolean)[]
}

/** A dimension of equally spaced values; on the scale, samplers draw them evenly. */
export function discrete(from: number, to: number, step = 1, scale?: Scale): Dimension {
  return { kind: 'discrete', from, to, step, ...(scale !== undefined && { scale }) }
}

/** An interval; a grid uses `points` values evenly spaced on the scale. */
export function continuous(from: number, to: number, points: number, scale?: Scale): Dimension {
  return { kind: 'continuous', from, to, points, ...(scale !== undefined && { scale }) }
}

/** A dimension of listed values. */
export function categorical(...values: readonly ParameterValue[]): Dimension {
  return { kind: 'categorical', values }
}

/**
 * A parameter space of named dimensions.
 *
 * @param constraints  a point belongs to the space only if all constraints hold
 * @throws {EngineError} `input-invalid`: there is no dimension, or a dimension has a whole number
 * as its name, is empty, is unordered, has a step that is not positive, or an unknown scale, or a
 * logarithmic one that starts at zero or below
 */
export function parameterSpace(
  dimensions: Readonly<Record<string, Dimension>>,
  ...constraints: readonly ((point: Parameters) => boolean)[]
): ParameterSpace {
  const entries = Object.entries(dimensions)
  if (entries.length === 0)
    throw new EngineError(
      'input-invalid',
      'a parameter space without parameters; declare at least one',
    )
  for (const [name, dimension] of entries) checkDimension(name, dimension)
  return { dimensions, constraints }
}

/**
 * The values of a dimension, in the order of a grid. Values of decimal steps are exact decimals:
 * 0.1, 0.2, 0.3 and not 0.30000000000000004.
 */
export function valuesOf(dimension: Dimension): readonly ParameterValue[] {
  switch (dimension.kind) {
    case 'categorical':
      return dimension.values
    case 'discrete': {
      const { from, step } = dimension
      return Array.from({ length: stepsOf(dimension) + 1 }, (_, i) =>
        exact(step).times(i).plus(from).toNumber(),
      )
    }
    case 'continuous': {
      const { from, to, points, scale } = dimension
      if (points === 1) return [from]
      const between = (i: number): number =>
        scale === 'logarithmic'
          ? from * (to / from) ** (i / (points - 1))
          : from + ((to - from) * i) / (points - 1)
      return Array.from({ length: points }, (_, i) => (i === points - 1 ? to : between(i)))
    }
  }
}

/** How many whole steps fit into the range of a discrete dimension, counted exactly. */
export function stepsOf({ from, to, step }: Dimension & { readonly kind: 'discrete' }): number {
  return truncatedQuotient(exact(to).minus(from), exact(step)).toNumber()
}

/** The values of a point with their names, for messages: `fast=5`, `slow=20`. */
export function namedValues(parameters: Parameters): string[] {
  return Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
}

/**
 * JavaScript puts such keys of an object first and sorts them by number, so that the declared
 * order is lost.
 */
const WHOLE_NUMBER = /^\d+$/

function checkDimension(name: string, dimension: Dimension): void {
  const fault = WHOLE_NUMBER.test(name)
    ? `a name cannot be a whole number; use p${name}`
    : faultOf(dimension)
  if (fault !== undefined) throw new EngineError('input-invalid', `parameter ${name}: ${fault}`)
}

function faultOf(dimension: Dimension): string | undefined {
  if (dimension.kind === 'categorical') {
    if (dimension.values.length === 0) return 'no values; give at least one'
    return new Set(dimension.values).size < dimension.values.length
      ? 'repeated values; give each once'
      : undefined
  }
  const { from, to } = dimension
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to))
    return `range ${from} to ${to}; give finite ends in ascending order`
  const fault =
    dimension.kind === 'discrete' ? faultOfStep(dimension.step) : faultOfPoints(dimension.points)
  return fault ?? faultOfScale(dimension.scale, from)
}

function faultOfScale(scale: unknown, from: number): string | undefined {
  if (scale === undefined || scale === 'linear') return undefined
  if (scale !== 'logarithmic') return `scale ${String(scale)}; give linear or logarithmic`
  return from > 0 ? undefined : `logarithmic from ${from}; start above zero`
}

function faultOfStep(step: number): string | undefined {
  return Number.isFinite(step) && step > 0 ? undefined : `step ${step}; give a positive number`
}

function faultOfPoints(points: number): string | undefined {
  return Number.isInteger(points) && points >= 1
    ? undefined
    : `${points} points; give a whole number, at least 1`
}
