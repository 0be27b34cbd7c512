import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDecimal, ticksToText } from '../../engine/market/money.js'
import { temporaryDirectory } from '../fixtures/bench.js'
import { exactCrossover } from '../support.js'
import { assay } from './assay.js'

const EXAMPLE = join('scenarios', 'market', 'data', 'example.csv')
const SHARED = join('..', 'shared')

/** The example's volumes, and splits given for prices that did not split. */
const EXPECTED_NOTES =
  /^note: (?:\d+ volumes rounded half-even to \d+ decimal places|example has a split of .* but no jump of the price .*)\n/gm

async function backtestJson(...words: string[]) {
  const { code, stdout, stderr } = await assay(['backtest', ...words, '--json'])
  expect(stderr.replace(EXPECTED_NOTES, '')).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

/** Rows of a price file as exact ticks. */
function ticksOf(path: string) {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  const column = (index: number) => rows.map((row) => BigInt(parseDecimal(row[index]!, 6)))
  return { dates: rows.map(([date]) => date!), opens: column(1), closes: column(4) }
}

describe('assay backtest', () => {
  it('gives the fills and the equity of an exact oracle that shares no code with the engine', async () => {
    const { dates, opens, closes } = ticksOf(EXAMPLE)
    const oracle = exactCrossover(opens, closes, 20, 50, 1_000_000n * 1_000_000n)
    const got = await backtestJson('--csv', EXAMPLE, '--fast', '20', '--slow', '50')
    expect(oracle.fills.length).toBeGreaterThan(10)
    expect(got.fills).toEqual(
      oracle.fills.map(({ bar, shares, price }) => ({
        date: dates[bar],
        asset: 'example',
        shares: Number(shares),
        price: ticksToText(price, 6),
      })),
    )
    expect(got.finalEquity).toBe(ticksToText(oracle.equity, 6))
    expect(got.bars).toBe(756)
  })

  it('gives one digest for frames and arrays, baseline and layers, CSV files, CSV bundles and Parquet bundles', async () => {
    const root = temporaryDirectory()
    const sources = [['--csv', EXAMPLE]]
    for (const format of ['parquet', 'csv']) {
      const ingested = await assay([
        'bundle',
        'ingest',
        join(root, format),
        '--csv',
        EXAMPLE,
        '--format',
        format,
      ])
      expect(ingested).toMatchObject({ code: 0, stderr: '' })
      sources.push(['--bundle', join(root, format)])
    }
    const digests = new Set<string>()
    for (const source of sources) {
      for (const config of [
        'baseline',
        'layer1',
        'layer1.asset-list+layer1.pre-grouped',
        'layer1+layer2',
        'defaults',
      ]) {
        for (const returnType of ['dataframe', 'array']) {
          digests.add(
            (await backtestJson(...source, '--config', config, '--return-type', returnType)).digest,
          )
        }
      }
    }
    expect(digests.size).toBe(1)
  })

  it('prints the same for people, without --json', async () => {
    const { code, stdout } = await assay(['backtest', '--csv', EXAMPLE])
    expect(code).toBe(0)
    expect(stdout).toMatch(/final equity\s+\d+(\.\d+)?\n/)
    expect(stdout).toMatch(/bars\s+756 \(\d+ per second\)/)
  })

  it('counts sessions per year from the data or as given, and subtracts a risk-free rate', async () => {
    const words = ['--csv', EXAMPLE, '--fast', '20', '--slow', '50']
    const usual = await backtestJson(...words)
    expect([usual.periodsPerYear, usual.riskFree]).toEqual([252, 0])
    const monthly = await backtestJson(...words, '--periods-per-year', '12')
    expect(monthly.metrics.sharpe / usual.metrics.sharpe).toBeCloseTo(Math.sqrt(12 / 252), 9)
    const excess = await backtestJson(...words, '--risk-free', '0.02')
    const { sharpe, volatility } = usual.metrics
    expect([excess.riskFree, excess.metrics.volatility]).toEqual([0.02, volatility])
    const perYear = (1.02 ** (1 / 252) - 1) * 252
    expect(excess.metrics.sharpe).toBeCloseTo(sharpe - perYear / volatility, 9)
  })

  it('reads a split of 1:3, and notes a decimal that is rounded from it', async () => {
    const root = temporaryDirectory()
    const prices = join(root, 'R.csv')
    const bars = [10, 11, 12, 36, 45].map(
      (price, i) => `2024-01-0${i + 1},${price},${price},${price},${price},1000`,
    )
    writeFileSync(prices, `date,open,high,low,close,volume\n${bars.join('\n')}\n`)
    const run = (value: string) => {
      const events = join(root, 'events.csv')
      writeFileSync(events, `asset,session,kind,value\nR,2024-01-04,split,${value}\n`)
      return assay([
        'backtest',
        '--csv',
        prices,
        '--adjustments',
        events,
        '--fast',
        '1',
        '--slow',
        '2',
        '--shares',
        '30',
        '--cash',
        '1000',
      ])
    }
    const [exactly, rounded] = [await run('1:3'), await run('0.333333333')]
    for (const { code, stdout } of [exactly, rounded])
      expect([code, stdout.split('\n')[0]]).toEqual([0, 'final equity   1090'])
    expect(exactly.stderr).toBe('')
    expect(rounded.stderr).toMatch(/^note: events\.csv:2: split 0\.333333333 of R is read as 1:3, /)
  })

  it('writes every operation of every cache to stderr with --log debug, and changes no result', async () => {
    const words = [
      'backtest',
      '--csv',
      EXAMPLE,
      '--config',
      'layer1+layer2',
      '--return-type',
      'dataframe',
      '--json',
    ]
    const silent = await assay(words)
    const logged = await assay([...words, '--log', 'debug'])
    expect(JSON.parse(logged.stdout).digest).toBe(JSON.parse(silent.stdout).digest)
    expect(silent.stderr).toBe('')
    const operations = logged.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ cache, operation }: Record<string, string>) => `${cache} ${operation}`)
    expect(operations.slice(0, 6)).toEqual([
      'assetList miss',
      'assetList store',
      'preGrouped miss',
      'preGrouped store',
      'history.kept miss',
      'history.kept store',
    ])
    expect(operations.filter((operation) => operation === 'history.kept miss')).toHaveLength(
      756 - 49,
    )
    expect((await assay([...words, '--log', 'warn'])).stderr).toBe('')
  })

  it('applies the events of --adjustments point in time: a 2:1 split doubles what is held', async () => {
    const root = temporaryDirectory()
    const events = join(root, 'events.csv')
    writeFileSync(
      events,
      'asset,session,kind,value\nexample,2018-06-01,split,2\nexample,2018-09-04,dividend,0.51\n',
    )
    const plain = await backtestJson('--csv', EXAMPLE)
    const adjusted = await backtestJson('--csv', EXAMPLE, '--adjustments', events)
    expect(adjusted.digest).not.toBe(plain.digest)
  })

  it('charges slippage and commission', async () => {
    const free = await backtestJson('--csv', EXAMPLE)
    const costs = [
      ['--slippage', 'bps:5'],
      ['--commission', 'per-share:0.005'],
      ['--commission', 'per-trade:1'],
      ['--commission', 'per-dollar:0.001'],
    ]
    for (const cost of costs) {
      const charged = await backtestJson('--csv', EXAMPLE, ...cost)
      expect(Number(charged.finalEquity)).toBeLessThan(Number(free.finalEquity))
    }
    const thin = await backtestJson('--csv', EXAMPLE, '--slippage', 'volume-share:0.000000001:0.1')
    expect(thin.fills.length).toBeGreaterThan(free.fills.length)
  })

  it('trades only between --start and --end, with what came before as warm-up', async () => {
    const { fills } = await backtestJson(
      '--csv',
      EXAMPLE,
      '--start',
      '2018-06-01',
      '--end',
      '2019-06-01',
    )
    expect(fills.length).toBeGreaterThan(0)
    expect(
      fills.every(({ date }: { date: string }) => date > '2018-06-01' && date < '2019-06-01'),
    ).toBe(true)
  })

  it('keeps as many decimal places as the prices have', async () => {
    const file = join(temporaryDirectory(), 'tiny.csv')
    const rows = Array.from({ length: 120 }, (_, i) => {
      const price = (0.00001234 + 0.00000001 * ((i * 37) % 41)).toFixed(8)
      return `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)},${price},${price},${price},${price},1000.1234567`
    })
    writeFileSync(file, `date,open,high,low,close,volume\n${rows.join('\n')}\n`)
    const { fills } = await backtestJson('--csv', file, '--fast', '3', '--slow', '7', '--cash', '1')
    expect(fills.length).toBeGreaterThan(5)
    expect(fills[0].price).toMatch(/^0\.0000\d{1,4}$/)
    const refused = await assay(['backtest', '--csv', file, '--price-scale', '6'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--price-scale 8')
  })

  it('rounds prices with float noise and notes it; refuses them, with a remedy that works, where a scale is given', async () => {
    const root = temporaryDirectory()
    const file = join(root, 'noise.csv')
    const rows = Array.from({ length: 60 }, (_, i) => {
      const price = Math.fround(100 + ((i * 37) % 41) / 7)
      return `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)},${price},${price},${price},${price},1e3`
    })
    writeFileSync(file, `date,open,high,low,close,volume\n${rows.join('\n')}\n`)
    const words = ['backtest', '--csv', file, '--fast', '3', '--slow', '7']
    const fitted = await assay(words)
    expect(fitted).toMatchObject({ code: 0 })
    expect(fitted.stderr).toMatch(/^note: \d+ prices rounded half-even to 6 decimal places\n$/)
    expect((await assay([...words, '--price-scale', '6'])).stderr).toMatch(
      /; round with --round-price\n$/,
    )
    const asked = await assay([...words, '--price-scale', '6', '--round-price'])
    expect(asked).toMatchObject({ code: 0, stderr: fitted.stderr })
    expect((await assay(['bundle', 'ingest', join(root, 'noise'), '--csv', file])).stderr).toMatch(
      /; round with --round-price\n$/,
    )
    const ingested = await assay([
      'bundle',
      'ingest',
      join(root, 'noise'),
      '--csv',
      file,
      '--round-price',
    ])
    expect(ingested).toMatchObject({ code: 0, stderr: fitted.stderr })
  })

  it('notes that nothing can fill where no bar has any volume, from price files and from a bundle', async () => {
    const root = temporaryDirectory()
    const file = join(root, 'index.csv')
    const rows = readFileSync(EXAMPLE, 'utf8').trim().split('\n')
    const volume = rows[0]!.split(',').indexOf('volume')
    const silent = rows.map((line, i) =>
      i === 0 ? line : line.split(',').with(volume, '0').join(','),
    )
    writeFileSync(file, `${silent.join('\n')}\n`)
    expect(await assay(['bundle', 'ingest', join(root, 'index'), '--csv', file])).toMatchObject({
      code: 0,
    })
    for (const source of [
      ['--csv', file],
      ['--bundle', join(root, 'index')],
    ]) {
      const { code, stderr } = await assay(['backtest', ...source])
      expect(code).toBe(0)
      expect(stderr).toMatch(
        /^note: no bar has any volume, so no order can ever fill; give the traded volumes.*\n$/,
      )
    }
  })

  it('names before a run what would pass in silence, on stderr alone', async () => {
    const root = temporaryDirectory()
    const events = join(root, 'events.csv')
    const adjusted = join(root, 'ADJ.csv')
    writeFileSync(events, 'asset,session,kind,value\nADJ,2020-08-31,split,4\n')
    writeFileSync(
      adjusted,
      [
        'date,open,high,low,close,volume',
        '2020-08-27,127.14,127.49,123.83,127.01,1000',
        '2020-08-28,127.20,127.44,124.58,127.30,1000',
        '2020-08-31,127.58,131.00,126.00,129.04,1000',
        '2020-09-01,132.76,134.80,130.53,134.18,1000',
        '',
      ].join('\n'),
    )
    const run = await assay([
      ...['backtest', '--csv', adjusted, '--adjustments', events],
      ...['--fast', '1', '--slow', '500', '--json'],
    ])
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout).fills).toEqual([])
    expect(run.stderr).toMatch(/note: ADJ has a split of 4 on 2020-08-31, but no jump of the price/)
    expect(run.stderr).toMatch(/note: no trade in ADJ, because it has 4 bars and the longest/)
    expect(run.stderr.split('\n')).toHaveLength(3)
  })

  it('checks the data more closely with --check-data', async () => {
    const { code, stderr } = await assay(['backtest', '--csv', EXAMPLE, '--check-data'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/note: 1 asset checked, nothing found\n$/)
  })

  it('refuses a daily file beside an hourly one by name', async () => {
    const root = temporaryDirectory()
    const row = (stamp: string) => `${stamp},1.00,1.00,1.00,1.00,1000`
    const header = 'date,open,high,low,close,volume'
    const files = { DAY: ['2024-01-01', '2024-01-02', '2024-01-03'].map(row), HOUR: [] as string[] }
    for (let hour = 0; hour < 72; hour++) {
      const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 19)
      files.HOUR.push(row(`${time}Z`))
    }
    const paths = Object.entries(files).map(([name, rows]) => {
      writeFileSync(join(root, `${name}.csv`), [header, ...rows, ''].join('\n'))
      return join(root, `${name}.csv`)
    })
    const { code, stdout, stderr } = await assay(['backtest', '--csv', ...paths])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/DAY has a bar every day and HOUR every hour: .*resample them/)
  })

  it.each([
    ['no source', [], '--csv'],
    ['two sources', ['--csv', EXAMPLE, '--bundle', 'x'], '--csv cannot be used with --bundle'],
    ['a missing file', ['--csv', 'no-such.csv'], 'no-such.csv does not exist'],
    ['a missing bundle', ['--bundle', 'no-such-bundle'], 'no-such-bundle'],
    [
      'an unknown strategy',
      ['--csv', EXAMPLE, '--strategy', 'magic'],
      '--strategy magic: give sma-crossover',
    ],
    ['fast above slow', ['--csv', EXAMPLE, '--fast', '50', '--slow', '20'], '--fast'],
    ['a window of zero', ['--csv', EXAMPLE, '--fast', '0'], '--fast'],
    ['half a window', ['--csv', EXAMPLE, '--fast', '2.5'], '--fast'],
    ['no shares', ['--csv', EXAMPLE, '--shares', '0'], '--shares'],
    ['negative cash', ['--csv', EXAMPLE, '--cash=-5'], '--cash'],
    ['an unknown layer', ['--csv', EXAMPLE, '--config', 'layer11'], 'layer1'],
    ['an unknown return type', ['--csv', EXAMPLE, '--return-type', 'polars'], 'dataframe or array'],
    ['an unknown slippage', ['--csv', EXAMPLE, '--slippage', 'lots'], 'bps:5'],
    ['an unknown commission', ['--csv', EXAMPLE, '--commission', 'lots'], 'per-share'],
    ['no periods', ['--csv', EXAMPLE, '--periods-per-year', '0'], 'such as 252, 365 or 12'],
    ['a rate in percent', ['--csv', EXAMPLE, '--risk-free', '2'], '0.02 is 2 %'],
    ['a rate that is not a number', ['--csv', EXAMPLE, '--risk-free', '2%'], '--risk-free'],
    ['an unknown fill', ['--csv', EXAMPLE, '--fill', 'yesterday'], 'next-open or next-close'],
    ['an impossible date', ['--csv', EXAMPLE, '--start', '2018-02-30'], '2018-02-30'],
    ['an unknown log level', ['--csv', EXAMPLE, '--log', 'verbose'], 'silent or warn or debug'],
    ['an unknown option', ['--csv', EXAMPLE, '--turbo'], '--turbo'],
  ])('refuses %s in one line, exit 2', async (_what, words, named) => {
    const { code, stdout, stderr } = await assay(['backtest', ...words])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(named)
  })

  it('refuses garbage in the environment by name, where the configuration reads it', async () => {
    const env = { ...process.env, ASSAY_LRU_MAXSIZE: 'many' }
    const { code, stderr } = await assay(['backtest', '--csv', EXAMPLE], { env })
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('ASSAY_LRU_MAXSIZE')
    const baseline = ['backtest', '--csv', EXAMPLE, '--config', 'baseline']
    expect((await assay(baseline, { env })).code).toBe(0)
  })

  it.each([
    ['a missing column', 'date,open,high,low,volume\n2020-01-02,1,1,1,1\n', 'close'],
    [
      'unsorted dates',
      'date,open,high,low,close,volume\n2020-01-03,1,1,1,1,1\n2020-01-02,1,1,1,1,1\n2020-01-06,1,1,1,1,1\n',
      ':3',
    ],
    [
      'duplicate bars',
      'date,open,high,low,close,volume\n2020-01-03,1,1,1,1,1\n2020-01-03,1,1,1,1,1\n',
      'duplicate',
    ],
    ['NaN', 'date,open,high,low,close,volume\n2020-01-03,1,1,1,NaN,1\n', 'close'],
    [
      'a negative price',
      'date,open,high,low,close,volume\n2020-01-03,1,1,-1,1,1\n',
      'not positive',
    ],
    ['high below low', 'date,open,high,low,close,volume\n2020-01-03,1,1,2,1,1\n', ':2'],
    ['an empty file', '', 'empty'],
    ['a header alone', 'date,open,high,low,close,volume\n', 'no rows'],
    ['a bad date', 'date,open,high,low,close,volume\n2020-13-03,1,1,1,1,1\n', '2020-13-03'],
    ['a ragged row', 'date,open,high,low,close,volume\n2020-01-03,1,1,1\n', ':2'],
  ])('refuses a price file with %s: file, line, remedy, exit 2', async (_what, text, named) => {
    const file = join(temporaryDirectory(), 'prices.csv')
    writeFileSync(file, text)
    const { code, stdout, stderr } = await assay(['backtest', '--csv', file])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('prices.csv')
    expect(stderr).toContain(named)
  })
})

