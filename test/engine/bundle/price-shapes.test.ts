import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { type IngestOptions, ingestCsv } from '../../../engine/bundle/ingest.js'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { BAR_FIELDS } from '../../../engine/market/bars.js'
import { ticksToText } from '../../../engine/market/money.js'
import { scratch, smallContent } from './bundle-cases.js'

type Content = string | Uint8Array

interface Shape {
  readonly what: string
  readonly content: Content
  readonly name?: string
  readonly options?: IngestOptions
}

/** `asset session open high low close volume` of each bar. */
async function read({ content, name = 'AAA.csv', options = {} }: Shape) {
  const path = join(await scratch(), name)
  await writeFile(path, content)
  const { bars, sessions, scales, notes } = await ingestCsv([path], { fitScales: true, ...options })
  const rows = bars.flatMap((own) =>
    Array.from(own.session, (session, i) => {
      const numbers = BAR_FIELDS.map((field) =>
        ticksToText(own[field][i]!, field === 'volume' ? scales.volume : scales.price),
      )
      return [own.asset, sessions[session], ...numbers].join(' ')
    }),
  )
  return { rows, notes }
}

const HEADER = 'Date,Open,High,Low,Close,Volume'
const TWO = [
  'AAA 2024-01-02 10 10.5 9.5 10.25 1000',
  'AAA 2024-01-03 11 11.5 10.5 11.25 1001',
] as const
const ROWS = ['2024-01-02,10.00,10.50,9.50,10.25,1000', '2024-01-03,11.00,11.50,10.50,11.25,1001']
const text = (...lines: string[]) => `${lines.join('\n')}\n`
const CSV = text(HEADER, ...ROWS)
const swap = (from: string | RegExp, to: string) => CSV.replaceAll(from, to)
/** The two rows with other dates. */
const dated = (first: string, second: string, header = HEADER) =>
  text(header, ROWS[0]!.replace('2024-01-02', first), ROWS[1]!.replace('2024-01-03', second))
const at = (first: string, second: string) =>
  [TWO[0].replace('2024-01-02', first), TWO[1].replace('2024-01-03', second)] as const
const HOURS = at('2024-01-02T14:00:00', '2024-01-02T15:00:00')

