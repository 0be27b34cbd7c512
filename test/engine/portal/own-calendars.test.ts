import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BundleContent,
  defaults,
  enable,
  type Fill,
  ingestCsv,
  memoryBundle,
  openEngine,
  type Portal,
  plainBundleSource,
  pureBaseline,
  validateBundle,
  writeBundle,
} from '../../../engine/index.js'
import { smaCrossover } from '../../../scenarios/strategies/sma-crossover.js'
import { eachBar } from '../../support.js'

const DAY_MS = 86_400_000
const START = Date.UTC(2024, 0, 1)

/** Days of 2024, by whether a market is open on them. */
const days = (open: (day: number, weekday: number) => boolean): readonly number[] =>
  Array.from({ length: 130 }, (_, day) => day).filter((day) =>
    open(day, new Date(START + day * DAY_MS).getUTCDay()),
  )
const weekdays = (weekday: number) => weekday > 0 && weekday < 6
const NEW_YORK = days((day, weekday) => weekdays(weekday) && ![0, 14, 49, 88].includes(day))
const COMPANIONS = {
  'every day of the week': days(() => true),
  'Sunday to Thursday': days((_, weekday) => weekday < 5),
  'other holidays': days(
    (day, weekday) => weekdays(weekday) && ![1, 2, 7, 42, 53, 79].includes(day),
  ),
  'its own days': NEW_YORK,
  'few days': days((day) => [4, 6, 13, 30, 60, 61].includes(day)),
} as const

/** A price file whose closes follow from the seed alone. */
function priceFile(at: readonly number[], seed: number, time = ''): string {
  let state = seed
  let price = 18_000
  const rows = at.map((day) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    const open = price
    price += Math.round((state / 2 ** 31 - 0.5) * 900)
    const cells = [open, Math.max(open, price), Math.min(open, price), price]
    const date = new Date(START + day * DAY_MS).toISOString().slice(0, 10)
    return [date + time, ...cells.map((ticks) => (ticks / 100).toFixed(2)), 1000].join()
  })
  return ['date,open,high,low,close,volume', ...rows, ''].join('\n')
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-calendars-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function contentOf(files: Readonly<Record<string, string>>): Promise<BundleContent> {
  const paths = Object.keys(files).map((name) => join(folder, `${name}.csv`))
  for (const [i, text] of Object.values(files).entries()) await writeFile(paths[i]!, text)
  return ingestCsv(paths, { name: 'calendars' })
}

const STOCK = priceFile(NEW_YORK, 5)

async function fillsOf(content: BundleContent, config = pureBaseline()): Promise<unknown[]> {
  const engine = openEngine(config)
  const algorithm = () =>
    smaCrossover({
      fast: 5,
      slow: 20,
      shares: 10,
      returnType: config.arrayReturns ? 'array' : 'dataframe',
    })
  await engine.backtest({ bundle: memoryBundle(content), algorithm: algorithm() })
  const { fills } = await engine.backtest({ bundle: memoryBundle(content), algorithm: algorithm() })
  return fills
    .filter(({ asset }) => asset === 'STOCK')
    .map(({ date, shares, price }: Fill) => [date.slice(0, 10), shares, price])
}

