import { tQuantile } from './student-t.js'

/** `tQuantile` is accurate to all digits from this many degrees of freedom on. */
const MANY = 2000
const CONVERGED = 1e-16
const TINY = 1e-300

/**
 * Student's t quantile to 13 digits, for intervals that are not stored in records (`compare`).
 *
 * `tQuantile` has a relative error up to 5e-8. It stays in use because decision records, which
 * must be reproduced byte for byte, were made with it.
 *
 * @param p in (0, 1)  @param df degrees of freedom > 0
 * @source Newton's method on the distribution function of Abramowitz & Stegun 1964, 26.7.1; golden
 * vectors from scipy.stats.t.ppf
 */
export function exactTQuantile(p: number, df: number): number {
  if (p === 0.5) return 0
  if (p > 0.5) return -exactTQuantile(1 - p, df)
  const start = tQuantile(p, df)
  if (df > MANY) return start
  let t = start
  for (let turn = 0; turn < 2; turn += 1) t -= (lowerTail(t, df) - p) / density(t, df)
  return t
}

function density(t: number, df: number): number {
  return (gammaRatio(df / 2) / Math.sqrt(Math.PI * df)) * (1 + (t * t) / df) ** (-(df + 1) / 2)
}

/** P(T ≤ t) for t < 0, by whichever of two continued fractions converges faster. */
function lowerTail(t: number, df: number): number {
  const x = df / (df + t * t)
  const rest = (t * t) / (df + t * t)
  const a = df / 2
  // x^a·(1 − x)^½ / B(a, ½)
  const front =
    (Math.exp(-a * Math.log1p((t * t) / df)) * Math.sqrt(rest) * gammaRatio(a)) / Math.sqrt(Math.PI)
  if (x < (a + 1) / (a + 2.5)) return (0.5 * front * betaFraction(x, a, 0.5)) / a
  return 0.5 - 0.5 * ((front * betaFraction(rest, 0.5, a)) / 0.5)
}

/**
 * The continued fraction of the incomplete beta function.
 *
 * @source Abramowitz & Stegun 1964, 26.5.8, by the method of Lentz 1976, Applied Optics 15
 */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < CONVERGED) break
  }
  return fraction
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** Coefficients of the series of `gammaRatio`, by rising powers of 1/a. */
const GAMMA_RATIO = [
  1,
  -1 / 8,
  1 / 128,
  5 / 1024,
  -21 / 32768,
  -399 / 262144,
  869 / 4194304,
  39325 / 33554432,
]

/**
 * Γ(a + ½) / Γ(a) for a > 0: for a ≥ 40 by the asymptotic series, below by Γ(a + 1) = a·Γ(a).
 *
 * @source Tricomi & Erdélyi 1951, Pacific J. Math. 1 (ratio of gamma functions)
 */
function gammaRatio(a: number): number {
  if (a < 40) return (gammaRatio(a + 1) * a) / (a + 0.5)
  return Math.sqrt(a) * GAMMA_RATIO.reduceRight((total, coefficient) => total / a + coefficient, 0)
}
