import type Decimal from 'decimal.js'

/** A split or a cash dividend, effective at the start of calendar index `session`. */
export interface Adjustment {
  readonly asset: string
  readonly session: number
  readonly kind: 'split' | 'dividend'
  /** Split: new shares per old share (7 for 7:1). Dividend: cash per share. Exact. */
  readonly value: Decimal
}

/** `prior-close`: 1 − D / previous close (zipline, CRSP). `ex-close`: close / (close + D) of the ex-session (Quandl). */
export type DividendPolicy = 'prior-close' | 'ex-close'
