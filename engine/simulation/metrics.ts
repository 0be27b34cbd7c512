import { BUSINESS_DAYS } from '../market/periods-per-year.js'
import { type Curve, returnFigures } from './session-returns.js'

/**
 * Figures of an equity curve, as fractions. Absent if undefined (no variance, no closed trade,
 * equity not above 0), never NaN. A year has as many sessions as the result's `periodsPerYear`.
 */
export interface CurveMetrics {
  /** Last equity ÷ starting cash − 1. */
  readonly totalReturn: number
  /** (1 + total return)^(year / sessions) − 1; absent if equity was ever 0 or less. */
  readonly annualReturn?: number
  /** Sample standard deviation (ddof 1) of session returns × √year. */
  readonly volatility?: number
  /**
   * Mean of the session returns less the risk-free rate per session ÷ their sample standard
   * deviation × √year. The rate per session is (1 + rate per year)^(1 / year) − 1.
   */
  readonly sharpe?: number
  /**
   * The same mean ÷ root mean square of the session returns below the risk-free rate (over all
   * sessions) × √year.
   */
  readonly sortino?: number
  /** The deepest fall from a peak, as a positive fraction of the peak. */
  readonly maxDrawdown: number
}

/** The figures of a backtest. */
export interface Metrics extends CurveMetrics {
  /** Share of sessions that ended with a position. */
  readonly exposure: number
  /** Share of closed round trips with a profit. */
  readonly winRate?: number
}

/** The values by which figures per year are computed. */
export interface Annualisation {
  /** Sessions that make a year, above 0. */
  readonly periodsPerYear: number
  /** Risk-free return per year, compounded, as a fraction above −1. */
  readonly riskFree: number
}

/** A year of 252 sessions, and no risk-free rate. */
const CONVENTION: Annualisation = { periodsPerYear: BUSINESS_DAYS, riskFree: 0 }

/**
 * The metrics of a backtest. A Sharpe or Sortino ratio is absent if its denominator is zero, which
 * is decided on exact ratios of the amounts (see `returnFigures`).
 *
 * @param exposed  number of sessions that ended with a position
 * @param wins     closed round trips with a profit
 * @param closed   closed round trips
 */
export function metricsOf(
  curve: Curve,
  exposed: number,
  wins: number,
  closed: number,
  annualisation: Annualisation = CONVENTION,
): Metrics {
  const sessions = curve.values.length
  return {
    ...curveMetrics(curve, annualisation),
    exposure: sessions === 0 ? 0 : exposed / sessions,
    ...defined('winRate', closed === 0 ? undefined : wins / closed),
  }
}

/** The metrics that an equity curve alone determines; see `metricsOf`. */
export function curveMetrics(
  curve: Curve,
  { periodsPerYear, riskFree }: Annualisation,
): CurveMetrics {
  const { start, values } = curve
  const last = values[values.length - 1] ?? start
  // A return to or from zero or less has no meaning, and neither has a chain of returns that
  // contains one.
  const solvent = isAboveZero(values)
  const rate = ratePerSession({ periodsPerYear, riskFree })
  const figures = solvent ? returnFigures(curve, rate) : undefined
  const perYear = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : value * Math.sqrt(periodsPerYear)
  const growth = solvent ? last / start : 0
  return {
    totalReturn: last / start - 1,
    ...defined('annualReturn', annualised(growth, values.length, periodsPerYear)),
    ...defined('volatility', perYear(figures?.deviation)),
    ...defined('sharpe', perYear(figures && ratio(figures.mean, figures.deviation))),
    ...defined('sortino', perYear(figures && ratio(figures.mean, figures.downside))),
    maxDrawdown: deepestFall(start, values),
  }
}

/** The risk-free return of a session. */
export function ratePerSession({ periodsPerYear, riskFree }: Annualisation): number {
  return riskFree === 0 ? 0 : (1 + riskFree) ** (1 / periodsPerYear) - 1
}

function isAboveZero(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i]! > 0)) return false
  return true
}

/**
 * Growth over some sessions as a return per year; undefined for growth of 0 or less, or without
 * sessions.
 */
export function annualised(
  growth: number,
  sessions: number,
  periodsPerYear = BUSINESS_DAYS,
): number | undefined {
  return sessions === 0 || growth <= 0 ? undefined : growth ** (periodsPerYear / sessions) - 1
}

function ratio(value: number, risk: number): number | undefined {
  return risk === 0 ? undefined : value / risk
}

/** The deepest fall from a peak, as a positive fraction of the peak. */
function deepestFall(startingCash: number, equity: ArrayLike<number>): number {
  let peak = startingCash
  let deepest = 0
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i]!
    peak = Math.max(peak, value)
    deepest = Math.max(deepest, 1 - value / peak)
  }
  return deepest
}

function defined<Name extends string>(
  name: Name,
  value: number | undefined,
): { [name in Name]?: number } {
  return value === undefined || !Number.isFinite(value)
    ? {}
    : ({ [name]: value } as { [name in Name]: number })
}
