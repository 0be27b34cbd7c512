import { EngineError } from '../errors.js'
import { exact, truncatedQuotient } from '../market/exact.js'

export type ParameterValue = number | string

/** One point of a space: a value for each parameter. */
export type Parameters = Readonly<Record<string, ParameterValue>>

export type Dimension =
  /** `from`, `from + step`, … up to `to`, which is included if a step reaches it exactly. */
  | { readonly kind: 'discrete'; readonly from: number; readonly to: number; readonly step: number }
  /** An interval, of which a grid uses `points` evenly spaced values including both ends. */
  | {
      readonly kind: 'continuous'
      readonly from: number
      readonly to: number
      readonly points: number
    }
  | { readonly kind: 'categorical'; readonly values: readonly ParameterValue[] }

export interface ParameterSpace {
  /** In the order they were declared; the last one varies fastest. */
  readonly dimensions: Readonly<Record<string, Dimension>>
  /** A point belongs to the space if every constraint holds. */
  readonly constraints: readonly ((point: Parameters) => boolean)[]
}

/** A dimension of equally spaced values. */
export function discrete(from: number, to: number, step = 1): Dimension {
  return { kind: 'discrete', from, to, step }
}

/** A dimension of `points` values evenly spaced over an interval. */
export function continuous(from: number, to: number, points: number): Dimension {
  return { kind: 'continuous', from, to, points }
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
 * as its name, is empty, is unordered, or has a step that is not positive
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
      const { from, to, step } = dimension
      const steps = truncatedQuotient(exact(to).minus(from), exact(step)).toNumber()
      return Array.from({ length: steps + 1 }, (_, i) => exact(step).times(i).plus(from).toNumber())
    }
    case 'continuous': {
      const { from, to, points } = dimension
      if (points === 1) return [from]
      return Array.from({ length: points }, (_, i) =>
        i === points - 1 ? to : from + ((to - from) * i) / (points - 1),
      )
    }
  }
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
  return dimension.kind === 'discrete'
    ? faultOfStep(dimension.step)
    : faultOfPoints(dimension.points)
}

function faultOfStep(step: number): string | undefined {
  return Number.isFinite(step) && step > 0 ? undefined : `step ${step}; give a positive number`
}

function faultOfPoints(points: number): string | undefined {
  return Number.isInteger(points) && points >= 1
    ? undefined
    : `${points} points; give a whole number, at least 1`
}
