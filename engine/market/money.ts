import { Decimal } from 'decimal.js'
import { EngineError } from '../errors.js'
import type { Side } from './bars.js'

/**
 * The project's own decimal constructor: 28 significant digits, half-even, text without exponents.
 * It is a clone, because `Decimal.set` would change every other user of decimal.js in the process.
 */
export const Money = Decimal.clone({
  precision: 28,
  rounding: Decimal.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
})
/** An exact decimal amount. */
export type Money = Decimal

/** The largest unscaled integer of a bundle: beyond it, doubles do not hold every integer. */
export const MAX_UNSCALED = 2 ** 53 - 1

/**
 * The largest number of ticks that `ticksAt` recovers from a double. `ticks / 10^scale` and
 * the product with `10^scale` each have a relative error of at most 2^-53, together less than
 * 2^-52, so the product is less than half a tick from the exact value while ticks ≤ 2^51.
 */
export const MAX_RECOVERABLE_TICKS = 2 ** 51

/** Every integer of so many digits is below 2^51, and so below 2^53. */
export const SAFE_DIGITS = 15

/**
 * The remedy for a value of too many ticks.
 *
 * @param whole  number of its digits before the point
 */
export function fewerPlaces(side: Side, whole: number): string {
  const scale = SAFE_DIGITS - whole
  return scale < 0 ? `give ${side}s in a larger unit` : `ingest with --${side}-scale ${scale}`
}

/** The largest scale: below 2^53, it leaves room for one digit before the point. */
export const MAX_SCALE = 15

// Literals, because `10 ** n` is not guaranteed to be the nearest double on every engine.
const POWERS_OF_TEN: readonly number[] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/**
 * 10^scale, exactly. In a loop, compute it once and pass it to `ticksAt`.
 *
 * @param scale  whole number, 0 … 15
 * @throws {EngineError} `precision`: any other scale
 */
export function powerOfTen(scale: number): number {
  const power = POWERS_OF_TEN[scale]
  if (power === undefined)
    throw new EngineError(
      'precision',
      `scale ${scale} is not a whole number from 0 to ${MAX_SCALE}; choose one`,
    )
  return power
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

/** The largest exponent accepted, in either direction; prices and volumes need far less. */
const MAX_EXPONENT = 40

/** The digits of an exact decimal: without zeros before the whole digits or after the places. */
export interface DecimalDigits {
  readonly negative: boolean
  /** Empty below 1. */
  readonly whole: string
  /** Empty for a whole number. */
  readonly places: string
}

/**
 * Exact decimal text, plain or with an exponent, → its digits: `1.0035e-06` is `0.0000010035`,
 * shifted, not computed.
 *
 * @returns undefined if the text is not a decimal (hexadecimal, NaN, Infinity, separators, empty,
 * an exponent beyond ±40)
 */
export function decimalDigits(text: string): DecimalDigits | undefined {
  return plainDigits(text) ?? anyDigits(text)
}

const POINT = 46
const ZERO = 48
const NINE = 57

/** The digits of a text such as `12.50`, as most are; undefined for every other form. */
function plainDigits(text: string): DecimalDigits | undefined {
  const { length } = text
  let point = length
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === POINT && point === length) point = i
    else if (code < ZERO || code > NINE) return undefined
  }
  if (length === 0 || text === '.') return undefined
  return {
    negative: false,
    whole: withoutZerosBefore(text, point),
    places: withoutZerosAfter(text, point + 1),
  }
}

function withoutZerosBefore(text: string, point: number): string {
  let first = 0
  while (first < point && text.charCodeAt(first) === ZERO) first++
  return text.slice(first, point)
}

function withoutZerosAfter(text: string, from: number): string {
  let end = text.length
  while (end > from && text.charCodeAt(end - 1) === ZERO) end--
  return text.slice(from, end)
}

/** The digits of a decimal in any form. */
function anyDigits(text: string): DecimalDigits | undefined {
  const match = DECIMAL.exec(text)
  let whole = match?.[2] ?? ''
  let places = match?.[3] ?? ''
  if (match === null || (whole === '' && places === '')) return undefined
  if (match[4] !== undefined) {
    const exponent = Number(match[4])
    if (Math.abs(exponent) > MAX_EXPONENT) return undefined
    const point = whole.length + exponent
    const digits = (whole + places)
      .padStart(whole.length + places.length + Math.max(0, -point), '0')
      .padEnd(point, '0')
    whole = digits.slice(0, Math.max(0, point))
    places = digits.slice(Math.max(0, point))
  }
  return {
    negative: match[1] === '-',
    whole: whole.replace(/^0+/, ''),
    places: places.replace(/0+$/, ''),
  }
}

