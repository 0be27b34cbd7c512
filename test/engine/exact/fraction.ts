/** An exact fraction of whole numbers; the denominator is positive. */
export interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

export function fraction(n: bigint | number, d: bigint | number = 1): Fraction {
  const [top, bottom] = [BigInt(n), BigInt(d)]
  const sign = bottom < 0n ? -1n : 1n
  const common = gcd(top < 0n ? -top : top, bottom * sign) || 1n
  return { n: (top * sign) / common, d: (bottom * sign) / common }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b)
}

/** Plain decimal text, or a number as JavaScript writes it. */
export function decimal(value: string | number): Fraction {
  const [mantissa = '', exponent = '0'] = String(value).toLowerCase().split('e')
  const [whole = '', places = ''] = mantissa.split('.')
  const power = Number(exponent) - places.length
  const units = BigInt(`${whole}${places}`)
  return power < 0 ? fraction(units, 10n ** BigInt(-power)) : fraction(units * 10n ** BigInt(power))
}

export const ZERO = fraction(0)
export const ONE = fraction(1)

export const add = (a: Fraction, b: Fraction) => fraction(a.n * b.d + b.n * a.d, a.d * b.d)
export const subtract = (a: Fraction, b: Fraction) => fraction(a.n * b.d - b.n * a.d, a.d * b.d)
export const multiply = (a: Fraction, b: Fraction) => fraction(a.n * b.n, a.d * b.d)
export const divide = (a: Fraction, b: Fraction) => fraction(a.n * b.d, a.d * b.n)
export const negate = (a: Fraction): Fraction => ({ n: -a.n, d: a.d })
export const absolute = (a: Fraction): Fraction => (a.n < 0n ? negate(a) : a)
/** −1, 0 or 1. */
export const sign = (a: Fraction) => (a.n > 0n ? 1 : a.n < 0n ? -1 : 0)
export const compare = (a: Fraction, b: Fraction) => sign(subtract(a, b))
export const sum = (values: readonly Fraction[]) => values.reduce(add, ZERO)

/** The whole number at or below. */
export function floor({ n, d }: Fraction): bigint {
  return n / d - (n % d < 0n ? 1n : 0n)
}

/** Towards zero. */
export function truncate(a: Fraction): bigint {
  return a.n / a.d
}

/** The nearest multiple of 10^-places; of two, the even one. */
export function round(a: Fraction, places: number): Fraction {
  const scaled = multiply(a, fraction(10n ** BigInt(places)))
  const below = floor(scaled)
  const rest = subtract(scaled, fraction(below))
  const half = compare(rest, fraction(1, 2))
  const up = half > 0 || (half === 0 && below % 2n !== 0n)
  return fraction(up ? below + 1n : below, 10n ** BigInt(places))
}

/** Text of a finite decimal, without exponent and trailing zeros. */
export function text(a: Fraction): string {
  let places = 0
  let power = 1n
  while (power % a.d !== 0n) {
    places++
    power *= 10n
  }
  const digits = ((absolute(a).n * power) / a.d).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return `${a.n < 0n ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`
}

/** The nearest number, nearly: 40 digits are kept. */
export function toNumber(a: Fraction): number {
  return Number(text(round(a, 40)))
}
