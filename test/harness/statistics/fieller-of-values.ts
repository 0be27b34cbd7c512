import {
  covarianceOf,
  fiellerInterval,
  type RatioOfMeans,
} from '../../../harness/statistics/fieller.js'
import { momentsOf } from '../../../harness/statistics/moments.js'

/** Fieller's interval straight from the values. */
export function fiellerOf(
  a: readonly number[],
  b: readonly number[],
  paired: boolean,
): RatioOfMeans {
  const [momentsA, momentsB] = [momentsOf(a), momentsOf(b)]
  return fiellerInterval(
    momentsA,
    momentsB,
    paired ? covarianceOf(a, b, momentsA.mean, momentsB.mean) : undefined,
  )
}
