import { createRequire } from 'node:module'
import type jstat from 'jstat'
import { normalUpperQuantile, normalUpperTail } from './normal.js'

type Distributions = (typeof jstat)['jStat']

let loaded: Distributions | undefined

/** Loaded when it is first needed, because loading it takes longer than most commands compute. */
function distributions(): Distributions {
  loaded ??= (createRequire(import.meta.url)('jstat') as typeof jstat).jStat
  return loaded
}

/**
 * Cache of quantiles by whole degrees of freedom and p: an analysis needs the same few many times.
 */
const quantiles = new Map<number, Map<number, number>>()

/** jstat's incomplete beta function stops too early from this many degrees of freedom on. */
const MANY = 2000
/** Above this |t|, jstat's own formula subtracts nearly equal numbers. */
const FAR = 1

/**
 * Student's t distribution: P(T ≤ t).
 *
 * @param df degrees of freedom > 0, need not be whole
 * @returns in [0, 1], relative error ≤ 1e-6 in the lower tail; for an upper tail call `tCdf(-t,
 * df)`, because `1 - tCdf(t, df)` loses digits
 * @source jstat 1.9.6 (T(0) is not exactly 0.5 there, hence the special case); Abramowitz & Stegun
 * 1964, 26.7.1; golden vectors from scipy.stats.t.cdf
 */
export function tCdf(t: number, df: number): number {
  if (t === 0) return 0.5
  return clampProbability(t < 0 ? lowerTail(t, df) : 1 - lowerTail(-t, df))
}

/**
 * Student's t quantile: the t with P(T ≤ t) = p.
 *
 * @param p in (0, 1)  @param df degrees of freedom > 0
 * @returns relative error ≤ 5e-8 at p = 0.975; `exactTQuantile` is accurate to 13 digits
 * @source jstat 1.9.6; golden vectors from scipy.stats.t.ppf
 */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0
  // The upper half is computed from the lower tail by symmetry.
  return p < 0.5 ? cachedQuantile(p, df) : -cachedQuantile(1 - p, df)
}

/**
 * The t with P(T > t) = p. Accurate for small p, unlike `tQuantile(1 - p, df)`, where 1 − p rounds
 * a small p away.
 */
export function tUpperQuantile(p: number, df: number): number {
  return -tQuantile(p, df)
}

/**
 * Two-sided p of a t statistic, in [0, 1]. Its digits are not reliable below 1e-12.
 *
 * @source 2·T(−|t|, df): Student 1908, Biometrika 6
 */
export function twoSidedP(t: number, df: number): number {
  return clampProbability(2 * tCdf(-Math.abs(t), df))
}

/**
 * P(T ≤ t) for t < 0. In the tail it is ½·I(df / (df + t²); df/2, ½), which neither cancels nor
 * overflows.
 */
function lowerTail(t: number, df: number): number {
  if (df > MANY) return normalUpperTail(normalScore(-t, df))
  const { ibeta, studentt } = distributions()
  return t > -FAR ? studentt.cdf(t, df) : 0.5 * ibeta(df / (df + t * t), df / 2, 0.5)
}

/** `lowerQuantile`, cached for whole degrees of freedom up to 2000. */
function cachedQuantile(p: number, df: number): number {
  if (!Number.isInteger(df) || df > MANY) return lowerQuantile(p, df)
  const byP = quantiles.get(df) ?? new Map<number, number>()
  quantiles.set(df, byP)
  const quantile = byP.get(p) ?? lowerQuantile(p, df)
  byP.set(p, quantile)
  return quantile
}

/**
 * jstat's quantile, refined by one Newton step with jstat's more accurate distribution function.
 */
function lowerQuantile(p: number, df: number): number {
  if (df > MANY) return -upperQuantileOfMany(p, df)
  const { studentt } = distributions()
  const t = studentt.inv(p, df)
  return t - (lowerTail(t, df) - p) / studentt.pdf(t, df)
}

/**
 * The normal score with the same upper tail as t. The relative error of the tail is below 1e-11
 * from 2000 degrees of freedom on.
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
 * The t > 0 with P(T > t) = p, found as the t whose `normalScore` is that of p. Here t and its
 * score differ little and smoothly, so eight fixed-point steps are enough.
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
