/** Below it doubles lose digits. */
const SMALLEST_NORMAL = 2 ** -1022
/** Beyond it the powers of two beside it are infinite. */
const LARGEST_SPLIT = 2 ** 1000
/** ln 2 in two parts; multiples of the first up to 2^11 are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
/** Splits a double into two halves whose products are exact. */
const SPLITTER = 2 ** 27 + 1

/**
 * ln(b / a) of two positive numbers, rounded as the quotient was and hardly once more; also where
 * the quotient is no ordinary number.
 *
 * `Math.log` may be wrong in the last bit, so that ln 3 and ln(1/3) differ in size where other
 * tools see a tie, and a rank test notices. Decision records are made with `Math.log` (`logRatios`)
 * and have to be derivable byte for byte for ever.
 */
export function exactLogRatio(a: number, b: number): number {
  const quotient = b / a
  return quotient >= SMALLEST_NORMAL && quotient < Number.POSITIVE_INFINITY
    ? exactLog(quotient)
    : exactLog(b) - exactLog(a)
}

/**
 * The natural logarithm of a positive finite number, wrong by at most 0.52 units of the last place.
 *
 * @source ln m = 2·artanh((m − 1)/(m + 1)) after m = x / 2^k, Abramowitz & Stegun 1964, 4.1.27;
 * products split as in Dekker 1971,
 *   Numer. Math. 18
 */
export function exactLog(x: number): number {
  if (x < SMALLEST_NORMAL) return exactLog(x * 2 ** 60) - 60 * Math.LN2
  if (x > LARGEST_SPLIT) return exactLog(x / 2 ** 60) + 60 * Math.LN2
  let k = Math.round(Math.log2(x))
  let m = x / 2 ** k
  if (m > Math.SQRT2) [k, m] = [k + 1, m / 2]
  if (m < Math.SQRT1_2) [k, m] = [k - 1, m * 2]
  const above = m - 1
  const sum = 1 + m
  const sumRest = rounding(1, m, sum)
  const s = above / sum
  const sRest = (productRest(above, s, sum) - s * sumRest) / sum
  // 2s + ⅔s³ + …: the cube with its rounding, since it is a hundredth of the whole; what follows it
  // is small enough as it is.
  const square = s * s
  const cube = s * square
  const cubeRest = s * -productRest(square, s, s) - productRest(cube, s, square)
  const third = (2 * cube) / 3
  const thirdRest = (2 * cube - third * 2 - third + 2 * cubeRest) / 3 + 2 * sRest * square
  let series = 0
  for (let power = 23; power >= 5; power -= 2) series = (series + 2 / power) * square
  const first = k * LN2_HIGH + 2 * s
  const head = first + third
  const rest = 2 * sRest + thirdRest + cube * series + k * LN2_LOW
  return head + (rounding(first, third, head) + (rounding(k * LN2_HIGH, 2 * s, first) + rest))
}

/** What rounding took away from a sum. */
function rounding(a: number, b: number, sum: number): number {
  return Math.abs(a) >= Math.abs(b) ? b - (sum - a) : a - (sum - b)
}

/** value − left·right, as if the product were not rounded; value is the product up to rounding. */
function productRest(value: number, left: number, right: number): number {
  const leftHigh = highHalf(left)
  const rightHigh = highHalf(right)
  const leftLow = left - leftHigh
  const rightLow = right - rightHigh
  return (
    value - leftHigh * rightHigh - (leftHigh * rightLow + leftLow * rightHigh) - leftLow * rightLow
  )
}

function highHalf(value: number): number {
  const spread = SPLITTER * value
  return spread - (spread - value)
}
