const INVERSE_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI)
/** Above this z the continued fraction converges faster than the series. */
const TAIL_FROM = 3
/** Bisection first searches −9 ≤ z ≤ 9. */
const NEAR = 9
/** P(Z > 38) is below the smallest normal double. */
const FURTHEST = 38

/**
 * Density of the standard normal distribution.
 *
 * @source Abramowitz & Stegun 1964, 26.2.1
 */
export function normalDensity(x: number): number {
  return INVERSE_ROOT_TWO_PI * Math.exp(-0.5 * x * x)
}

/**
 * Upper tail of the standard normal distribution, P(Z > x), to 1e-14 relative. jstat's `normal.cdf`
 * loses all digits in the tails, where the group-sequential boundaries are integrated.
 *
 * @source Marsaglia 2004, J. Stat. Softw. 11(4): the series about zero; Laplace's continued
 * fraction in the tail
 */
export function normalUpperTail(x: number): number {
  if (x < 0) return 1 - normalUpperTail(-x)
  return x < TAIL_FROM ? 0.5 - centralArea(x) : tailArea(x)
}

/**
 * The z with P(Z > z) = p, −9 ≤ z ≤ 38.
 *
 * @source the root of `normalUpperTail`, by bisection; golden vectors through the boundaries and
 * Shapiro–Wilk
 */
export function normalUpperQuantile(p: number): number {
  return decreasingRoot((z) => normalUpperTail(z) - p)
}

/** The z with f(z) = 0 for a decreasing f, −9 ≤ z ≤ 38, by bisection to 1e-14. */
export function decreasingRoot(f: (z: number) => number): number {
  const far = f(NEAR) > 0
  let low = far ? NEAR : -NEAR
  let high = far ? FURTHEST : NEAR
  while (high - low > 1e-14) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (f(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** ∫₀ˣ φ = φ(x)·(x + x³/3 + x⁵/(3·5) + …). */
function centralArea(x: number): number {
  let term = x
  let sum = x
  for (let k = 3; term > 1e-18 * sum; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return sum * normalDensity(x)
}

/** φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))), evaluated from the innermost term. */
function tailArea(x: number): number {
  let fraction = x
  for (let k = 120; k >= 1; k -= 1) fraction = x + k / fraction
  return normalDensity(x) / fraction
}
