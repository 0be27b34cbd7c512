import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { packageRoot } from '../../harness/system/package-root.js'

/** SHA-256 of the uncompressed series. `data/README.md` states provenance and licence. */
const SHA256 = '9409e9342d0657c747324e4cfabce8a8c7f663bc485b95a3378f36b0a160f8c8'

/** One real S&P 500 session relative to the close before it. */
export interface SessionShape {
  /** open ÷ previous close */
  readonly gap: number
  /** high ÷ open, ≥ 1 */
  readonly high: number
  /** low ÷ open, ≤ 1 */
  readonly low: number
  /** close ÷ open */
  readonly close: number
  /** shares traded */
  readonly volume: number
}

/** The real daily series: its session dates, and the shape of every session but the first. */
export interface Sp500 {
  readonly dates: readonly string[]
  readonly shapes: readonly SessionShape[]
}

/**
 * Reads the S&P 500 sessions shipped with the package.
 *
 * @throws {Error} the digest of the shipped file is not `SHA256`
 * @source npm vega-datasets 3.2.1, data/sp500-2000.csv, BSD-3-Clause
 */
export function readSp500(): Sp500 {
  const text = gunzipSync(
    readFileSync(join(packageRoot(), 'scenarios', 'market', 'data', 'sp500-2000.csv.gz')),
  )
  const digest = createHash('sha256').update(text).digest('hex')
  if (digest !== SHA256)
    throw new Error(`sp500-2000.csv.gz holds other data (sha-256 ${digest}); reinstall the package`)
  const rows = text.toString('utf8').trim().split('\n').slice(1).map(parseRow)
  return {
    dates: rows.map((row) => row.date),
    shapes: rows.slice(1).map((row, i) => shapeOf(row, rows[i]!.close)),
  }
}

interface Row {
  readonly date: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

function parseRow(line: string): Row {
  const [date = '', open, high, low, close, , volume] = line.split(',')
  return {
    date,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume),
  }
}

function shapeOf(row: Row, previousClose: number): SessionShape {
  return {
    gap: row.open / previousClose,
    high: Math.max(1, row.high / row.open),
    low: Math.min(1, row.low / row.open),
    close: row.close / row.open,
    volume: row.volume,
  }
}
