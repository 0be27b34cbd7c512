import { describe, expect, it } from 'vitest'
import {
  type BundleContent,
  checkData,
  memoryBundle,
  openEngine,
  pureBaseline,
} from '../../../engine/index.js'
import { assetBars, eachBar, simpleContent } from '../../support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2024, 0, 1)

const every = (step: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => START + from + i * step)

function content(
  frequency: BundleContent['frequency'],
  times: Readonly<Record<string, readonly number[]>>,
) {
  const all = [...new Set(Object.values(times).flat())].sort((a, b) => a - b)
  const text = (time: number) => new Date(time).toISOString().slice(0, frequency === '1d' ? 10 : 19)
  return memoryBundle({
    ...simpleContent([1]),
    frequency,
    sessions: all.map(text),
    bars: Object.entries(times).map(([asset, own]) =>
      assetBars(
        asset,
        own.map((time) => all.indexOf(time)),
        own.map((_, i) => 100 + i),
      ),
    ),
  })
}

const run = (bundle: ReturnType<typeof content>, assets?: readonly string[]) =>
  openEngine(pureBaseline()).backtest({
    bundle,
    algorithm: eachBar(() => undefined),
    ...(assets && { assets }),
  })

describe('bars of different spacing in one backtest are refused by name', () => {
  it.each<[string, BundleContent['frequency'], readonly number[], readonly number[], RegExp]>([
    [
      'two daily bars beside hourly ones',
      '1h',
      every(DAY, 2),
      every(HOUR, 48),
      /^B has a bar every day and A every hour: beside A, a bar of B would show its close before it is known; resample/,
    ],
    [
      'daily beside hourly, stamped in the evening',
      '1h',
      every(DAY, 5, 21 * HOUR),
      every(HOUR, 120),
      /^B has a bar every day and A every hour/,
    ],
    [
      'daily bars over a change of clocks',
      '1h',
      [...every(DAY, 3, 5 * HOUR), ...every(DAY, 3, 3 * DAY + 4 * HOUR)],
      every(HOUR, 150),
      /^B has a bar every day and A every hour/,
    ],
    [
      'daily beside minutes',
      '1m',
      every(DAY, 3),
      every(MINUTE, 3000),
      /^B has a bar every day and A every minute/,
    ],
    [
      'hourly beside minutes',
      '1m',
      every(HOUR, 4),
      every(MINUTE, 300),
      /^B has a bar every hour and A every minute/,
    ],
    [
      'four hours beside one',
      '1h',
      every(4 * HOUR, 8),
      every(HOUR, 40),
      /^B has a bar every 4 hours and A every hour/,
    ],
    [
      'five bars of two hours beside one',
      '1h',
      every(2 * HOUR, 5),
      every(HOUR, 12),
      /^B has a bar every 2 hours and A every hour/,
    ],
    [
      'six bars of an hour beside half-hours',
      '1m',
      every(HOUR, 6),
      every(HOUR / 2, 20),
      /^B has a bar every hour and A every 30 minutes/,
    ],
    [
      'three weekly bars beside daily ones',
      '1d',
      every(7 * DAY, 3),
      every(DAY, 20),
      /^B has a bar every 7 days and A every day/,
    ],
    [
      'weekly beside daily',
      '1d',
      every(7 * DAY, 6),
      every(DAY, 50),
      /^B has a bar every 7 days and A every day/,
    ],
    [
      'weekly with a holiday beside daily',
      '1d',
      [0, 7, 15, 21, 28].map((day) => START + day * DAY),
      every(DAY, 40),
      /^B has a bar every 6 days and A every day/,
    ],
    [
      'monthly beside daily',
      '1d',
      [0, 31, 60, 91].map((day) => START + day * DAY),
      every(DAY, 100),
      /^B has a bar every 29 days/,
    ],
  ])('%s', async (_, frequency, coarse, fine, message) => {
    const bundle = content(frequency, { A: fine, B: coarse })
    await expect(run(bundle)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(message),
    })
    await run(bundle, ['A'])
    await run(bundle, ['B'])
  })
})

describe('bars of one spacing pass', () => {
  it.each<[string, BundleContent['frequency'], readonly number[], readonly number[]]>([
    ['daily at midnight and at five', '1h', every(DAY, 20), every(DAY, 20, 5 * HOUR)],
    [
      'daily every day and on weekdays',
      '1d',
      every(DAY, 30),
      every(DAY, 30).filter((_, i) => i % 7 < 5),
    ],
    [
      'hourly all day and in the afternoon',
      '1h',
      every(HOUR, 100),
      every(HOUR, 100).filter((_, i) => i % 24 > 13 && i % 24 < 20),
    ],
    [
      'a stock that rarely trades',
      '1d',
      every(DAY, 40),
      [0, 3, 10, 12, 20, 31].map((day) => START + day * DAY),
    ],
    [
      'an hour that rarely trades',
      '1h',
      every(HOUR, 60),
      [0, 5, 9, 13, 30].map((hour) => START + hour * HOUR),
    ],
    ['three bars of two hours, too few to know', '1h', every(HOUR, 30), every(2 * HOUR, 3)],
    ['a single bar', '1h', every(HOUR, 30), [START]],
  ])('%s', async (_, frequency, a, b) => {
    await run(content(frequency, { A: a, B: b }))
  })

  it('and a note names those that may be of another', async () => {
    const few = content('1h', { A: every(HOUR, 30), B: every(2 * HOUR, 3), C: [START] })
    expect(await checkData(few)).toEqual([
      {
        code: 'coarser-bars',
        asset: 'B',
        message: expect.stringMatching(
          /^B has a bar every 2 hours and A every hour, too few bars to know/,
        ),
      },
    ])
    const many = content('1h', { A: every(HOUR, 30), B: every(2 * HOUR, 9) })
    const [note] = await checkData(many)
    expect(note!.message).toMatch(/^B has .*: a backtest of both is refused, since beside A/)
  })
})
