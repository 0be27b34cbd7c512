import { EngineError } from '../errors.js'
import { type Axes, type Point, pointNumber } from './axes.js'
import type { RandomSource } from './random-source.js'

/** Random draws before the points of a small space are listed. */
const FEW_TRIES = 1000
/** Random draws before a search gives up. */
const MANY_TRIES = 100_000
/** Points of the largest space that is listed. */
const MOST_LISTED = 65_536

/** The points that may still be proposed. */
export interface NewPoints {
  /** Whether a point satisfies the constraints and, in a finite space, was not proposed yet. */
  accepts(point: Point): boolean
  /** Keeps a point as proposed. */
  add(point: Point): void
  /**
   * A random point that is accepted; undefined if all points were proposed.
   *
   * @throws {EngineError} `input-invalid`: none was found in a bounded number of tries
   */
  any(): Point | undefined
  /** Keys of the points proposed, for the state. */
  seen(): readonly string[]
}

/**
 * @param seen  keys of the points proposed so far; if undefined, or in an infinite space, none are
 * kept
 */
export function newPoints(
  axes: Axes,
  random: RandomSource,
  seen: readonly string[] | undefined,
): NewPoints {
  const keys = new Set(seen)
  const keeps = seen !== undefined && Number.isFinite(axes.size)
  const accepts = (point: Point): boolean =>
    !(keeps && keys.has(point.join())) && axes.allows(point)
  return {
    accepts,
    add: (point) => {
      if (keeps) keys.add(point.join())
    },
    any: () => anyPoint(axes, random, accepts, keys.size > 0),
    seen: () => [...keys],
  }
}

function anyPoint(
  axes: Axes,
  random: RandomSource,
  accepts: (point: Point) => boolean,
  wasFound: boolean,
): Point | undefined {
  const isListed = axes.size <= MOST_LISTED
  for (let tries = isListed ? FEW_TRIES : MANY_TRIES; tries > 0; tries--) {
    const point = randomPoint(axes, random)
    if (accepts(point)) return point
  }
  const left = isListed ? listed(axes).filter((point) => accepts(point)) : []
  if (left.length > 0) return left[random.below(left.length)]
  if (isListed && wasFound) return undefined
  throw noneFound(isListed ? axes.size : MANY_TRIES)
}

/** A point whose coordinates are independent and uniform. */
export function randomPoint({ list }: Axes, random: RandomSource): Point {
  return list.map((axis) => axis.coordinateOf(random.next()))
}

/** The error of a space none of whose points was found to satisfy its constraints. */
export function noneFound(tries: number): EngineError {
  return new EngineError(
    'input-invalid',
    `none of ${tries} points satisfies the constraints of the space; relax one`,
  )
}

function listed(axes: Axes): readonly Point[] {
  return Array.from({ length: axes.size }, (_, number) => pointNumber(axes, number))
}
