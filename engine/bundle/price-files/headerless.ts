import { splitRecord } from './split-records.js'

/** A published layout of files without a header. */
export interface HeaderlessLayout {
  readonly name: string
  readonly delimiter: string
  readonly columns: readonly string[]
  /** One pattern for each cell of the first line. */
  readonly cells: readonly RegExp[]
}

const NUMBER = /^\d+(?:\.\d+)?$/
const COUNT = /^\d+$/
const EPOCH = /^\d{13}(?:\d{3})?$/
const PRICES = [NUMBER, NUMBER, NUMBER, NUMBER]

/** A further layout is one entry. */
const LAYOUTS: readonly HeaderlessLayout[] = [
  {
    name: 'Binance klines',
    delimiter: ',',
    columns: [
      ...[
        'open time',
        'open',
        'high',
        'low',
        'close',
        'volume',
        'close time',
        'quote asset volume',
      ],
      ...['trades', 'taker base volume', 'taker quote volume', 'ignore'],
    ],
    cells: [EPOCH, ...PRICES, NUMBER, EPOCH, NUMBER, COUNT, NUMBER, NUMBER, NUMBER],
  },
  {
    name: 'MetaTrader history',
    delimiter: ',',
    columns: ['date', 'time', 'open', 'high', 'low', 'close', 'volume'],
    cells: [/^\d{4}\.\d{2}\.\d{2}$/, /^\d{2}:\d{2}$/, ...PRICES, COUNT],
  },
  {
    name: 'Kraken OHLCVT',
    delimiter: ',',
    columns: ['timestamp', 'open', 'high', 'low', 'close', 'volume', 'trades'],
    cells: [/^\d{10}$/, ...PRICES, NUMBER, COUNT],
  },
  {
    name: 'HistData bars',
    delimiter: ';',
    columns: ['timestamp', 'open', 'high', 'low', 'close', 'volume'],
    cells: [/^\d{8} \d{6}$/, ...PRICES, COUNT],
  },
]

/** The layout that the first line of a file without a header has. */
export function headerlessLayout(line: string): HeaderlessLayout | undefined {
  return LAYOUTS.find(({ delimiter, cells: patterns }) => {
    const cells = splitRecord(line, delimiter)
    return cells?.length === patterns.length && cells.every((cell, i) => patterns[i]!.test(cell))
  })
}
