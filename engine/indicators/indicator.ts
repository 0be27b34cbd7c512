import { EngineError } from '../errors.js'
import { FIELDS, type Field } from '../market/bars.js'

/**
 * What to compute from the last bars of an asset: data, made by `sma`, `ema` and the other
 * functions of this file. A value depends on a fixed number of bars, so it is the same wherever the
 * data begin, and whether it is computed afresh or was kept. It is NaN if one of these bars did not
 * trade and the field is not `price`, which is filled forward.
 */
export interface Indicator {
  readonly kind: IndicatorKind
  /** Indicators with equal keys have equal values. */
  readonly key: string
  /** Number of last bars from which a value is computed. */
  readonly bars: number
  readonly fields: readonly Field[]
  readonly parameters: readonly number[]
}

/** `own` is a user's function. */
export type IndicatorKind =
  | 'sma'
  | 'rolling-sum'
  | 'ema'
  | 'highest'
  | 'lowest'
  | 'rsi'
  | 'atr'
  | 'stdev'
  | 'own'

/** A user's indicator; see `ownIndicator`. */
export interface OwnIndicator extends Indicator {
  readonly kind: 'own'
  readonly name: string
  readonly compute: OwnFunction
}

/**
 * A pure function from the last bars to a number. It gets one array per field, oldest first, which
 * belong to it, and the parameters of its indicator.
 */
export type OwnFunction<F extends Field = Field> = (
  window: Readonly<Record<F, Float64Array>>,
  parameters: readonly number[],
) => number

/** What `ownIndicator` needs. */
export interface OwnIndicatorSpec<F extends Field> {
  /** For messages. */
  readonly name: string
  /** Number of last bars that the function gets, at least 1. */
  readonly bars: number
  readonly fields: readonly F[]
  /** Given to the function; none if absent. */
  readonly parameters?: readonly number[]
  readonly compute: OwnFunction<F>
}

/**
 * The simple moving average of the last `bars` values. It has an exact `sum` in ticks; its value is
 * the sum, divided by `bars`, divided by the ticks per unit.
 *
 * @param bars  whole number ≥ 1
 * @throws {EngineError} `strategy-misuse`: a number of bars or a field that is not one
 */
export function sma(bars: number, field: Field = 'price'): Indicator {
  return indicator('sma', [field], [checkBars('sma', bars)], bars)
}

/**
 * The sum of the last `bars` values. It has an exact `sum` in ticks; its value is the sum divided
 * by the ticks per unit, rounded once.
 *
 * @param bars  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function rollingSum(bars: number, field: Field = 'price'): Indicator {
  return indicator('rolling-sum', [field], [checkBars('rollingSum', bars)], bars)
}

/**
 * The exponential moving average, α = 2 / (n + 1), over the last `lookBack` bars, of which the
 * oldest is the start: average ← average + α × (value − average), oldest first. The start has the
 * weight (1 − α)^(lookBack − 1), which is about 2 × 10⁻⁹ for 10 n bars and 3 × 10⁻⁴ for 4 n.
 *
 * @param n         whole number ≥ 1
 * @param lookBack  whole number ≥ 1; 10 n if absent
 * @throws {EngineError} see `sma`
 */
export function ema(n: number, field: Field = 'price', lookBack = 10 * n): Indicator {
  const parameters = [checkBars('ema', n), checkBars('ema', lookBack)]
  return indicator('ema', [field], parameters, lookBack)
}

/**
 * The largest of the last `bars` values, the current one included.
 *
 * @param bars  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function highest(bars: number, field: Field = 'price'): Indicator {
  return indicator('highest', [field], [checkBars('highest', bars)], bars)
}

/**
 * The smallest of the last `bars` values, the current one included.
 *
 * @param bars  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function lowest(bars: number, field: Field = 'price'): Indicator {
  return indicator('lowest', [field], [checkBars('lowest', bars)], bars)
}

/**
 * Cutler's relative strength index over the last n changes, from n + 1 bars: 100 × gains / (gains +
 * losses), summed in ticks. Wilder's smoothing would depend on where the data begin. It is 50 if
 * there was no change.
 *
 * @param n  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function rsi(n: number, field: Field = 'price'): Indicator {
  return indicator('rsi', [field], [checkBars('rsi', n)], n + 1)
}

/**
 * The average true range of the last n bars, from the highs, lows and closes of n + 1 bars: the
 * simple average, not Wilder's, which would depend on where the data begin. A true range is the
 * higher of high and last close, less the lower of low and last close. They are summed in ticks;
 * the value is the sum, divided by n, divided by the ticks per unit.
 *
 * @param n  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function atr(n: number): Indicator {
  return indicator('atr', ['high', 'low', 'close'], [checkBars('atr', n)], n + 1)
}

/**
 * The standard deviation of the last `bars` values as a population, that is divided by `bars`: the
 * mean is that of `sma`, and the squares of the differences are added oldest first.
 *
 * @param bars  whole number ≥ 1
 * @throws {EngineError} see `sma`
 */
