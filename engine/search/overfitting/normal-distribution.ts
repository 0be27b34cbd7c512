/** Coefficients from the highest power down. */
const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
]
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
]
/** From here on a continued fraction is the better approximation. */
const TAIL = 5 * Math.SQRT2
/** Of the continued fraction. */
const TERMS = 40

/** Beyond this distance from zero the probability is not a double any more. */
const FARTHEST = 38

/**
 * The probability that a standard normal variable is at most `x`.
 *
 * @returns in [0, 1], to 14 decimal places, and to 10 significant digits far below zero
 * @source Hart 1968, algorithm 5666, as in West 2005, "Better approximations to cumulative normal
 * functions"
 */
export function normalProbability(x: number): number {
  const distance = Math.abs(x)
  if (distance > FARTHEST) return x > 0 ? 1 : 0
  const below = Math.exp(-(distance ** 2) / 2) * scaledTail(distance)
  return x > 0 ? 1 - below : below
}

function scaledTail(distance: number): number {
  if (distance < TAIL) return polynomial(NUMERATOR, distance) / polynomial(DENOMINATOR, distance)
  let fraction = distance
  for (let numerator = TERMS; numerator > 0; numerator--) fraction = distance + numerator / fraction
  return 1 / (fraction * Math.sqrt(2 * Math.PI))
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

/**
 * The value that a standard normal variable exceeds with probability `p`: the inverse of
 * `normalProbability(−x)`, by bisection. A search needs it twice, so it need not be fast.
 *
 * @param p  in (0, 1); small ones keep their precision, which 1 − p would lose
 */
export function normalExceeded(p: number): number {
  let low = -FARTHEST
  let high = FARTHEST
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (normalProbability(-middle) > p) low = middle
    else high = middle
  }
}
