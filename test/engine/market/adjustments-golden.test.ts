import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { adjustmentTimeline } from '../../../engine/market/adjustment-timeline.js'
import type { Adjustment } from '../../../engine/market/adjustments.js'
import type { BarField, Bars } from '../../../engine/market/bars.js'
import { calendarFrom } from '../../../engine/market/calendar.js'
import { Money, parseDecimal } from '../../../engine/market/money.js'
import { SCALES } from './market-cases.js'

const EXCERPT = fileURLToPath(new URL('../../golden/adjustments-quandl-2014.csv', import.meta.url))
const WHOLE = fileURLToPath(
  new URL('../../../../shared/data/prices/zl_quandl_wiki_2014.csv', import.meta.url),
)

type Row = Readonly<Record<string, string>>

/**
 * Ours is rounded to the tick (1e-6), so it is within half a tick, 5e-7, of the exact value. Theirs
 * is printed to 12 places and divided by the factor of events after 2014, taken from the last row:
 * each errs by about 1e-14 of a price below 2e5 dollars, hence 1e-8 on top.
 */
const TOLERANCE = 5e-7 + 1e-8

describe('ex-close policy against Quandl’s adjusted columns', () => {
  it('reproduces the committed excerpt to half a tick', () => checkFile(EXCERPT, ['AAPL', 'MSFT']))

  it.skipIf(!existsSync(WHOLE))('reproduces the whole file to half a tick', () =>
    checkFile(WHOLE, ['AAPL', 'BRK_A', 'MSFT', 'ZEN']),
  )
})

function checkFile(path: string, tickers: readonly string[]): void {
  const rows: Row[] = parse(readFileSync(path, 'utf8'), { columns: true })
  expect([...new Set(rows.map(({ ticker }) => ticker))]).toEqual(tickers)
  for (const ticker of tickers) checkTicker(rows.filter((row) => row.ticker === ticker))
}

function checkTicker(rows: readonly Row[]): void {
  const bars = barsFrom(rows)
  const calendar = calendarFrom(
    '1d',
    rows.map(({ date }) => date!),
  )
  const line = adjustmentTimeline(bars, rows.flatMap(adjustmentsOf), 'ex-close', SCALES, calendar)
  const epoch = line.epochAt(rows.length - 1)
  const last = rows.at(-1)!
  const laterEvents = Number(last.adj_close) / Number(last.close)
  for (const field of ['open', 'high', 'low', 'close'] as const) {
    for (const [i, row] of rows.entries()) {
      expect(
        Math.abs(line.column(field, epoch)[i]! - Number(row[`adj_${field}`]) / laterEvents),
      ).toBeLessThanOrEqual(TOLERANCE)
    }
  }
  expect(Array.from(line.column('volume', epoch))).toEqual(
    rows.map((row) => Number(row.adj_volume)),
  )
}

function barsFrom(rows: readonly Row[]): Bars {
  const prices = (field: BarField) => Float64Array.from(rows, (row) => parseDecimal(row[field]!, 6))
  const { length } = rows
  const volume = Float64Array.from(rows, (row) => parseDecimal(row.volume!, 4))
  return {
    asset: 'X',
    firstSession: 0,
    length,
    ticks: {
      open: prices('open'),
      high: prices('high'),
      low: prices('low'),
      close: prices('close'),
      volume,
    },
    hasGaps: false,
  }
}

function adjustmentsOf(row: Row, session: number): Adjustment[] {
  const dividend = new Money(row['ex-dividend']!)
  const split = new Money(row.split_ratio!)
  return [
    ...(split.equals(1) ? [] : [{ asset: 'X', session, kind: 'split' as const, value: split }]),
    ...(dividend.isZero()
      ? []
      : [{ asset: 'X', session, kind: 'dividend' as const, value: dividend }]),
  ]
}
