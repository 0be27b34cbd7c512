import { type Absent, absent } from './absent.js'
import { normalExceeded, normalProbability } from './normal-distribution.js'

/** What the uncertainty of a Sharpe ratio depends on. */
export interface ReturnMoments {
  /** Number of returns. */
  readonly sessions: number
  /** Per session: mean of the returns ÷ sample standard deviation (ddof 1). */
  readonly sharpe: number
  /** Third standardised moment (ddof 0): 0 for a symmetric distribution. */
  readonly skewness: number
  /** Fourth standardised moment (ddof 0): 3 for the normal distribution. */
  readonly kurtosis: number
}

/** The Sharpe ratio of the best trial, against that of the luckiest of as many trials. */
export interface DeflatedSharpe extends ReturnMoments {
  readonly kind: 'given'
  /**
   * The probability that the true Sharpe ratio is above `expectedMaximum`, in [0, 1]. Above 0.95,
   * luck in choosing among the trials hardly explains the best one.
   */
  readonly probability: number
  /** The probability that the true Sharpe ratio is above 0, as if there were no other trial. */
  readonly undeflated: number
  /** The largest Sharpe ratio per session to expect of so many trials without any skill. */
  readonly expectedMaximum: number
  /** Number of trials that were run. */
  readonly trials: number
  /** Sample variance (ddof 1) of their Sharpe ratios per session. */
  readonly variance: number
}

/** γ of Euler and Mascheroni. */
const EULER = 0.5772156649015329

/**
 * The deflated Sharpe ratio of the best of several trials.
 *
 * @param moments  of the returns of the best trial; undefined if they have none
 * @param sharpes  of the trials, per session
 * @param trials   how many were run, of which `sharpes` may be a part
 * @source Bailey & López de Prado 2014, "The deflated Sharpe ratio", J. Portfolio Management 40(5)
 */
export function deflatedSharpe(
  moments: ReturnMoments | undefined,
  sharpes: readonly number[],
  trials: number,
): DeflatedSharpe | Absent {
  if (moments === undefined)
    return absent('the returns of the best trial have no variance, or end in a bankruptcy')
  if (trials < 2) return absent('one trial was not chosen among others')
  if (sharpes.length < 2) return absent('fewer than two trials have a Sharpe ratio')
  const variance = varianceOf(sharpes)
  const expectedMaximum = expectedMaximumSharpe(trials, variance)
  const probability = probabilisticSharpe(moments, expectedMaximum)
  const undeflated = probabilisticSharpe(moments, 0)
  if (probability === undefined || undeflated === undefined)
    return absent('the returns of the best trial take only two values')
  return { kind: 'given', probability, undeflated, expectedMaximum, trials, variance, ...moments }
}

/**
 * The probability that the true Sharpe ratio is above a benchmark, for returns that need not be
 * normal: Φ((s − benchmark) · √(sessions − 1) ÷ √(1 − skewness · s + (kurtosis − 1) / 4 · s²)).
 *
 * @param benchmark  per session
 * @returns undefined if the estimate has no variance, which two alternating returns can bring about
 * @source Bailey & López de Prado 2012, "The Sharpe ratio efficient frontier", J. Risk 15(2)
 */
export function probabilisticSharpe(
  { sessions, sharpe, skewness, kurtosis }: ReturnMoments,
  benchmark: number,
): number | undefined {
  const variance = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2
  if (!(variance > 0)) return undefined
  return normalProbability(((sharpe - benchmark) * Math.sqrt(sessions - 1)) / Math.sqrt(variance))
}

/**
 * The expected maximum of independent Sharpe ratios around zero:
 * √variance · ((1 − γ) · Φ⁻¹(1 − 1/trials) + γ · Φ⁻¹(1 − 1/(trials · e))).
 *
 * @param trials    a number, at least 1; of one, the maximum is 0
 * @param variance  of the Sharpe ratios
 * @source Bailey & López de Prado 2014, equation 1
 */
export function expectedMaximumSharpe(trials: number, variance: number): number {
  if (trials <= 1) return 0
  const largest =
    (1 - EULER) * normalExceeded(1 / trials) + EULER * normalExceeded(1 / (trials * Math.E))
  return Math.sqrt(variance) * largest
}

/** A smaller standard deviation, as a part of the growth per session, is rounding. */
const LEAST_DEVIATION = 1e-10

/**
 * The moments of the session returns of an equity curve, less a rate.
 *
 * @param curve  starting cash, then the equity at the end of each session
 * @param rate   risk-free return per session
 * @returns undefined for fewer than two returns or equal ones, and if an amount is not above 0
 */
export function momentsOf(curve: readonly number[], rate: number): ReturnMoments | undefined {
  if (curve.length < 3 || curve.some((value) => !(value > 0))) return undefined
  const returns = curve.slice(1).map((value, i) => value / curve[i]! - 1)
  const sessions = returns.length
  const mean = returns.reduce((sum, value) => sum + value, 0) / sessions
  const moment = (power: number) =>
    returns.reduce((sum, value) => sum + (value - mean) ** power, 0) / sessions
  const variance = moment(2)
  if (!(Math.sqrt(variance) > LEAST_DEVIATION * (1 + Math.abs(mean)))) return undefined
  return {
    sessions,
    sharpe: (mean - rate) / Math.sqrt((variance * sessions) / (sessions - 1)),
    skewness: moment(3) / variance ** 1.5,
    kurtosis: moment(4) / variance ** 2,
  }
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