const utf16 = (order: 'le' | 'be', mark: boolean) => {
  const bytes = Buffer.from(`${mark ? '\uFEFF' : ''}${CSV}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

type ColumnTypes = Readonly<Record<string, 'DOUBLE' | 'FLOAT' | 'INT64' | 'STRING' | 'TIMESTAMP'>>

function parquet(columns: Readonly<Record<string, readonly unknown[]>>, types: ColumnTypes) {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({
        name,
        data: data as unknown[],
        type: types[name]!,
      })),
    }),
  )
}
const PRICES = {
  open: [10, 11],
  high: [10.5, 11.5],
  low: [9.5, 10.5],
  close: [10.25, 11.25],
}
const DOUBLES = { open: 'DOUBLE', high: 'DOUBLE', low: 'DOUBLE', close: 'DOUBLE' } as const

const readable: readonly (Shape & { readonly rows?: readonly string[]; readonly note?: RegExp })[] =
  [
    { what: 'a plain file', content: CSV },
    // Line ends, encodings, packing
    { what: 'CR LF', content: swap('\n', '\r\n') },
    { what: 'CR alone', content: swap('\n', '\r') },
    { what: 'a CR LF header over LF rows', content: CSV.replace('\n', '\r\n') },
    {
      what: 'LF rows appended to CR LF',
      content: `${text(HEADER, ROWS[0]!).replaceAll('\n', '\r\n')}${ROWS[1]}\n`,
    },
    { what: 'no end of the last line', content: CSV.trimEnd() },
    { what: 'empty lines', content: swap('\n', '\n\n') },
    { what: 'rows of nothing but commas', content: `${CSV},,,,,\n,,,,,\n` },
    { what: 'a UTF-8 byte order mark', content: `\uFEFF${CSV}` },
    { what: 'UTF-16 LE with a mark', content: utf16('le', true) },
    { what: 'UTF-16 BE with a mark', content: utf16('be', true) },
    { what: 'UTF-16 LE without a mark', content: utf16('le', false) },
    {
      what: 'Windows-1252',
      content: Buffer.from(text(`${HEADER},Währung`, ...ROWS.map((row) => `${row},€`)), 'latin1'),
    },
    { what: 'Ctrl-Z at the end', content: `${CSV}\u001a` },
    { what: 'gzip', content: gzipSync(CSV), name: 'AAA.csv.gz' },
    { what: 'gzip without its extension', content: gzipSync(CSV) },
    // Separators and quotes
    { what: 'semicolons', content: swap(',', ';') },
    { what: 'tabs', content: swap(',', '\t'), name: 'AAA.tsv' },
    { what: 'bars', content: swap(',', '|') },
    { what: 'aligned by spaces', content: swap(',', '   ') },
    { what: 'spaces around cells', content: swap(',', ' , ') },
    { what: 'every cell quoted', content: swap(/[^,\n]+/g, '"$&"') },
    {
      what: 'a quoted note of two lines',
      content: text(`${HEADER},Note`, `${ROWS[0]},"a, b`, 'c"', `${ROWS[1]},"say ""x"""`),
    },
    { what: 'a comma after each row', content: text(HEADER, ...ROWS.map((row) => `${row},`)) },
    { what: 'a comma after the header', content: text(`${HEADER},`, ...ROWS) },
    // Before, between and after
    { what: 'sep=,', content: `sep=,\n${CSV}` },
    { what: 'sep=;', content: `sep=;\n${swap(',', ';')}` },
    { what: 'comments', content: `# exported by tool\n# v2\n${CSV}# end\n` },
    { what: 'a commented header', content: `# ${CSV}` },
    {
      what: 'an address before the header',
      content: `https://www.CryptoDataDownload.com\n${CSV}`,
      note: /skipped before the header: 'https:/,
    },
    {
      what: 'a title and an empty line',
      content: `AAPL Historical Prices\n\n${CSV}`,
      note: /'AAPL Historical Prices'/,
    },
    {
      what: 'the header repeated',
      content: `${CSV}${text(HEADER, ROWS[1]!.replace('01-03', '01-04'))}`,
      rows: [...TWO, TWO[1].replace('01-03', '01-04')],
      note: /skipped the header repeated on line 4/,
    },
    // Names
    {
      what: 'upper case in another order',
      content: text(
        'VOLUME,CLOSE,LOW,HIGH,OPEN,DATE',
        '1000,10.25,9.5,10.5,10,2024-01-02',
        '1001,11.25,10.5,11.5,11,2024-01-03',
      ),
    },
    {
      what: 'MetaTrader: <DATE> and <TIME>',
      content: text(
        '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>',
        '2024.01.02\t14:00:00\t10\t10.5\t9.5\t10.25\t7\t1000\t1',
        '2024.01.02\t15:00:00\t11\t11.5\t10.5\t11.25\t8\t1001\t1',
      ),
      rows: HOURS,
    },
    {
      what: 'Stooq: <TICKER>,<PER>,<DATE>,<TIME>',
      content: text(
        '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
        'AAA,D,20240102,000000,10,10.5,9.5,10.25,1000,0',
        'AAA,D,20240103,000000,11,11.5,10.5,11.25,1001,0',
      ),
    },
    {
      what: 'Date and Time',
      content: dated(
        '2024.01.02,14:00',
        '2024.01.02,15:00',
        'Date,Time,Open,High,Low,Close,Volume',
      ),
      rows: HOURS,
    },
    {
      what: 'Nasdaq: Close/Last and dollars',
      content: text(
        'Date,Close/Last,Volume,Open,High,Low',
        '01/31/2024,$10.25,1000,$10.00,$10.50,$9.50',
        '02/01/2024,$11.25,1001,$11.00,$11.50,$10.50',
      ),
      rows: at('2024-01-31', '2024-02-01'),
    },
    {
      what: 'Alpha Vantage: 1. open',
      content: text('timestamp,1. open,2. high,3. low,4. close,5. volume', ...ROWS),
    },
    {
      what: 'Investing.com: Price, Vol., newest first',
      content: text(
        '"Date","Price","Open","High","Low","Vol.","Change %"',
        '"Jan 03, 2024","11.25","11.00","11.50","10.50","1.1K","9%"',
        '"Jan 02, 2024","10.25","10.00","10.50","9.50","58.4M","1%"',
      ),
      rows: [TWO[0].replace(/1000$/, '58400000'), TWO[1].replace(/1001$/, '1100')],
      note: /newest first; its bars were put in order/,
    },
    {
      what: 'Yahoo: Adj Close',
      content: text(
        'Date,Open,High,Low,Close,Adj Close,Volume',
        ...ROWS.map((row) => row.replace(/,(\d+)$/, ',9.99,$1')),
      ),
      note: /Open, High, Low, Close, Volume used as they are; Adj Close not used/,
    },
    {
      what: 'vega-datasets: adjclose in one word',
      content: text(
        'date,open,high,low,close,adjclose,volume',
        ...ROWS.map((row) => row.replace(/,(\d+)$/, ',9.99,$1')),
      ),
      note: /open, high, low, close, volume used as they are; adjclose not used/,
    },
    {
      what: 'yfinance: a line of tickers',
      content: text(
        'Price,Close,High,Low,Open,Volume',
        'Ticker,AAA,AAA,AAA,AAA,AAA',
        'Date,,,,,',
        '2024-01-02,10.25,10.5,9.5,10,1000',
        '2024-01-03,11.25,11.5,10.5,11,1001',
      ),
    },
    {
      what: 'yfinance: midnight of New York',
      content: dated('2024-01-02 00:00:00-05:00', '2024-01-03 00:00:00-05:00'),
      note: /midnight of its own offset from UTC; read as days/,
    },
    { what: 'an index without a name', content: CSV.replace('Date', '') },
    {
      what: 'CryptoDataDownload',
      content: text(
        'https://www.CryptoDataDownload.com',
        'unix,date,symbol,open,high,low,close,Volume BTC,Volume USD',
        '1704204000000,2024-01-02 14:00:00,BTC/USD,10,10.5,9.5,10.25,1000,5',
        '1704207600000,2024-01-02 15:00:00,BTC/USD,11,11.5,10.5,11.25,1001,5',
      ),
      rows: HOURS.map((row) => row.replace('AAA', 'BTC/USD')),
      note: /Volume BTC used as volume/,
    },
    {
      what: 'Binance klines without a header',
      content: text(
        '1704204000000,10,10.5,9.5,10.25,1000,1704207599999,5.5,7,1,2,0',
        '1704207600000,11,11.5,10.5,11.25,1001,1704211199999,5.5,7,1,2,0',
      ),
      rows: HOURS,
      note: /read as Binance klines/,
    },
    {
      what: 'Binance klines in microseconds',
      content: text(
        '1704204000000000,10,10.5,9.5,10.25,1000,1704207599999999,5.5,7,1,2,0',
        '1704207600000000,11,11.5,10.5,11.25,1001,1704211199999999,5.5,7,1,2,0',
      ),
      rows: HOURS,
    },
    {
      what: 'HistData without a header',
      content: text(
        '20240102 140000;10;10.5;9.5;10.25;1000',
        '20240102 150000;11;11.5;10.5;11.25;1001',
      ),
      rows: HOURS,
      note: /HistData/,
    },
    {
      what: 'no volume',
      content: text('Date,Open,High,Low,Close', ...ROWS.map((row) => row.replace(/,\d+$/, ''))),
      rows: TWO.map((row) => row.replace(/\d+$/, '0')),
      note: /no volume; .*--assume-volume/,
    },
    {
      what: 'a column of volumes without a single one',
      content: text(HEADER, ...ROWS.map((row) => row.replace(/\d+$/, '-'))),
      rows: TWO.map((row) => row.replace(/\d+$/, '0')),
      note: /no volume; every bar has volume 0/,
    },
    {
      what: 'every line quoted as a whole',
      content: swap(/[^\n]+/g, '"$&"'),
    },
    {
      what: 'Bloomberg: PX_OPEN',
      content: text('Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME', ...ROWS),
    },
    {
      what: 'Kraken without a header',
      content: text('1704153600,10,10.5,9.5,10.25,1000,7', '1704240000,11,11.5,10.5,11.25,1001,8'),
      note: /Kraken OHLCVT/,
    },
    {
      what: 'Polygon: window_start in nanoseconds',
      content: text(
        'ticker,volume,open,close,high,low,window_start,transactions',
        'AAA,1000,10,10.25,10.5,9.5,1704204000000000000,7',
        'AAA,1001,11,11.25,11.5,10.5,1704207600000000000,7',
      ),
      rows: HOURS,
    },
    {
      what: 'an instant beside a date in either order',
      content: dated(
        '1704153600,02/01/2024',
        '1704240000,03/01/2024',
        'unix,date,open,high,low,close,volume',
      ),
    },
    { what: '02JAN2024', content: dated('02JAN2024', '03JAN2024') },
    {
      what: 'an offset and the name of its zone',
      content: dated(
        '2024-01-02T09:00-05:00[America/New_York]',
        '2024-01-02T10:00-05:00[America/New_York]',
      ),
      rows: HOURS,
    },
    {
      what: 'no volume, and one assumed',
      content: text('Date,Open,High,Low,Close', ...ROWS.map((row) => row.replace(/,\d+$/, ''))),
      options: { assumeVolume: '500' },
      rows: TWO.map((row) => row.replace(/\d+$/, '500')),
      note: /volume of 500 assumed/,
    },
    {
      what: 'symbols with / & and a space',
      content: text(
        'Symbol,Date,Open,High,Low,Close,Volume',
        'BTC/USDT,2024-01-02,10,10.5,9.5,10.25,1000',
        'AT&T,2024-01-02,10,10.5,9.5,10.25,1000',
        'BRK B,2024-01-02,10,10.5,9.5,10.25,1000',
      ),
      rows: ['BTC/USDT', 'AT&T', 'BRK B'].map((id) => TWO[0].replace('AAA', id)),
    },
    // Dates
    { what: 'yyyy/mm/dd', content: dated('2024/01/02', '2024/01/03') },
    { what: 'yyyy-m-d', content: dated('2024-1-2', '2024-1-3') },
    { what: 'yyyymmdd', content: dated('20240102', '20240103') },
    { what: 'yyyymmddHHMM', content: dated('202401021400', '202401021500'), rows: HOURS },
    {
      what: 'dd/mm/yyyy decided by one date',
      content: dated('02/01/2024', '13/01/2024'),
      rows: at('2024-01-02', '2024-01-13'),
    },
    {
      what: 'mm/dd/yyyy decided by one date',
      content: dated('01/02/2024', '01/13/2024'),
      rows: at('2024-01-02', '2024-01-13'),
    },
    {
      what: 'dd.mm.yyyy as Dukascopy',
      content: dated('31.01.2024 14:00:00.000', '31.01.2024 15:00:00.000'),
      rows: HOURS.map((row) => row.replace('01-02', '01-31')),
    },
    {
      what: 'dates the same in both orders',
      content: dated('01/01/2024', '02/02/2024'),
      rows: at('2024-01-01', '2024-02-02'),
    },
    {
      what: 'dd/mm/yyyy as given',
      content: dated('02/01/2024', '03/01/2024'),
      options: { dateFormat: 'dd/mm/yyyy' },
    },
    {
      what: 'mm/dd/yyyy as given in letters of strftime',
      content: dated('01/02/2024', '01/03/2024'),
      options: { dateFormat: '%m/%d/%Y' },
    },
    {
      what: 'two digits of a year as given',
      content: dated('02.01.24', '03.01.24'),
      options: { dateFormat: 'dd.mm.yy' },
    },
    { what: '02-Jan-2024', content: dated('02-Jan-2024', '03-Jan-2024') },
    { what: 'January 2, 2024', content: dated('"January 2, 2024"', '"January 3, 2024"') },
    {
      what: 'a weekday before the date',
      content: dated('"Tue, 02 Jan 2024"', '"Wed, 03 Jan 2024"'),
    },
    { what: 'epoch seconds', content: dated('1704153600', '1704240000') },
    { what: 'epoch seconds as floats', content: dated('1704153600.0', '1704240000.0') },
    { what: 'epoch milliseconds', content: dated('1704153600000', '1704240000000') },
    { what: 'epoch microseconds', content: dated('1704153600000000', '1704240000000000') },
    { what: 'epoch nanoseconds', content: dated('1704153600000000000', '1704240000000000000') },
    {
      what: 'days of Excel as given',
      content: dated('45293', '45294'),
      options: { dateFormat: 'excel' },
    },
    {
      what: 'offsets other than UTC',
      content: dated('2024-01-02T09:00:00-05:00', '2024-01-02T16:00:00+0100'),
      rows: HOURS,
    },
    {
      what: 'GMT+0200',
      content: dated('02.01.2024 16:00:00.000 GMT+0200', '13.01.2024 17:00:00.000 GMT+0200'),
      rows: at('2024-01-02T14:00:00', '2024-01-13T15:00:00'),
    },
    {
      what: 'AM and PM',
      content: dated('2024-01-02 2:00 PM', '2024-01-02 03:00:00 pm'),
      rows: HOURS,
    },
    {
      what: 'noon and midnight',
      content: dated('2024-01-02 12:00 AM', '2024-01-02 12:00 PM'),
      rows: at('2024-01-02T00:00:00', '2024-01-02T12:00:00'),
    },
    { what: '02-PM', content: dated('2024-01-02 02-PM', '2024-01-02 03-PM'), rows: HOURS },
    {
      what: 'times of a zone',
      content: dated('2024-01-02 09:00', '2024-01-02 10:00'),
      options: { timezone: 'America/New_York' },
      rows: HOURS,
      note: /of America\/New_York/,
    },
    {
      what: 'times of a zone over the change of its clock',
      content: dated('2024-03-08 09:00', '2024-03-11 10:00'),
      options: { timezone: 'America/New_York' },
      rows: at('2024-03-08T14:00:00', '2024-03-11T14:00:00'),
    },
    {
      what: 'the hour that comes twice',
      content: text(
        HEADER,
        ...['01:00', '01:30', '01:00'].map((time) =>
          ROWS[0]!.replace('2024-01-02', `2024-11-03 ${time}`),
        ),
      ),
      options: { timezone: 'America/New_York' },
      rows: ['05:00', '05:30', '06:00'].map((time) =>
        TWO[0].replace('2024-01-02', `2024-11-03T${time}:00`),
      ),
    },
    {
      what: 'the hour that comes twice, newest first',
      content: text(
        HEADER,
        ...['01:00', '01:30', '01:00', '00:30'].map((time) =>
          ROWS[0]!.replace('2024-01-02', `2024-11-03 ${time}`),
        ),
      ),
      options: { timezone: 'America/New_York' },
      rows: ['04:30', '05:00', '05:30', '06:00'].map((time) =>
        TWO[0].replace('2024-01-02', `2024-11-03T${time}:00`),
      ),
    },
    { what: 'newest first', content: text(HEADER, ROWS[1]!, ROWS[0]!), note: /newest first/ },
    // Numbers
    { what: 'decimal commas and semicolons', content: swap(',', ';').replaceAll('.', ',') },
    {
      what: 'decimal commas in quotes',
      content: text(
        HEADER,
        '2024-01-02,"10,00","10,50","9,50","10,25",1000',
        '2024-01-03,"11,00","11,50","10,50","11,25",1001',
      ),
    },
    {
      what: '1.234,56',
      content: text(
        HEADER.replaceAll(',', ';'),
        '2024-01-02;1.234,5;1.235,5;1.233,5;1.234,75;1.000.000',
      ),
      rows: ['AAA 2024-01-02 1234.5 1235.5 1233.5 1234.75 1000000'],
    },
    {
      what: '1,234.56',
      content: text(HEADER, '2024-01-02,"1,234.5","1,235.5","1,233.5","1,234.75","1,000,000"'),
      rows: ['AAA 2024-01-02 1234.5 1235.5 1233.5 1234.75 1000000'],
    },
    {
      what: '12,34,567.8 as in India',
      content: text(
        HEADER,
        '2024-01-02,"12,34,567.8","12,34,567.8","12,34,567.8","12,34,567.8","1,00,000"',
      ),
      rows: ['AAA 2024-01-02 1234567.8 1234567.8 1234567.8 1234567.8 100000'],
    },
    {
      what: 'spaces and apostrophes between thousands',
      content: text(HEADER, "2024-01-02,1 234.5,1'235.5,1\u00a0233.5,1\u202f234.75,1 000 000"),
      rows: ['AAA 2024-01-02 1234.5 1235.5 1233.5 1234.75 1000000'],
    },
    {
      what: 'a decimal comma as given',
      content: text(HEADER, '2024-01-02,"1,234","1,235","1,233","1,234",7'),
      options: { decimalComma: true },
      rows: ['AAA 2024-01-02 1.234 1.235 1.233 1.234 7'],
    },
    {
      what: 'commas between thousands as given',
      content: text(HEADER, '2024-01-02,"1,234","1,235","1,233","1,234",7'),
      options: { decimalComma: false },
      rows: ['AAA 2024-01-02 1234 1235 1233 1234 7'],
    },
    {
      what: 'three decimal places',
      content: text(HEADER, '2024-01-02,1.234,1.235,1.233,1.234,7'),
      rows: ['AAA 2024-01-02 1.234 1.235 1.233 1.234 7'],
    },
    {
      what: 'currencies',
      content: text(HEADER, '2024-01-02,$10,€10.50,9.50 USD,£10.25,1000'),
      rows: [TWO[0]],
    },
    {
      what: '58.4M, 1.5B, 3K and 2T',
      content: text(
        HEADER,
        ...['58.4M', '1.5b', '3K', '2T'].map(
          (volume, i) => `2024-01-0${i + 2},10,10.5,9.5,10.25,${volume}`,
        ),
      ),
      rows: ['58400000', '1500000000', '3000', '2000000000000'].map(
        (volume, i) => `AAA 2024-01-0${i + 2} 10 10.5 9.5 10.25 ${volume}`,
      ),
    },
    {
      what: 'exponents',
      content: text(HEADER, '2024-01-02,1.0e1,1.05E+1,9.5e0,1025e-2,1e3'),
      rows: [TWO[0]],
    },
    // Parquet
    {
      what: 'Parquet of doubles',
      name: 'AAA.parquet',
      content: parquet(
        { date: ['2024-01-02', '2024-01-03'], ...PRICES, volume: [1000n, 1001n] },
        { date: 'STRING', ...DOUBLES, volume: 'INT64' },
      ),
    },
    {
      what: 'Parquet of single precision and timestamps',
      content: parquet(
        {
          date: [new Date('2024-01-02'), new Date('2024-01-03')],
          ...PRICES,
          open: [10.1, 11.1].map(Math.fround),
          volume: [1000, 1001],
        },
        { date: 'TIMESTAMP', ...DOUBLES, open: 'FLOAT', volume: 'DOUBLE' },
      ),
      rows: TWO.map((row, i) =>
        row.replace(i === 0 ? ' 10 ' : ' 11 ', i === 0 ? ' 10.1 ' : ' 11.1 '),
      ),
    },
    {
      what: 'Parquet in gzip',
      content: gzipSync(
        parquet(
          { unix: [1704153600n, 1704240000n], ...PRICES, volume: [1000n, 1001n] },
          { unix: 'INT64', ...DOUBLES, volume: 'INT64' },
        ),
      ),
    },
  ]

