import type { Interval } from '../../statistics/interval.js'
import { formatPercent } from '../../text/format.js'
import { improvementOf } from '../compare.js'

/**
 * States what the bounds of a log ratio certify about the time: `at least 38.2 % faster`, `less
 * than 4.1 % slower`.
 *
 * @param isRejected if true, states it by the lower bound: `at most 2.1 % faster`, `at least
 * 12.0 % slower`
 */
export function certifiedSpeed({ lower, upper }: Interval, isRejected: boolean): string {
  if (isRejected)
    return lower > 0 ? `at least ${slowdown(lower)} slower` : `at most ${speedup(lower)} faster`
  return upper > 0 ? `less than ${slowdown(upper)} slower` : `at least ${speedup(upper)} faster`
}

function slowdown(logRatio: number): string {
  return formatPercent(Math.expm1(logRatio))
}

function speedup(logRatio: number): string {
  return formatPercent(improvementOf(logRatio))
}
