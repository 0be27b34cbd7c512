import jstat from 'jstat'
import { normalUpperQuantile, normalUpperTail } from './normal.js'

const { studentt, ibeta } = jstat.jStat

/** Quantiles by whole degrees of freedom and p: an analysis needs few of them, many times. */
const quantiles = new Map<number, Map<number, number>>()

/** Degrees of freedom from which jstat's incomplete beta function ends before it has converged. */
const MANY = 2000
/** Beyond this |t| jstat's own formula subtracts nearly equal numbers. */
const FAR = 1

/**
 * Student's t distribution: P(T ≤ t).
 *
 * @param df degrees of freedom > 0, need not be whole
 * @returns in [0, 1], relative error ≤ 1e-6 in the lower tail; take an upper tail as `tCdf(-t,
 * df)`, never as `1 - tCdf(t, df)`
 * @source jstat 1.9.6 (T(0) is not exactly 0.5 there, hence the special case); Abramowitz & Stegun
 * 1964, 26.7.1; golden vectors
 *   from scipy.stats.t.cdf
 */
export function tCdf(t: number, df: number): number {
  if (t === 0) return 0.5
  return clampProbability(t < 0 ? lowerTail(t, df) : 1 - lowerTail(-t, df))
}

/**
 * Student's t quantile: the t with P(T ≤ t) = p.
 *
 * @param p in (0, 1)  @param df degrees of freedom > 0
 * @source jstat 1.9.6; golden vectors from scipy.stats.t.ppf
 */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0
  // the distribution is symmetric, and the lower tail keeps digits that 1 − p would lose
  return p < 0.5 ? keptQuantile(p, df) : -keptQuantile(1 - p, df)
}

/** The t with P(T > t) = p, for p given as an upper tail: no digits lost to 1 − p. */
export function tUpperQuantile(p: number, df: number): number {
  return -tQuantile(p, df)
}

/**
 * Two-sided p of a t statistic, in [0, 1]. Below 1e-12 only its smallness means something.
 *
 * @source 2·T(−|t|, df): Student 1908, Biometrika 6
 */
export function twoSidedP(t: number, df: number): number {
  return clampProbability(2 * tCdf(-Math.abs(t), df))
}

/**
 * P(T ≤ t) for t < 0; far out as ½·I(df / (df + t²); df/2, ½), which neither cancels nor overflows.
 */
function lowerTail(t: number, df: number): number {
  if (df > MANY) return normalUpperTail(normalScore(-t, df))
  return t > -FAR ? studentt.cdf(t, df) : 0.5 * ibeta(df / (df + t * t), df / 2, 0.5)
}

/** `lowerQuantile`, computed once where the degrees of freedom are whole and not many. */
function keptQuantile(p: number, df: number): number {
  if (!Number.isInteger(df) || df > MANY) return lowerQuantile(p, df)
  const byP = quantiles.get(df) ?? new Map<number, number>()
  quantiles.set(df, byP)
  const quantile = byP.get(p) ?? lowerQuantile(p, df)
  byP.set(p, quantile)
  return quantile
}

/**
 * jstat's quantile is good to 1e-7; one Newton step against its better distribution function gains
 * two digits.
 */
function lowerQuantile(p: number, df: number): number {
  if (df > MANY) return -upperQuantileOfMany(p, df)
  const t = studentt.inv(p, df)
  return t - (lowerTail(t, df) - p) / studentt.pdf(t, df)
}

/**
 * The normal score with the same upper tail as t, for many degrees of freedom; relative error of
 * the tail below 1e-11 from 2000 on.
 *
 * @source Hill 1970, Comm. ACM 13, Algorithm 395
 */
function normalScore(t: number, df: number): number {
  const a = df - 0.5
  const b = 48 * a * a
  const y = a * Math.log1p((t * t) / df)
  const correction = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b)
  return ((correction + y + 3) / b + 1) * Math.sqrt(y)
}

/**
 * The t > 0 whose normal score is that of p: the two differ little and smoothly, so a few
 * corrections by the difference suffice.
 */
function upperQuantileOfMany(p: number, df: number): number {
  const z = normalUpperQuantile(p)
  let t = z
  for (let turn = 0; turn < 8; turn += 1) t += z - normalScore(t, df)
  return t
}

function clampProbability(p: number): number {
  return Math.min(1, Math.max(0, p))
}
