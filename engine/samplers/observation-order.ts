import type { Observation } from './method.js'

/** The better one first: constraints that hold, then the score; of equals, the earlier. */
export function compareObservations(a: Observation, b: Observation): number {
  return (
    a.violation - b.violation ||
    Number(a.score === undefined) - Number(b.score === undefined) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    a.id - b.id
  )
}
