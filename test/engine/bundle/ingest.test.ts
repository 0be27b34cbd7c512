import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fc, test } from '@fast-check/vitest'
import { afterAll, describe, expect, it } from 'vitest'
import { frequencyOf } from '../../../engine/bundle/frequency.js'
import { type IngestOptions, ingestCsv } from '../../../engine/bundle/ingest.js'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import { readDates } from '../../../engine/bundle/price-files/date-column.js'
import { sessionText } from '../../../engine/market/calendar.js'
import { drawn } from '../../fixtures/drawn.js'
import { scratch } from './bundle-cases.js'

const HEADER = 'date,open,high,low,close,volume'
const ROW = '2014-06-02,1.5,2,1,1.75,100'

async function file(text: string | readonly string[], name = 'AAA.csv'): Promise<string> {
  const path = join(await scratch(), name)
  await writeFile(path, typeof text === 'string' ? text : `${text.join('\n')}\n`)
  return path
}

describe('ingestCsv', () => {
  it('reads one asset per file, named after it, from any order of columns', async () => {
    const path = await file([
      '\uFEFFVolume, Close ,LOW,High,Open,Timestamp,adj_close',
      '100,1.75,1,2,1.5000000000,2014-06-02,9',
      '',
      '0,2,2,2,2,2014-06-03,9',
    ])
    const content = await ingestCsv([path])
    expect(content).toMatchObject({
      name: 'AAA',
      frequency: '1d',
      sessions: ['2014-06-02', '2014-06-03'],
      adjustments: [],
    })
    expect(content.bars[0]).toMatchObject({
      asset: 'AAA',
      open: Float64Array.of(1_500_000, 2_000_000),
      volume: Float64Array.of(1_000_000, 0),
    })
    expect(content.provenance).toEqual({ source: 'AAA.csv', synthetic: false })
  })

  it('joins the calendars of several files, and of several assets in one', async () => {
    const one = await file(
      [
        `Ticker,${HEADER}`,
        'X,2014-06-02,1,1,1,1,1',
        'Y,2014-06-02,1,1,1,1,1',
        'X,2014-06-04,1,1,1,1,1',
      ],
      'many.csv',
    )
    const two = await file([HEADER, '2014-06-03,1,1,1,1,1'], 'Z.csv')
    const content = await ingestCsv([one, two], { name: 'joined', provenance: { license: 'CC0' } })
    expect(content.sessions).toEqual(['2014-06-02', '2014-06-03', '2014-06-04'])
    expect(content.bars.map(({ asset, session }) => [asset, [...session]])).toEqual([
      ['X', [0, 2]],
      ['Y', [0]],
      ['Z', [1]],
    ])
    expect(content.provenance).toEqual({
      source: `${basename(one)}, ${basename(two)}`,
      synthetic: false,
      license: 'CC0',
    })
  })

  it('detects daily, hourly and minute bars', async () => {
    const at = (...times: string[]) => file([HEADER, ...times.map((time) => `${time},1,1,1,1,1`)])
    expect(
      (await ingestCsv([await at('2014-06-02 00:00:00', '2014-06-03 00:00:00+00:00')])).sessions,
    ).toEqual(['2014-06-02', '2014-06-03'])
    expect(await ingestCsv([await at('2014-06-02T00:00:00Z', '2014-06-02T05:00')])).toMatchObject({
      frequency: '1h',
    })
    const minutes = await ingestCsv([await at('2014-06-02T00:00:00', '2014-06-02T05:01:00.000Z')])
    expect(minutes).toMatchObject({
      frequency: '1m',
      sessions: ['2014-06-02T00:00:00', '2014-06-02T05:01:00'],
    })
    expect(await ingestCsv([await at('2014-06-02T05:00:00')], { frequency: '1m' })).toMatchObject({
      frequency: '1m',
    })
    await expect(ingestCsv([await at('2014-06-02T05:00:00')], { frequency: '1d' })).rejects.toThrow(
      'the bars are 1h, finer than the given frequency 1d',
    )
    await expect(ingestCsv([await at('2014-06-02T05:00:30')])).rejects.toThrow(
      'some bars do not start on a whole minute',
    )
  })

  it('rounds volumes exactly, only with roundVolume, and notes how many', async () => {
    const path = await file([
      HEADER,
      '2014-06-02,1,1,1,1,218102.59507500002',
      '2014-06-03,1,1,1,1,0.00005',
      '2014-06-04,1,1,1,1,.00015',
      '2014-06-05,1,1,1,1,7',
    ])
    await expect(ingestCsv([path])).rejects.toThrow(
      /AAA\.csv:2: volume: .* has 11 decimal places .*; round with --round-volume$/,
    )
    const content = await ingestCsv([path], {
      roundVolume: true,
      provenance: { notes: 'vendor feed' },
    })
    expect([...content.bars[0]!.volume]).toEqual([2_181_025_951, 0, 2, 70_000])
    expect(content.provenance.notes).toBe(
      'vendor feed; 3 volumes rounded half-even to 4 decimal places',
    )
    const huge = await file([HEADER, '2014-06-02,1,1,1,1,99999999999999.12345'])
    await expect(ingestCsv([huge], { roundVolume: true })).rejects.toMatchObject({
      code: 'precision',
    })
  })

  it('fits scales to the files with fitScales: prices always exactly, volumes where fifteen digits hold them', async () => {
    const fine = await file([
      HEADER,
      '2014-06-02,1.12345678,1.2,1,1.10,0.1234567',
      '2014-06-03,1,1,1,1,5',
    ])
    await expect(ingestCsv([fine])).rejects.toMatchObject({ code: 'precision' })
    const fitted = await ingestCsv([fine], { fitScales: true })
    expect(fitted.scales).toEqual({ price: 8, volume: 7, adjustment: 9 })
    expect([fitted.bars[0]!.open[0], fitted.bars[0]!.volume[0], fitted.provenance.notes]).toEqual([
      112_345_678,
      1_234_567,
      undefined,
    ])
    const wide = await file([HEADER, '2014-06-02,1,1,1,1,218102.59507500002'])
    const rounded = await ingestCsv([wide], { fitScales: true })
    expect([rounded.scales.volume, rounded.provenance.notes]).toEqual([
      4,
      '1 volume rounded half-even to 4 decimal places',
    ])
    const plain = await ingestCsv([await file([HEADER, ROW])], { fitScales: true })
    expect(plain.scales).toEqual({ price: 6, volume: 4, adjustment: 9 })
    await expect(ingestCsv([fine], { fitScales: true, scales: { price: 4 } })).rejects.toThrow(
      /use --price-scale 8/,
    )
  })

  it('reads exponents as the exact decimals they are', async () => {
    const path = await file([HEADER, '2014-06-02,1.0035e-06,1.1E-6,1e-06,1.05e-6,1.5e+06'])
    const { scales, bars, provenance } = await ingestCsv([path], { fitScales: true })
    expect([scales.price, provenance.notes]).toEqual([10, undefined])
    expect([
      bars[0]!.open[0],
      bars[0]!.high[0],
      bars[0]!.low[0],
      bars[0]!.close[0],
      bars[0]!.volume[0],
    ]).toEqual([10_035, 11_000, 10_000, 10_500, 15_000_000_000])
    await expect(ingestCsv([path])).rejects.toThrow(
      /:2: open: 1\.0035e-06 has 10 decimal places .*; use --price-scale 10, or/,
    )
  })

  it('refuses a price that a backtest could not recover, with the scale that fits', async () => {
    const path = await file([HEADER, `2021-05-10${',5000000000.5'.repeat(4)},100`], 'BIG.csv')
    await expect(ingestCsv([path])).rejects.toThrow(
      /BIG\.csv:2: open: 5000000000\.5 of BIG is more than 2\^51 ticks at 6 decimal places; use --price-scale 5$/,
    )
    const { scales, bars } = await ingestCsv([path], { scales: { price: 5 } })
    expect([scales.price, bars[0]!.open[0]]).toEqual([5, 500_000_000_050_000])
    expect((await ingestCsv([path], { fitScales: true })).scales.price).toBe(5)
  })

  const NOISE = '2014-06-02,100.3455810546875,100.5,100.25,100.34558105468750001,100'

  it('rounds prices that no scale can hold with fitScales or roundPrice only, and notes how many', async () => {
    const path = await file([HEADER, NOISE, '2014-06-03,2.5000005,2.5000015,2.5,2.5,1'])
    const fitted = await ingestCsv([path], { fitScales: true })
    expect([fitted.scales.price, fitted.provenance.notes]).toEqual([
      6,
      '4 prices rounded half-even to 6 decimal places',
    ])
    expect([...fitted.bars[0]!.open, ...fitted.bars[0]!.high]).toEqual([
      100_345_581, 2_500_000, 100_500_000, 2_500_002,
    ])
    await expect(ingestCsv([path])).rejects.toThrow(
      /:2: open: 100\.3455810546875 has 13 decimal places .*; round with --round-price$/,
    )
    const asked = await ingestCsv([path], { roundPrice: true })
    expect([asked.bars, asked.provenance]).toEqual([fitted.bars, fitted.provenance])
    expect(
      (await ingestCsv([path], { fitScales: true, scales: { price: 2 }, roundPrice: true }))
        .bars[0]!.open[1],
    ).toBe(250)
  })

  it('keeps four digits of prices too small for six places', async () => {
    const path = await file([HEADER, '2014-06-02,0.0000012345678901234567,1,0.0000012,1,1'])
    const { scales, bars } = await ingestCsv([path], { fitScales: true })
    expect([scales.price, bars[0]!.open[0]]).toEqual([9, 1235])
  })

  test.prop(
    [
      fc.array(
        fc.record({
          digits: fc.bigInt({ min: 1n, max: 10n ** 19n }),
          places: fc.integer({ min: 0, max: 24 }),
          volume: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.boolean(),
    ],
    { numRuns: drawn(1000) },
  )('names remedies that work: every refusal ends within two steps', async (values, fitScales) => {
    const rows = values.map(({ digits, places, volume }, i) => {
      const text = `${digits}e-${places}`
      const date = `2014-06-0${i + 1}`
      return volume ? `${date},1,1,1,1,${text}` : `${date},${text},${text},${text},${text},1`
    })
    await writeFile(await remedied, `${HEADER}\n${rows.join('\n')}\n`)
    // Two steps for prices and two for volumes, where both are refused.
    const sides = new Set(values.map(({ volume }) => volume)).size * 2
    let options: IngestOptions = { fitScales, scales: fitScales ? { price: 3 } : {} }
    for (let step = 0; ; step++) {
      const refusal = await ingestCsv([await remedied], options).then(
        () => undefined,
        (error: Error) => error.message,
      )
      if (refusal === undefined || /no scale holds/.test(refusal)) return
      expect(step, refusal).toBeLessThan(sides)
      options = applied(options, refusal.slice(refusal.lastIndexOf('; ')))
    }
  })

  const remedied = mkdtemp(join(tmpdir(), 'assay-remedy-')).then((root) => join(root, 'AAA.csv'))
  afterAll(async () => rm(dirname(await remedied), { recursive: true }))

  /** The options a remedy names, taken by their word. */
  function applied(options: IngestOptions, remedy: string): IngestOptions {
    const price = /--price-scale (\d+)/.exec(remedy)?.[1]
    const volume = /--volume-scale (\d+)/.exec(remedy)?.[1]
    const exact = remedy.includes(', or round')
    const changed = {
      ...options,
      scales: {
        ...options.scales,
        ...(price !== undefined && { price: Number(price) }),
        ...(volume !== undefined && { volume: Number(volume) }),
      },
      roundPrice: options.roundPrice === true || (!exact && remedy.includes('--round-price')),
      roundVolume: options.roundVolume === true || (!exact && remedy.includes('--round-volume')),
    }
    expect(changed, remedy).not.toEqual({ roundPrice: false, roundVolume: false, ...options })
    return changed
  }

  it('reads splits and dividends from a file of their own', async () => {
    const prices = await file([HEADER, ROW, '2014-06-03,1,1,1,1,1'])
    const adjustments = await file(
      ['Session,asset,kind,value', '2014-06-03,AAA,split,7.0', '2014-06-03,AAA,dividend,0.1'],
      'adjustments.csv',
    )
    const content = await ingestCsv([prices], { adjustments })
    expect(
      content.adjustments.map(({ session, kind, value }) => [session, kind, value.toFixed()]),
    ).toEqual([
      [1, 'split', '7'],
      [1, 'dividend', '0.1'],
    ])
    expect(memoryBundle(content).manifest.rows).toEqual({ bars: 2, adjustments: 2 })
    const long = await file(
      ['asset,session,kind,value', 'AAA,2014-06-03,split,0.33333333333'],
      'long.csv',
    )
    await expect(ingestCsv([prices], { adjustments: long })).rejects.toThrow(
      /use --adjustment-scale 11/,
    )
    expect(
      (await ingestCsv([prices], { adjustments: long, fitScales: true })).scales.adjustment,
    ).toBe(11)
  })

  const rows: readonly [string, string, RegExp][] = [
    ['an unknown asset', 'BBB,2014-06-02,split,2', /adjustments\.csv:2: no bars of asset BBB/],
    [
      'an unknown kind',
      'AAA,2014-06-02,spinoff,2',
      /:2: kind spinoff is neither split nor dividend/,
    ],
    ['a day without bars', 'AAA,2014-06-07,split,2', /:2: 2014-06-07 is not a session of the bars/],
    ['no date', 'AAA,soon,split,2', /:2: 'soon' is not a date/],
    ['no number', 'AAA,2014-06-02,split,two', /:2: 'two' is not a plain decimal/],
    ['too many places', 'AAA,2014-06-02,split,1.00000000001', /:2: .*use --adjustment-scale 11/],
    ['zero', 'AAA,2014-06-02,split,0', /:2: split 0 is not positive/],
  ]

  it.each(rows)('refuses an adjustment with %s', async (_, row, message) => {
    const adjustments = await file(['asset,session,kind,value', row], 'adjustments.csv')
    await expect(ingestCsv([await file([HEADER, ROW])], { adjustments })).rejects.toThrow(message)
  })

  const twoRows = ['2014-06-02,10,10,10,10,1', '2014-06-05,10,10,10,10,1']
  const events: readonly [string, readonly string[], RegExp][] = [
    [
      'after the last bar',
      ['AAA,2014-06-09,split,2'],
      /events\.csv:2: 2014-06-09 is not a session of the bars; it is after the last bar, 2014-06-05; give prices that reach it, or remove the row/,
    ],
    [
      'before the first bar',
      ['AAA,2014-06-01,split,2'],
      /:2: .*; it is before the first bar, 2014-06-02; give prices that reach back to it/,
    ],
    [
      'between two bars',
      ['AAA,2014-06-03,split,2'],
      /:2: 2014-06-03 is not a session of the bars; use the first session after it, 2014-06-05/,
    ],
    [
      'given twice',
      ['AAA,2014-06-05,dividend,1', 'AAA,2014-06-05,split,2', 'AAA,2014-06-05,dividend,2'],
      /events\.csv:4: dividend . of AAA on 2014-06-05 is the second dividend that session \(the first is on line 2\); join them into one/,
    ],
    [
      'larger than the close before it',
      ['AAA,2014-06-02,dividend,99', 'AAA,2014-06-05,dividend,10'],
      /events\.csv:3: dividend 10 of AAA on 2014-06-05 is not smaller than the close before it; correct it/,
    ],
  ]

  it.each(events)('names the line of an event %s', async (_, lines, message) => {
    const prices = await file([HEADER, ...twoRows])
    const adjustments = await file(['asset,session,kind,value', ...lines], 'events.csv')
    const read = await ingestCsv([prices], { adjustments }).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(read).toMatch(message)
  })

  it('reads events in the forms of price files, and refuses a doubled column', async () => {
    const prices = await file([HEADER, ...twoRows])
    const adjustments = await file(
      ['sep=;', '# made by hand', 'Asset;Session;Kind;Value', 'AAA;5 Jun 2014;dividend;0,25'],
      'events.csv',
    )
    const { adjustments: read } = await ingestCsv([prices], { adjustments })
    expect([read[0]!.session, read[0]!.value.toFixed()]).toEqual([1, '0.25'])
    const doubled = await file(
      ['asset,session,kind,value,Value', 'AAA,2014-06-05,dividend,1,2'],
      'events.csv',
    )
    await expect(ingestCsv([prices], { adjustments: doubled })).rejects.toThrow(
      /events\.csv:1: columns value and Value mean the same; keep one and rename the other/,
    )
  })

  it('leaves out other columns of events, also by the names of properties', async () => {
    const prices = await file([HEADER, ...twoRows])
    const adjustments = await file(
      ['asset,session,kind,value,constructor,constructor', 'AAA,2014-06-05,dividend,0.25,1,2'],
      'events.csv',
    )
    const { adjustments: read } = await ingestCsv([prices], { adjustments })
    expect(read.map(({ value }) => value.toFixed())).toEqual(['0.25'])
  })

  it('reads the kind of an event in any case', async () => {
    const prices = await file([HEADER, ...twoRows])
    const adjustments = await file(
      ['asset,session,kind,value', 'AAA,2014-06-05,Split,2', 'AAA,2014-06-05,DIVIDEND,0.1'],
      'events.csv',
    )
    const { adjustments: read } = await ingestCsv([prices], { adjustments })
    expect(read.map(({ kind }) => kind).sort()).toEqual(['dividend', 'split'])
  })

  it('refuses an adjustments file without its columns', async () => {
    const adjustments = await file(
      ['asset,date,kind,value', 'AAA,2014-06-02,split,2'],
      'adjustments.csv',
    )
    await expect(ingestCsv([await file([HEADER, ROW])], { adjustments })).rejects.toThrow(
      /:1: the columns asset, session, kind, value belong here/,
    )
  })

  const faults: readonly [string, string | readonly string[], RegExp][] = [
    ['an empty file', '', /AAA\.csv:1: the file is empty/],
    ['a header alone', HEADER, /AAA\.csv:1: the file has a header but no rows/],
    [
      'a missing column',
      ['date,open,high,low,volume', '2014-06-02,1,1,1,1'],
      /:1: no column close; the header is date,open,high,low,volume/,
    ],
    [
      'no date column',
      ['day,open,high,low,close,volume', ROW],
      /:1: no column date or session or timestamp or datetime or time/,
    ],
    [
      'two date columns',
      ['date,session,open,high,low,close,volume', '2014-06-02,2014-06-02,1,1,1,1,1'],
      /:1: columns date and session mean the same/,
    ],
    [
      'a doubled column',
      ['date,open,high,low,close,volume,Close', `${ROW},1`],
      /:1: columns close and Close mean the same/,
    ],
    [
      'a row with too few cells',
      [HEADER, ROW, '2014-06-03,1,1'],
      /:3: 3 cells where the header has 6/,
    ],
    ['broken quotes', [HEADER, '"2014-06-02,1,1,1,1,1'], /AAA\.csv:\d+: not csv \(/],
    ['an empty value', [HEADER, '2014-06-02,1,1,1,,1'], /:2: close is empty; remove the row/],
    ['NaN', [HEADER, ROW, '2014-06-03,nan,1,1,1,1'], /:3: open is nan; remove the row/],
    [
      'text for a price',
      [HEADER, '2014-06-02,1,1,1,one,1'],
      /:2: close: 'one' is not a plain decimal/,
    ],
    [
      'text for a volume',
      [HEADER, '2014-06-02,1,1,1,1,many'],
      /:2: volume: 'many' is not a plain decimal/,
    ],
    [
      'a price with seven places',
      [HEADER, '2014-06-02,1,1,1,1.0000001,1'],
      /:2: close: 1\.0000001 has 7 decimal places .*; use --price-scale 7/,
    ],
    ['a negative price', [HEADER, '2014-06-02,1,1,-1,1,1'], /:2: price -1 is not positive/],
    ['a zero price', [HEADER, '2014-06-02,1,1,0.0,1,1'], /:2: price 0 is not positive/],
    [
      'a negative volume',
      [HEADER, '2014-06-02,1,1,1,1,-5'],
      /:2: volume -5 is negative; correct it/,
    ],
    ['high below low', [HEADER, '2014-06-02,1,1,2,1,1'], /:2: high 1 is below low 2/],
    [
      'a date that does not exist',
      [HEADER, '2014-02-30,1,1,1,1,1'],
      /:2: '2014-02-30' is not a date like 2014-06-09/,
    ],
    [
      'another date form',
      [HEADER, '06/02/2014,1,1,1,1,1'],
      /:2: '06\/02\/2014' can be 2014-02-06 or 2014-06-02.*; give --date-format dd\/mm\/yyyy or --date-format mm\/dd\/yyyy/,
    ],
    [
      'a time zone without an offset',
      [HEADER, '2014-06-02 10:00:00 EDT,1,1,1,1,1'],
      /is not a date: EDT is a name, not an offset from UTC; write one like -05:00/,
    ],
    [
      'unsorted dates',
      [HEADER, '2014-06-01,1,1,1,1,1', '2014-06-03,1,1,1,1,1', ROW],
      /:4: 2014-06-02 comes after a later date of AAA; sort the file by date/,
    ],
    ['a duplicate bar', [HEADER, ROW, ROW], /:3: duplicate bar of AAA on 2014-06-02; keep one/],
  ]

  it.each(faults)('refuses %s, naming file, line and remedy', async (_, text, message) => {
    await expect(ingestCsv([await file(text)])).rejects.toThrow(message)
  })

  it('refuses names that could leave a directory, missing files, and an asset given twice', async () => {
    await expect(ingestCsv([await file([`asset,${HEADER}`, `../x,${ROW}`])])).rejects.toThrow(
      /:2: '\.\.\/x' cannot name an asset/,
    )
    await expect(ingestCsv([await file([HEADER, ROW], 'my~prices.csv')])).rejects.toThrow(
      /'my~prices' cannot name an asset.*rename the file/,
    )
    await expect(ingestCsv(['nowhere.csv'])).rejects.toThrow(
      'nowhere.csv does not exist; name a readable csv file',
    )
    await expect(ingestCsv([await scratch()])).rejects.toThrow(/cannot be read \(EISDIR\)/)
    await expect(ingestCsv([])).rejects.toThrow('no price file given')
    const path = await file([HEADER, ROW])
    await expect(ingestCsv([path, path])).rejects.toThrow(
      /asset AAA is in both .*; join or rename one/,
    )
  })
})

const PRICES = fileURLToPath(new URL('../../../../shared/data/prices/', import.meta.url))

describe.skipIf(!existsSync(PRICES))('real price files', () => {
  it('ingests the daily files completely', async () => {
    const bundle = memoryBundle(
      await ingestCsv([`${PRICES}vega_SP500_2000-2020.csv`, `${PRICES}zl_KO_2012-2014.csv`]),
    )
    expect(bundle.manifest.assets.map(({ id }) => id)).toEqual([
      'vega_SP500_2000-2020',
      'zl_KO_2012-2014',
    ])
    expect(bundle.manifest.rows.bars).toBe(5105 + 754)
  })

  it('ingests minute bars, whose interpolated volumes need rounding', async () => {
    const content = await ingestCsv([`${PRICES}naut_BTC-PERP_1m.csv`], { roundVolume: true })
    const { calendar } = memoryBundle(content)
    expect([content.frequency, calendar.length, sessionText(calendar, 0)]).toEqual([
      '1m',
      45_031,
      '2021-12-31T23:01:00',
    ])
    expect(content.provenance.notes).toBe('14 volumes rounded half-even to 4 decimal places')
  })
})

describe('timestamps', () => {
  it('are UTC in every format', () => {
    const time = Date.UTC(2014, 5, 9, 14, 30)
    for (const text of [
      '2014-06-09 14:30',
      '2014-06-09T14:30:00',
      '2014-06-09T14:30:00.000Z',
      '2014-06-09 14:30:00+00:00',
      '2014-06-09T14:30:00-0000',
    ]) {
      const [stamp] = readDates('a.csv', [{ line: 1, text }], undefined)
      expect(stamp!.day + stamp!.time! - (stamp!.offset ?? 0)).toBe(time)
    }
    const parts = [{ line: 1, text: '2014-06-09T14:30:00.500Z' }]
    expect(() => readDates('a.csv', parts, undefined)).toThrow(/is not a date/)
    expect(frequencyOf([0, 3_600_000, 60_000])).toBe('1m')
    expect(frequencyOf([0, 1])).toBeUndefined()
  })
})