describe('an asset with a calendar of its own', () => {
  it.each(Object.entries(COMPANIONS))(
    'trades beside one that trades %s as it does alone',
    async (_, at) => {
      const alone = await fillsOf(await contentOf({ STOCK }))
      expect(alone.length).toBeGreaterThan(3)
      const beside = await contentOf({ STOCK, OTHER: priceFile(at, 9) })
      for (const config of [
        pureBaseline(),
        defaults({}),
        enable(defaults({}), { historyCache: true, historyCacheArrays: true }),
        enable(pureBaseline(), { historyCache: true, historyKeptWindows: [20] }),
      ])
        expect(await fillsOf(beside, config)).toEqual(alone)
    },
  )

  it('trades beside the same stock stamped 05:00 as it does alone', async () => {
    const alone = await fillsOf(await contentOf({ STOCK }))
    const stamped = await contentOf({ STOCK, ALP: priceFile(NEW_YORK, 5, 'T05:00:00Z') })
    expect(stamped.frequency).not.toBe('1d')
    expect(await fillsOf(stamped)).toEqual(alone)
  })

  it('has the windows it has alone, in every form, with the dates of its own bars', async () => {
    const alone = new Map<string, unknown>()
    const look = (data: Portal) => {
      const count = Math.min(15, data.available('STOCK'))
      if (count === 0) return
      const options = { returnType: 'array' } as const
      const frame = data.history('STOCK', ['close', 'price'], count, '1d')
      const list = data.history(['STOCK'], 'close', count, '1d')
      const block = data.history(['STOCK'], 'close', count, '1d', options)
      return {
        array: [...data.history('STOCK', 'close', count, '1d', options)],
        block: [...block.column('STOCK', 'close')],
        frame: frame.objects(),
        list: list.objects(),
        available: data.available('STOCK'),
      }
    }
    const dateOf = (seen: ReturnType<typeof look>) =>
      (seen?.frame.at(-1) as { date: Date } | undefined)?.date.toISOString() ?? ''
    const seenIn = async (
      files: Record<string, string>,
      record: (seen: ReturnType<typeof look>) => void,
    ) =>
      openEngine(pureBaseline()).backtest({
        bundle: memoryBundle(await contentOf(files)),
        algorithm: eachBar((_, data) => record(look(data))),
      })
    await seenIn({ STOCK }, (seen) => alone.set(dateOf(seen), seen))
    let compared = 0
    await seenIn({ STOCK, OTHER: priceFile(COMPANIONS['every day of the week'], 9) }, (seen) => {
      if (seen === undefined) return
      expect(seen).toEqual(alone.get(dateOf(seen)))
      compared++
    })
    expect(compared).toBe(129)
  })

  it('stands in frames and blocks of several assets with its own sessions', async () => {
    const content = await contentOf({
      STOCK: priceFile([3, 4, 7], 5),
      OTHER: priceFile([3, 4, 5, 6, 7], 9),
    })
    let looked = false
    const algorithm = eachBar(({ session }, data) => {
      if (session !== 4) return
      const rows = data.history(['STOCK', 'OTHER'], 'close', 3, '1d').objects() as {
        date: Date
        asset: string
      }[]
      expect(rows.map(({ date, asset }) => [date.getUTCDate(), asset])).toEqual([
        [4, 'STOCK'],
        [5, 'STOCK'],
        [6, 'OTHER'],
        [7, 'OTHER'],
        [8, 'OTHER'],
        [8, 'STOCK'],
      ])
      const block = data.history(['STOCK', 'OTHER'], 'close', 3, '1d', { returnType: 'array' })
      expect([
        [...(block.sessionsOf('STOCK') as Int32Array)],
        [...(block.sessionsOf('OTHER') as Int32Array)],
      ]).toEqual([
        [0, 1, 4],
        [2, 3, 4],
      ])
      expect(() => block.sessions).toThrow(/different sessions; read sessionsOf/)
      expect(() => block.sessionsOf('X')).toThrow(/does not hold X/)
      looked = true
    })
    await openEngine(pureBaseline()).backtest({ bundle: memoryBundle(content), algorithm })
    expect(looked).toBe(true)
  })

  it('names the first session with enough of its own bars', async () => {
    const content = await contentOf({
      STOCK: priceFile([3, 4, 7], 5),
      OTHER: priceFile([3, 4, 5, 6, 7], 9),
    })
    const algorithm = eachBar(({ session }, data) => {
      if (session === 3)
        expect(() => data.history('STOCK', 'close', 3, '1d')).toThrow(/enough bars is 2024-01-08/)
    })
    await openEngine(pureBaseline()).backtest({ bundle: memoryBundle(content), algorithm })
  })

  it('keeps its calendar on disk, under a version of its own', async () => {
    const content = await contentOf({ STOCK, OTHER: priceFile(COMPANIONS['few days'], 9) })
    const directory = join(folder, 'written')
    const { version } = await writeBundle(directory, content, { format: 'csv' })
    const findings = await validateBundle(directory)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    const opened = await plainBundleSource().open(directory)
    expect(opened.manifest.assets.map(({ id, ownCalendar }) => [id, ownCalendar])).toEqual([
      ['OTHER', true],
      ['STOCK', true],
    ])
    const shared = content.bars.map(({ ownCalendar: _, ...bars }) => bars)
    expect(memoryBundle({ ...content, bars: shared }).version).not.toBe(version)
    expect(memoryBundle(content).version).toBe(version)
  })
})

describe('in one file', () => {
  const joined = (files: readonly (readonly [string, string])[]) =>
    [
      'asset,date,open,high,low,close,volume',
      ...files.flatMap(([asset, text]) =>
        text
          .trim()
          .split('\n')
          .slice(1)
          .map((row) => `${asset},${row}`),
      ),
      '',
    ].join('\n')
  const ownIn = async (text: string) =>
    (await contentOf({ all: text })).bars.flatMap(({ asset, ownCalendar }) =>
      ownCalendar ? [asset] : [],
    )

  it('a stock beside one that trades on weekends has a calendar of its own', async () => {
    const file = joined([
      ['STOCK', STOCK],
      ['OTHER', priceFile(COMPANIONS['every day of the week'], 9)],
    ])
    expect(await ownIn(file)).toEqual(['STOCK'])
    expect(await fillsOf(await contentOf({ all: file }))).toEqual(
      await fillsOf(await contentOf({ STOCK })),
    )
  })

  it('missing sessions are halts otherwise, and stay in the windows', async () => {
    const halted = NEW_YORK.filter((_, i) => i % 10 !== 6)
    expect(
      await ownIn(
        joined([
          ['STOCK', priceFile(halted, 5)],
          ['OTHER', priceFile(NEW_YORK, 9)],
        ]),
      ),
    ).toEqual([])
  })
})