describe('a price file that can be read in one way', () => {
  it.each(readable.map((shape) => [shape.what, shape] as const))('%s', async (_what, shape) => {
    const { rows, notes } = await read(shape)
    expect(rows).toEqual(shape.rows ?? TWO)
    if (shape.note !== undefined) expect(notes.join('\n')).toMatch(shape.note)
  })
})

describe('the Parquet table of a bundle', () => {
  it('is read as it was written: decimals, symbols and times exactly', async () => {
    const directory = join(await scratch(), 'small')
    const { adjustments: _, ...content } = smallContent()
    await writeBundle(directory, { ...content, adjustments: [] })
    const read = await ingestCsv([join(directory, 'bars.parquet')], { name: 'small' })
    expect(memoryBundle(read).version).toBe(memoryBundle({ ...content, adjustments: [] }).version)
  })
})

const magic = (bytes: string) => Buffer.concat([Buffer.from(bytes, 'latin1'), Buffer.alloc(64)])
const prices = (...cells: string[]) => text(HEADER, `2024-01-02,${cells.join(',')}`)

const refused: readonly (Shape & { readonly message: RegExp })[] = [
  // Formats
  {
    what: 'xlsx',
    content: magic('PK\x03\x04....xl/workbook.xml'),
    message: /:1: not a csv file but an Excel workbook \(xlsx\); save the sheet as csv/,
  },
  {
    what: 'xls',
    content: magic('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    message: /an Excel workbook \(xls\)/,
  },
  {
    what: 'zip',
    content: magic('PK\x03\x04....prices.csv'),
    message: /a zip archive; unpack it and give the file in it/,
  },
  { what: 'SQLite', content: magic('SQLite format 3\0'), message: /an SQLite database; export/ },
  { what: 'PDF', content: magic('%PDF-1.7'), message: /a PDF document/ },
  { what: 'PNG', content: magic('\x89PNG\r\n\x1a\n'), message: /a PNG image/ },
  { what: 'zstd', content: magic('\x28\xb5\x2f\xfd'), message: /a zstd archive; unpack it/ },
  {
    what: 'Feather',
    content: magic('ARROW1'),
    message: /an Arrow \(Feather\) file; write it as Parquet or csv/,
  },
  {
    what: 'JSON',
    content: '[{"date":"2024-01-02","open":1}]',
    message: /but JSON; export the prices as csv/,
  },
  {
    what: 'a web page',
    content: '<!DOCTYPE html><html>404</html>',
    message: /a web page; download the csv file itself/,
  },
  {
    what: 'noise',
    content: Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919) % 256)),
    message: /binary data of an unknown format/,
  },
  {
    what: 'UTF-32',
    content: Buffer.from('\xff\xfe\0\0d\0\0\0', 'latin1'),
    message: /UTF-32, which is not read; save it as UTF-8/,
  },
  {
    what: 'cut gzip',
    content: gzipSync(CSV).subarray(0, 40),
    message: /a gzip file that cannot be unpacked \(unexpected end of file\); fetch it again/,
  },
  {
    what: 'damaged Parquet',
    content: magic('PAR1'),
    message: /not a readable Parquet file \(.*\); fetch or write it again/,
  },
  { what: 'an empty file', content: '', message: /AAA\.csv:1: the file is empty/ },
  { what: 'an empty gzip file', content: gzipSync(''), message: /:1: the file is empty/ },
  // Headers and widths
  {
    what: 'no header',
    content: text(...ROWS),
    message:
      /:1: no header that names the columns, but '2024-01-02,.*'; write one on the first line, like date,open/,
  },
  {
    what: 'a header after rows',
    content: text(ROWS[0]!, HEADER, ROWS[1]!),
    message: /:1: a row before the header on line 2; move the header up/,
  },
  {
    what: 'another separator in a row',
    content: text(HEADER, ROWS[0]!, ROWS[1]!.replaceAll(',', ';')),
    message:
      /:3: 1 cell where the header has 6: the header is separated by ',' and this line by ';'/,
  },
  {
    what: 'unquoted decimal commas',
    content: text(HEADER, '2024-01-02,10,00,10,50,9,50,10,25,1000'),
    message: /:2: 10 cells .*quote numbers that have a comma/,
  },
  {
    what: 'unquoted thousands',
    content: text(HEADER, ROWS[0]!, '2024-01-03,11,11,11,11,1,001'),
    message: /:3: 7 cells where the header has 6/,
  },
  {
    what: 'a short row',
    content: `${CSV}2024-01-04,1\n`,
    message: /:4: 2 cells where the header has 6; correct the row/,
  },
  {
    what: 'an open quote',
    content: text(HEADER, `"${ROWS[0]}`, ROWS[1]!),
    message: /:2: not csv \(a quote opened here is never closed\)/,
  },
  {
    what: 'two tickers side by side',
    content: text(
      'Price,Close,Close,High,Low,Open,Volume',
      'Ticker,AAA,BBB,AAA,AAA,AAA,AAA',
      'Date,,,,,,',
    ),
    message:
      /:2: columns of 2 assets side by side \('AAA', 'BBB'\); write one file or one row per asset/,
  },
  {
    what: 'adjusted closes alone',
    content: text('Date,Open,High,Low,Adj Close,Volume', ...ROWS),
    message: /:1: no column close; .*Adj Close is not taken for close/,
  },
  {
    what: 'two volumes',
    content: text(
      'Date,Open,High,Low,Close,Volume EUR,Volume USD',
      ...ROWS.map((row) => `${row},5`),
    ),
    message:
      /:1: which of the columns is the volume in units of 'AAA' is not clear: Volume EUR, Volume USD; rename/,
  },
  {
    what: 'a volume in money alone',
    content: text('Date,Open,High,Low,Close,Volume USD', ...ROWS),
    message: /rename that one to volume/,
  },
  // Dates
  {
    what: 'dates in either order',
    content: dated('01/02/2024', '02/03/2024'),
    message:
      /:2: '01\/02\/2024' can be 2024-02-01 or 2024-01-02, .*; give --date-format dd\/mm\/yyyy or --date-format mm\/dd\/yyyy/,
  },
  {
    what: 'dates in both orders',
    content: dated('13/01/2024', '01/14/2024'),
    message:
      /:3: '01\/14\/2024' does not have the form of the dates before it \(dd\/mm\/yyyy, as '13\/01\/2024' on line 2\)/,
  },
  {
    what: 'a year of two digits',
    content: dated('02/01/24', '03/01/24'),
    message: /:2: '02\/01\/24' can be read in several ways; give --date-format dd\/mm\/yy or/,
  },
  {
    what: 'a number of Excel',
    content: dated('45293', '45294'),
    message: /:2: '45293' can be read in several ways; give --date-format excel/,
  },
  {
    what: 'another form than given',
    content: CSV,
    options: { dateFormat: 'dd/mm/yyyy' },
    message: /:2: '2024-01-02' is not dd\/mm\/yyyy, the given --date-format/,
  },
  {
    what: 'an unknown form',
    content: CSV,
    options: { dateFormat: 'stardate' },
    message: /--date-format stardate is not a known form; give one of: yyyy-mm-dd/,
  },
  {
    what: 'a day that does not exist',
    content: dated('2024-02-30', '2024-03-01'),
    message: /:2: '2024-02-30' is not a date like 2014-06-09: there is no such day/,
  },
  {
    what: 'a zone by its letters',
    content: dated('2024-01-02 09:30 EST', '2024-01-03 09:30 EST'),
    message: /:2: .*EST is a name, not an offset from UTC; .*--timezone/,
  },
  {
    what: 'a zone in the header',
    content: dated('2024-01-02 09:30', '2024-01-03 09:30', 'Time (EST),Open,High,Low,Close,Volume'),
    message:
      /:2: '2024-01-02 09:30' is a time of EST, by the name of its column.*; give --timezone/,
  },
  {
    what: 'an offset on some rows',
    content: dated('2024-01-02T09:30:00-05:00', '2024-01-03T09:30:00'),
    message:
      /:3: '2024-01-03T09:30:00' has no offset from UTC, and other times of the file have one/,
  },
  {
    what: 'an unknown zone',
    content: dated('2024-01-02 09:30', '2024-01-03 09:30'),
    options: { timezone: 'Mars/Base' },
    message: /--timezone Mars\/Base is not a time zone/,
  },
  {
    what: 'an hour that the clock skips',
    content: dated('2024-03-10 02:30', '2024-03-10 03:30'),
    options: { timezone: 'America/New_York' },
    message: /:2: '2024-03-10 02:30' does not exist in America\/New_York/,
  },
  {
    what: 'one bar in the hour that comes twice',
    content: dated('2024-11-03 00:30', '2024-11-03 01:30'),
    options: { timezone: 'America/New_York' },
    message: /:3: '2024-11-03 01:30' comes twice in America\/New_York/,
  },
  {
    what: 'the hour that comes twice, without a zone',
    content: text(
      HEADER,
      ...['01:00', '01:30', '01:00'].map((time) =>
        ROWS[0]!.replace('2024-01-02', `2024-11-03 ${time}`),
      ),
    ),
    message: /:4: '2024-11-03 01:00' goes back .* daylight saving time ends; give --timezone/,
  },
  {
    what: 'seconds',
    content: dated('2024-01-02 09:30:30', '2024-01-03 09:30:30'),
    message:
      /:2: some bars do not start on a whole minute, the first of AAA at 2024-01-02T09:30:30/,
  },
  {
    what: 'dates out of order',
    content: `${CSV}${ROWS[0]!.replace('01-02', '01-01')}\n${ROWS[0]!.replace('01-02', '01-05')}\n`,
    message: /:4: 2024-01-01 comes after a later date of AAA; sort the file by date/,
  },
  {
    what: 'dates out of order, newest first',
    content: text(
      HEADER,
      ...['05', '04', '06', '02'].map((day) => ROWS[0]!.replace('01-02', `01-${day}`)),
    ),
    message: /:4: 2024-01-06 comes after an earlier date of AAA, in a file with the newest first/,
  },
  {
    what: 'a day twice',
    content: `${CSV}${ROWS[1]}\n`,
    message: /:4: duplicate bar of AAA on 2024-01-03; keep one/,
  },
  {
    what: 'an instant and a date that disagree',
    content: dated(
      '1704153600,2024-01-02',
      '1704240000,2024-01-04',
      'unix,date,open,high,low,close,volume',
    ),
    message: /:3: '1704240000' and '2024-01-04' are different times; keep one of the two columns/,
  },
  {
    what: 'an epoch that a spreadsheet cut',
    content: dated('1.70415E+12', '1.70424E+12'),
    message:
      /:2: '1\.70415E\+12' is not a date: a spreadsheet cut its digits; export it as a whole/,
  },
  {
    what: 'a time that does not exist',
    content: dated('2024-01-02 09:60', '2024-01-03 09:30'),
    message:
      /:2: '2024-01-02 09:60' is not a date: its time of day cannot be read; write 00:00:00 to/,
  },
  {
    what: 'parts of a second',
    content: dated('2024-01-02 09:30:00.500', '2024-01-03 09:30'),
    message: /:2: .* is not a date: it has parts of a second; write whole minutes/,
  },
  {
    what: 'a line below the rows',
    content: `${CSV}Source: a market\n`,
    message: /:4: 1 cell where the header has 6; correct the row, or remove the line/,
  },
  {
    what: 'a volume in millions',
    content: text('Date,Open,High,Low,Close,Volume (M)', ...ROWS),
    name: 'MSFT.csv',
    message: /:1: which of the columns is the volume in units of 'MSFT' is not clear: Volume \(M\)/,
  },
  // Numbers
  {
    what: 'commas that may be decimal',
    content: prices('"1,234"', '"1,235"', '"1,233"', '"1,234"', '7'),
    message:
      /:2: '1,234' has a comma before three digits, .*; give --decimal-comma or --thousands-comma/,
  },
  {
    what: 'both decimal marks',
    content: text(HEADER, ROWS[0]!, '2024-01-03,"11,00","11,50","10,50","11,25",1001'),
    message: /:3: '11,00' and '10.00' on line 2 have different decimal marks/,
  },
  {
    what: 'groups that are not of three',
    content: prices('"1,23,4.5"', '2', '1', '1', '1'),
    message: /:2: open: '1,23,4\.5' is not a plain decimal/,
  },
  {
    what: 'null',
    content: prices('null', 'null', 'null', 'null', 'null'),
    message: /:2: open is null; remove the row/,
  },
  {
    what: 'one volume of nothing',
    content: text(HEADER, ROWS[0]!, '2024-01-03,11.00,11.50,10.50,11.25,-'),
    message: /:3: volume is -; write 0 where nothing was traded/,
  },
  {
    what: 'a close and a settlement without a choice',
    content: text('Date,Open,High,Low,Last,Settle,Volume', ...ROWS.map((row) => `${row},5`)),
    message: /:1: columns Last and Settle mean the same; keep one and rename the other/,
  },
  {
    what: 'closes alone',
    content: text('Date,Close', '2024-01-02,10'),
    message:
      /:1: no column open; the header is Date,Close; add it, or rename the column that holds it/,
  },
  {
    what: 'a table of assets side by side',
    content: text('Date,AAPL,MSFT', '2024-01-02,10,20'),
    message: /:1: no header that names the columns, but 'Date,AAPL,MSFT'; write one/,
  },
  {
    what: 'a bond price in 32nds',
    content: prices("110'160", "110'160", "110'160", "110'160", '1'),
    message: /:2: open: '110'160' is not a plain decimal/,
  },
  {
    what: 'a fraction',
    content: prices('10 1/2', '10 1/2', '10 1/2', '10 1/2', '1'),
    message: /:2: open: '10 1\/2' is not a plain decimal/,
  },
  {
    what: 'a Git LFS pointer',
    content: text('version https://git-lfs.github.com/spec/v1', 'oid sha256:00', 'size 1'),
    message: /:1: not a csv file but a Git LFS pointer; fetch the file with: git lfs pull/,
  },
  {
    what: 'a zone by its name',
    content: dated('20240102 09:30:00 US/Eastern', '20240103 09:30:00 US/Eastern'),
    message: /:2: .* US\/Eastern is a name, not an offset from UTC/,
  },
  {
    what: 'a negative volume',
    content: prices('10', '10', '10', '10', '-1000'),
    message: /:2: volume -1000 is negative; correct it/,
  },
  {
    what: 'a price with a suffix',
    content: prices('10K', '10K', '10K', '10K', '1'),
    message: /:2: open: '10K' is not a plain decimal/,
  },
  {
    what: 'prices of 1e-18',
    content: prices('1e-18', '1e-18', '1e-18', '1e-18', '1'),
    message:
      /:2: open: 1e-18 .*; no scale holds a price below 10\^-15; give prices of a larger lot/,
  },
  {
    what: 'high below low',
    content: prices('10', '9', '11', '10', '1'),
    message: /:2: high 9 is below low 11; correct the bar/,
  },
  // What must not reach a terminal
  {
    what: 'escapes in a cell',
    content: prices('\u001b[31m9', '1', '1', '1', '1'),
    message: /:2: open: '\\x1b\[31m9' is not a plain decimal/,
  },
  {
    what: 'escapes in a header, named before the widths of rows',
    content: text('date\u001b]0;x\u0007,open,high,low,volume', ROWS[0]!),
    message: /date\\x1b\]0;x\\x07/,
  },
  {
    what: 'a mark of direction in a symbol',
    content: text(`symbol,${HEADER}`, `A\u202eB,${ROWS[0]}`),
    message: /'A\\u\{202e\}B' cannot name an asset/,
  },
]

describe('a price file that cannot', () => {
  it.each(refused.map((shape) => [shape.what, shape] as const))(
    'is refused with line, cause and remedy: %s',
    async (_what, shape) => {
      const error = await read(shape).then(
        ({ rows }) => new Error(`read as ${rows.join('; ')}`),
        (cause: Error) => cause,
      )
      expect(error.message).toMatch(shape.message)
      expect(error.message).not.toMatch(/[^\P{Cc}]|[\u200b-\u202e\ufffd]/u)
      expect(error.message).not.toMatch(/\.$/)
    },
  )
})