describe('assay bundle', () => {
  it('validates what it ingested, and names the damage of what was changed since', async () => {
    const directory = join(temporaryDirectory(), 'mine')
    expect(await assay(['bundle', 'ingest', directory, '--csv', EXAMPLE])).toMatchObject({
      code: 0,
    })
    expect(await assay(['bundle', 'validate', directory])).toMatchObject({ code: 0, stderr: '' })
    const bars = join(directory, 'bars.parquet')
    const bytes = readFileSync(bars)
    bytes[200]! ^= 1
    writeFileSync(bars, bytes)
    const { code, stdout, stderr } = await assay(['bundle', 'validate', directory])
    expect(code).toBe(2)
    expect(stdout).toContain('bars.parquet')
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('turns the CSV form of a directory into Parquet in place', async () => {
    const directory = join(temporaryDirectory(), 'legacy')
    await assay(['bundle', 'ingest', directory, '--csv', EXAMPLE, '--format', 'csv'])
    const before = await backtestJson('--bundle', directory)
    expect(await assay(['bundle', 'ingest', directory])).toMatchObject({ code: 0 })
    expect(existsSync(join(directory, 'bars.parquet'))).toBe(true)
    expect(existsSync(join(directory, 'bars.csv'))).toBe(false)
    expect((await backtestJson('--bundle', directory)).digest).toBe(before.digest)
  })

  it('names the option where a price file does not decide, in both commands', async () => {
    const root = temporaryDirectory()
    const file = join(root, 'mine.csv')
    const rows = [
      'Date;Open;High;Low;Close',
      '02/01/2024 09:30;1,250;1,250;1,250;1,250',
      '03/01/2024 09:30;1,500;1,500;1,500;1,500',
    ]
    writeFileSync(file, `${rows.join('\n')}\n`)
    const backtest = ['backtest', '--csv', file, '--fast', '1', '--slow', '2']
    const ingest = ['bundle', 'ingest', join(root, 'made'), '--csv', file]
    for (const words of [backtest, ingest]) {
      const asked = [
        [[], '--date-format dd/mm/yyyy or --date-format mm/dd/yyyy'],
        [['--date-format', 'dd/mm/yyyy'], '--decimal-comma or --thousands-comma'],
        [['--date-format', 'dd/mm/yyyy', '--thousands-comma', '--timezone', 'Nowhere'], 'Nowhere'],
        [['--decimal-comma', '--thousands-comma'], 'cannot be used with'],
        [['--assume-volume', 'much'], '--assume-volume much: give a plain amount'],
      ] as const
      for (const [options, named] of asked) {
        const { code, stderr } = await assay([...words, ...options])
        expect(code).toBe(2)
        expect(stderr.trim().split('\n')).toHaveLength(1)
        expect(stderr).toContain(named)
      }
    }
    const decided = ['--date-format', 'dd/mm/yyyy', '--decimal-comma', '--assume-volume', '500']
    const { code, stderr, stdout } = await assay([
      ...ingest,
      ...decided,
      '--timezone',
      'Europe/Berlin',
    ])
    expect(code).toBe(0)
    expect(stderr).toBe(
      'note: mine.csv: times without an offset are of Europe/Berlin\nnote: volume of 500 assumed for every bar of 1 file\n',
    )
    expect(stdout).toContain('2024-01-02T08:30:00 … 2024-01-03T08:30:00\n')
    const manifest = JSON.parse(readFileSync(join(root, 'made', 'manifest.json'), 'utf8'))
    expect(manifest.provenance.notes).toBe('volume of 500 assumed for every bar of 1 file')
    expect((await assay([...backtest, ...decided])).code).toBe(0)
    expect((await assay(['backtest', '--help'])).stdout).toContain('docs/price-files.md')
  })

  it('keeps a bars.csv that it did not write, and names what it wrote', async () => {
    const directory = join(temporaryDirectory(), 'mine')
    mkdirSync(directory)
    const source = `date,open,high,low,close,volume\n2020-01-03,1.234,2,1,1.5,7\n`
    writeFileSync(join(directory, 'bars.csv'), source)
    const words = ['bundle', 'ingest', directory, '--price-scale', '2', '--round-price']
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await assay(words)
      expect(code).toBe(0)
      expect(stdout).toContain(
        'wrote manifest.json, bars.parquet, adjustments.parquet; kept bars.csv\n',
      )
      expect(readFileSync(join(directory, 'bars.csv'), 'utf8')).toBe(source)
    }
    expect((await assay([...words, '--format', 'csv'])).stderr).toMatch(
      /bars\.csv is not a file that a bundle here lists.* would be overwritten; choose another/,
    )
    expect(readFileSync(join(directory, 'bars.csv'), 'utf8')).toBe(source)
  })

  it.each([
    ['an unknown action', ['bundle', 'frobnicate', 'x'], 'ingest or validate'],
    ['nothing to ingest', ['bundle', 'ingest', 'no-such-dir'], '--csv'],
    ['a bundle that is not there', ['bundle', 'validate', 'no-such-dir'], 'no-such-dir'],
    [
      'an unknown format',
      ['bundle', 'ingest', 'x', '--csv', EXAMPLE, '--format', 'xml'],
      'parquet or csv',
    ],
    [
      'an absurd scale',
      ['bundle', 'ingest', 'x', '--csv', EXAMPLE, '--price-scale', '99'],
      'scale',
    ],
    [
      'a target below a file',
      ['bundle', 'ingest', join(EXAMPLE, 'x'), '--csv', EXAMPLE],
      'not a bundle',
    ],
  ])('refuses %s, exit 2', async (_what, words, named) => {
    const { code, stderr } = await assay(words)
    expect(code).toBe(2)
    expect(stderr).toContain(named)
    expect(existsSync('x')).toBe(false)
  })
})

describe.skipIf(!existsSync(join(SHARED, 'golden', 'sma-crossover-oracle.json')))(
  'the recorded oracle of real series',
  () => {
    const path = join(SHARED, 'golden', 'sma-crossover-oracle.json')
    const { series } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { series: {} }

    it.each(Object.keys(series))(
      '%s: fills, trades and final equity to the last digit',
      async (name) => {
        const expected = series[name].single_20_50
        const got = await backtestJson(
          '--csv',
          join(SHARED, 'data', 'prices', `${name}.csv`),
          '--return-type',
          'array',
        )
        expect(got.bars).toBe(series[name].bars)
        expect(got.finalEquity).toBe(expected.finalEquity)
        expect([got.closedTrades, got.openTrades]).toEqual([
          expected.closedTrades,
          expected.openTrades,
        ])
        const first = got.fills
          .slice(0, 3)
          .map((fill: Record<string, string>) => [fill.date, fill.shares, Number(fill.price)])
        expect(first).toEqual(
          expected.firstFills.map(([date, shares, price]: [string, number, string]) => [
            date,
            shares,
            Number(price),
          ]),
        )
      },
    )
  },
)
