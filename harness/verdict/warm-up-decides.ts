import type { Arm } from '../contract.js'
import { meanOf } from '../statistics/moments.js'
import { pairedTest } from '../statistics/paired.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import { formatP, formatPercent } from '../text/format.js'
import { improvementOf } from './compare.js'
import { thirdsOf } from './iteration-ratios.js'
import type { Round } from './rounds.js'
import type { Warning } from './warnings.js'

/** Two-sided p below which the thirds differ beyond noise: one false warning in a hundred. */
const SIGNIFICANT_BELOW = 0.01
/** A smaller difference, log scale, does not matter, however certain it is. */
const MATTERS_FROM = 0.01

/**
 * A warning if the improvement changes while the iterations are timed: the difference between the
 * first and the last third of the timed iterations is at least a point, and beyond noise by the
 * paired t-test over the pairs (two-sided, 1 %). Then one arm is not as warm as the other, and the
 * number of iterations decides the figure.
 *
 * @returns undefined also if the runs do not list the CPU of their iterations, below three timed
 * iterations, and below ten pairs
 * @source Student 1908, Biometrika 6
 */
export function warmUpDecides(rounds: readonly Round[], against: Arm): Warning | undefined {
  const thirds = rounds.length < MINIMUM_PAIRS ? undefined : thirdsOf(rounds, against)
  if (thirds === undefined) return undefined
  const { first, last } = thirds
  const differences = last.map((value, index) => value - first[index]!)
  const p = pOf(differences)
  if (Math.abs(meanOf(differences)) < MATTERS_FROM || p >= SIGNIFICANT_BELOW) return undefined
  return {
    code: 'warm-up-decides',
    hint: `the improvement is ${formatPercent(improvementOf(meanOf(first)))} in the first third of the timed iterations and ${formatPercent(improvementOf(meanOf(last)))} in the last (p ${formatP(p)}), so one arm is not as warm as the other, and the numbers of warm-up and timed iterations decide the figure; look at the plot by iteration, and raise both numbers`,
  }
}

/** 0 if the differences do not vary: then noise explains none of them. */
function pOf(differences: readonly number[]): number {
  try {
    return pairedTest(differences).p
  } catch (error) {
    if (!(error instanceof DegenerateSampleError)) throw error
    return 0
  }
}
