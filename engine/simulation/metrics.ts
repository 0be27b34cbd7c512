import { mean, sampleStandardDeviation } from 'simple-statistics'

/**
 * Figures of an equity curve, as fractions. Absent where undefined (no variance, no closed trade,
 * equity not above 0), never NaN.
 */
export interface Metrics {
  /** Last equity ÷ starting cash − 1. */
  readonly totalReturn: number
  /** (1 + total return)^(252 / sessions) − 1; absent where no equity is left. */
  readonly annualReturn?: number
  /** Sample standard deviation (ddof 1) of session returns × √252. */
  readonly volatility?: number
  /** Mean ÷ sample standard deviation of session returns × √252; no risk-free rate. */
  readonly sharpe?: number
  /** Mean ÷ root mean square of the negative session returns (over all sessions) × √252. */
  readonly sortino?: number
  /** The deepest fall from a peak, as a positive fraction of the peak. */
  readonly maxDrawdown: number
  /** Share of sessions that ended with a position. */
  readonly exposure: number
  /** Share of closed round trips with a profit. */
  readonly winRate?: number
}

/** Sessions in a year, by convention. */
const SESSIONS_PER_YEAR = 252

/**
 * The metrics of a backtest.
 *
 * @param startingCash  > 0
 * @param equity        at the end of each session, oldest first
 * @param exposed       number of sessions that ended with a position
 * @param wins          closed round trips with a profit
 * @param closed        closed round trips
 */
export function metricsOf(
  startingCash: number,
  equity: readonly number[],
  exposed: number,
  wins: number,
  closed: number,
): Metrics {
  const last = equity.at(-1) ?? startingCash
  const returns = sessionReturns(startingCash, equity)
  const risk = deviation(returns)
  return {
    totalReturn: last / startingCash - 1,
    ...defined('annualReturn', annualised(last / startingCash, equity.length)),
    ...defined('volatility', scaledToYear(risk)),
    ...defined('sharpe', scaledToYear(ratio(returns, risk))),
    ...defined('sortino', scaledToYear(ratio(returns, downside(returns)))),
    maxDrawdown: deepestFall(startingCash, equity),
    exposure: equity.length === 0 ? 0 : exposed / equity.length,
    ...defined('winRate', closed === 0 ? undefined : wins / closed),
  }
}

/**
 * Growth over some sessions as a return per year of 252 sessions; undefined for growth of 0 or
 * less, or without sessions.
 */
export function annualised(growth: number, sessions: number): number | undefined {
  return sessions === 0 || growth <= 0 ? undefined : growth ** (SESSIONS_PER_YEAR / sessions) - 1
}

/**
 * Undefined where equity is ever zero or negative: a return to or from it has no meaning.
 */
function sessionReturns(
  startingCash: number,
  equity: readonly number[],
): readonly number[] | undefined {
  if (!equity.every((value) => value > 0)) return undefined
  return equity.map((value, i) => value / (i === 0 ? startingCash : equity[i - 1]!) - 1)
}

function deviation(returns: readonly number[] | undefined): number | undefined {
  return returns === undefined || returns.length < 2
    ? undefined
    : sampleStandardDeviation([...returns])
}

function downside(returns: readonly number[] | undefined): number | undefined {
  return returns === undefined || returns.length < 2
    ? undefined
    : Math.sqrt(mean(returns.map((value) => Math.min(value, 0) ** 2)))
}

function ratio(
  returns: readonly number[] | undefined,
  risk: number | undefined,
): number | undefined {
  return returns === undefined || risk === undefined || risk === 0
    ? undefined
    : mean([...returns]) / risk
}

function scaledToYear(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * Math.sqrt(SESSIONS_PER_YEAR)
}

function deepestFall(startingCash: number, equity: readonly number[]): number {
  let peak = startingCash
  let deepest = 0
  for (const value of equity) {
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