export function stdev(bars: number, field: Field = 'price'): Indicator {
  return indicator('stdev', [field], [checkBars('stdev', bars)], bars)
}

/**
 * A user's own indicator. Its function must be pure: its result depends on its window and
 * parameters alone. It is sometimes called twice with equal windows, and two results stop the
 * backtest. Values are kept per function object, so to share them among backtests, define the
 * function once and pass what varies as `parameters`.
 *
 * @throws {EngineError} `strategy-misuse`: no name, no field, an unknown field, a number of bars
 * that is not one, parameters that are not numbers, a function that is not one
 */
export function ownIndicator<F extends Field>(spec: OwnIndicatorSpec<F>): OwnIndicator {
  const { name, bars, fields, parameters = [], compute } = spec
  if (typeof name !== 'string' || name === '')
    throw misuse('an own indicator has no name; give one')
  if (typeof compute !== 'function')
    throw misuse(`compute of own indicator ${name} is ${typeof compute}; give a function`)
  if (!Array.isArray(parameters) || !parameters.every((value) => typeof value === 'number'))
    throw misuse(`parameters of own indicator ${name} are not a list of numbers; give numbers`)
  if (!Array.isArray(fields) || fields.length === 0)
    throw misuse(`own indicator ${name} has no fields; give some of ${FIELDS.join(', ')}`)
  checkBars(`own indicator ${name}`, bars)
  const of = { name, compute: compute as OwnFunction }
  return indicator('own', fields, parameters, bars, of) as OwnIndicator
}

/**
 * Refuses what the functions of this file did not make: a key written by hand could get the values
 * of another indicator.
 *
 * @throws {EngineError} `strategy-misuse`
 */
export function checkIndicator(given: unknown): asserts given is Indicator {
  if (typeof given === 'object' && given !== null && MADE.has(given)) return
  throw misuse(`${describe(given)} is not an indicator; make one, such as sma(20)`)
}

const MADE = new WeakSet<object>()

function indicator(
  kind: IndicatorKind,
  fields: readonly Field[],
  parameters: readonly number[],
  bars: number,
  own?: Pick<OwnIndicator, 'name' | 'compute'>,
): Indicator {
  const unknown = fields.find((field) => !FIELDS.includes(field))
  if (unknown !== undefined)
    throw misuse(`unknown field '${unknown}' of ${kind}; use one of ${FIELDS.join(', ')}`)
  const which = own === undefined ? kind : `own#${numberOf(own.compute)}:${bars}`
  // Object.is distinguishes 0 from −0, and so must the key.
  const numbers = parameters.map((value) => (Object.is(value, -0) ? '-0' : value))
  const made = Object.freeze({
    kind,
    key: `${which}(${fields.join()};${numbers.join()})`,
    bars,
    fields: Object.freeze([...fields]),
    parameters: Object.freeze([...parameters]),
    ...own,
  })
  MADE.add(made)
  return made
}

const NUMBERS = new WeakMap<OwnFunction, number>()
let functions = 0

/** The number of a function: each function object has its own. */
function numberOf(compute: OwnFunction): number {
  const existing = NUMBERS.get(compute)
  if (existing !== undefined) return existing
  NUMBERS.set(compute, ++functions)
  return functions
}

function checkBars(name: string, bars: number): number {
  if (Number.isSafeInteger(bars) && bars >= 1) return bars
  throw misuse(`${name} of ${describe(bars)} bars; give a whole number of bars, at least 1`)
}

function describe(given: unknown): string {
  return typeof given === 'function' ? 'a function' : String(JSON.stringify(given) ?? given)
}

function misuse(message: string): EngineError {
  return new EngineError('strategy-misuse', message)
}
