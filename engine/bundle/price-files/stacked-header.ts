import { fault } from '../csv-rows.js'
import { quoted } from '../printable.js'
import type { Table } from './text-table.js'

/**
 * A table as yfinance writes it: under the header `Price,Close,High,…` a line of tickers and a line
 * with the name of the index. With one ticker it becomes a plain table with a column for it.
 *
 * @throws {EngineError} `input-invalid`: columns of several assets side by side
 */
export function unstacked(path: string, table: Table): Table {
  const [tickers, index, ...rest] = table.rows
  if (tickers === undefined || !/^tickers?$/i.test(tickers.cells[0]!)) return table
  const names = [...new Set(tickers.cells.slice(1))]
  if (names.length > 1) {
    throw fault(
      path,
      tickers.line,
      `columns of ${names.length} assets side by side (${names.slice(0, 3).map(quoted).join(', ')}); write one file or one row per asset, in pandas: data.stack(level='Ticker')`,
    )
  }
  const isIndex = index?.cells.slice(1).every((cell) => cell === '') === true
  const time = isIndex ? index!.cells[0]! : 'Date'
  const rows = isIndex ? rest : table.rows.slice(1)
  return {
    ...table,
    header: [time, ...table.header.slice(1), 'ticker'],
    rows: rows.map(({ line, cells }) => ({ line, cells: [...cells, names[0] ?? ''] })),
  }
}