/**
 * Exact decimal text → unscaled integer: `parseDecimal('58.485714', 6)` is 58485714, and so is
 * `5.8485714e+01`. Zeros beyond the scale are accepted; other digits are refused, never rounded.
 *
 * @param scale   decimal places kept, 0 … 15
 * @param option  the command line option that would raise this scale, named in the remedy
 * @returns ticks, |ticks| ≤ 2^53 − 1
 * @throws {EngineError} `input-invalid`: not a decimal (hexadecimal, NaN, Infinity, separators,
 * empty, an exponent beyond ±40)
 * @throws {EngineError} `precision`: more significant places than the scale, or too large for it
 */
export function parseDecimal(text: string, scale: number, option = '--price-scale'): number {
  powerOfTen(scale)
  const digits = decimalDigits(text)
  if (digits === undefined) {
    throw new EngineError(
      'input-invalid',
      `'${shown(text)}' is not a plain decimal; write it like 123.45, without separators`,
    )
  }
  if (digits.places.length > scale) throw tooManyPlaces(text, digits, scale, option)
  const ticks = Number(digits.whole + digits.places.padEnd(scale, '0'))
  if (ticks > MAX_UNSCALED) {
    throw new EngineError(
      'precision',
      `${shown(text)} does not fit ${scale} decimal places below 2^53; lower ${option}`,
    )
  }
  return digits.negative && ticks !== 0 ? -ticks : ticks
}

/** The error names a scale, or a number of decimal places, at which the value fits. */
function tooManyPlaces(
  text: string,
  digits: DecimalDigits,
  scale: number,
  option: string,
): EngineError {
  const places = digits.places.length
  const room = SAFE_DIGITS - digits.whole.length
  const remedy =
    places <= room
      ? `use ${option} ${places}`
      : `round it to ${Math.max(0, Math.min(scale, room))} places first`
  return new EngineError(
    'precision',
    `${shown(text)} has ${places} decimal places but the scale keeps ${scale}; ${remedy}`,
  )
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** Ticks → the nearest double, in the unit of the price: `ticks / 10^scale`, correctly rounded. */
export function ticksToNumber(ticks: number, scale: number): number {
  return ticks / powerOfTen(scale)
}

/**
 * Recovers exactly the ticks from which `ticksToNumber` made a number.
 *
 * @param value  a number made by `ticksToNumber`
 * @param power  `powerOfTen` of the same scale
 * @throws {EngineError} `precision`: NaN, infinite, or beyond 2^51 ticks, where the recovery would
 * not be reliable
 */
export function ticksAt(value: number, power: number): number {
  // Adding 0 turns the −0 of Math.round into 0.
  const ticks = Math.round(value * power) + 0
  if (ticks <= MAX_RECOVERABLE_TICKS && ticks >= -MAX_RECOVERABLE_TICKS) return ticks
  throw new EngineError(
    'precision',
    `${value} has no exact ticks of 1/${power} (limit 2^51 ticks); ingest with a smaller scale`,
  )
}

/**
 * Ticks → decimal text in normal form, without trailing zeros: `ticksToText(1008495299620, 6)` is
 * `1008495.29962`.
 *
 * @throws {EngineError} `precision`: a number that is not a safe integer
 */
export function ticksToText(ticks: number | bigint, scale: number): string {
  if (typeof ticks === 'number' && !Number.isSafeInteger(ticks)) {
    throw new EngineError(
      'precision',
      `${ticks} is not an exact number of ticks; pass a bigint for values beyond 2^53`,
    )
  }
  const negative = ticks < 0
  const digits = (negative ? -BigInt(ticks) : BigInt(ticks)).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/**
 * numerator ÷ denominator, rounded to the nearest integer, ties to even.
 *
 * @param denominator  not zero; signs may differ
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const floor = n / d
  const twice = (n - floor * d) * 2n
  const up = twice > d || (twice === d && (floor & 1n) === 1n)
  const quotient = up ? floor + 1n : floor
  return negative ? -quotient : quotient
}
