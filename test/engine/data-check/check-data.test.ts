import { describe, expect, it } from 'vitest'
import {
  type Adjustment,
  type AssetBars,
  type BundleContent,
  checkData,
  type DataCheck,
  Money,
  memoryBundle,
} from '../../../engine/index.js'
import { assetBars, isoDays, simpleContent } from '../../support.js'

/** Bars of these closes at these sessions; each opens at its close. */
function own(asset: string, sessions: readonly number[], units: readonly number[]): AssetBars {
  const closes = units.map((close) => 100 * close)
  return { ...assetBars(asset, sessions, closes), open: Float64Array.from(closes) }
}

/** One bar a day. */
const bars = (asset: string, closes: readonly number[]): AssetBars =>
  own(asset, [...closes.keys()], closes)

const split = (value: string, session = 2, per?: string): Adjustment => ({
  asset: 'A',
  session,
  kind: 'split',
  value: new Money(value),
  ...(per !== undefined && { per: new Money(per) }),
})

async function notesOf(content: Partial<BundleContent>, check?: DataCheck) {
  const count = Math.max(...content.bars!.map(({ session }) => session.at(-1)! + 1))
  const bundle = memoryBundle({ ...simpleContent([1]), sessions: isoDays(count), ...content })
  return checkData(bundle, check)
}

const withoutVolume = (bars: AssetBars, from = 0): AssetBars => ({
  ...bars,
  volume: bars.volume.map((volume, i) => (i >= from ? 0 : volume)),
})

describe('a split', () => {
  it.each([
    ['4', [400, 404, 101, 100], undefined],
    ['4', [400, 404, 405, 410], 'split-without-jump'],
    ['4', [100, 101, 404, 400], 'split-inverted'],
    ['0.25', [100, 101, 404, 400], undefined],
    ['0.25', [100, 101, 100, 99], 'split-without-jump'],
    ['0.25', [404, 400, 101, 100], 'split-inverted'],
    ['1.5', [300, 303, 200, 201], undefined],
    ['1.5', [300, 303, 303, 304], 'split-without-jump'],
    ['1.05', [300, 303, 303, 304], undefined],
    ['2', [100, 100, 71, 70], 'split-without-jump'],
    ['2', [100, 100, 70, 70], undefined],
  ])('of %s over closes %j: %s', async (ratio, closes, code) => {
    const notes = await notesOf({ bars: [bars('A', closes)], adjustments: [split(ratio)] })
    expect(notes.map((note) => note.code)).toEqual(code === undefined ? [] : [code])
  })

  it('by a decimal that is a rounded fraction is named with the fraction', async () => {
    const content = {
      bars: [bars('A', [100, 100, 300, 300])],
      scales: { price: 2, volume: 0, adjustment: 9 },
    }
    const rounded = await notesOf({ ...content, adjustments: [split('0.333333333')] })
    expect(rounded).toEqual([
      {
        code: 'split-rounded',
        asset: 'A',
        message:
          'A has a split of 0.333333333 on 2014-01-03, which is 1:3 rounded: positions and prices are off by the rest; write 1:3 and ingest again',
      },
    ])
    expect(await notesOf({ ...content, adjustments: [split('1', 2, '3')] })).toEqual([])
  })

  it('is named with its asset, date and ratio', async () => {
    const [note] = await notesOf({
      bars: [bars('A', [400, 404, 405, 410])],
      adjustments: [split('1', 2, '3')],
    })
    expect(note).toEqual({
      code: 'split-without-jump',
      asset: 'A',
      message:
        'A has a split of 1:3 on 2014-01-03, but no jump of the price (404 the close before and 405 the open after): ' +
        'it looks adjusted already; leave the split out or give unadjusted prices',
    })
  })

  it('that shows in the close of its session only, is there', async () => {
    const closes = [400, 404, 101, 100]
    const late = assetBars(
      'A',
      [0, 1, 2, 3],
      closes.map((close) => 100 * close),
    )
    expect(late.open[2]).toBe(late.close[1])
    expect(await notesOf({ bars: [late], adjustments: [split('4')] })).toEqual([])
  })

  it('before the first or after the last bar is not checked', async () => {
    expect(await notesOf({ bars: [bars('A', [400, 400])], adjustments: [split('4', 0)] })).toEqual(
      [],
    )
  })

  it('that is missing is noted by a thorough check only', async () => {
    const content = { bars: [bars('A', [400, 404, 101, 100, 99, 50, 70])] }
    expect(await notesOf(content)).toEqual([])
    const notes = await notesOf(content, { thorough: true })
    expect(notes.map(({ code, message }) => [code, message.slice(0, 42)])).toEqual([
      ['jump-without-split', 'A goes from 404 to 101 on 2014-01-03 witho'],
      ['jump-without-split', 'A goes from 99 to 50 on 2014-01-06 without'],
    ])
  })
})

describe('where nothing can happen', () => {
  it('an asset without volume among others is named', async () => {
    const notes = await notesOf({
      bars: [bars('A', [1, 2, 3]), withoutVolume(bars('B', [1, 2, 3]))],
    })
    expect(notes).toEqual([
      {
        code: 'no-volume',
        asset: 'B',
        message:
          'B never fills, because none of its 3 bars has any volume; give the traded volumes, or any positive number, to let orders fill',
      },
    ])
  })

  it('one note is enough if no asset has any', async () => {
    const notes = await notesOf({ bars: ['A', 'B'].map((id) => withoutVolume(bars(id, [1, 2]))) })
    expect(notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^no bar has any volume, so no order can ever fill; give/),
    ])
  })

  it('an asset with volume only after the range counts as without', async () => {
    const content = { bars: [bars('A', [1, 2, 3, 4]), bars('B', [1, 2, 3, 4])] }
    content.bars[1] = { ...content.bars[1]!, volume: Float64Array.of(0, 0, 0, 5) }
    expect(await notesOf(content)).toEqual([])
    expect((await notesOf(content, { range: { end: 3 } })).map(({ asset }) => asset)).toEqual(['B'])
  })

  it('an asset with volume only before the range counts as without, and so do all', async () => {
    const content = { bars: [bars('A', [1, 2, 3, 4]), bars('B', [1, 2, 3, 4])] }
    content.bars[1] = withoutVolume(content.bars[1]!, 2)
    expect(await notesOf(content)).toEqual([])
    const [one] = await notesOf(content, { range: { start: 2 } })
    expect(one!.message).toMatch(/^B never fills, because none of its 2 bars in the range has any/)
    const [all] = await notesOf({ bars: [content.bars[1]!] }, { range: { start: 2 } })
    expect(all!.message).toMatch(/^no bar in the range has any volume, so no order can ever fill;/)
  })

  it.each([
    [2, 0],
    [3, 1],
    [500, 1],
  ])('a window of %i bars over 3 bars gives %i note', async (longestWindow, count) => {
    const notes = await notesOf({ bars: [bars('A', [1, 2, 3])] }, { longestWindow })
    expect(notes).toHaveLength(count)
    if (count > 0)
      expect(notes[0]!.message).toBe(
        `no trade in A, because it has 3 bars and the longest window needs ${longestWindow}, and one more to fill; give it more data or a shorter window`,
      )
  })

  it('halts count as bars, and the sessions of other calendars do not', async () => {
    const halted = own('A', [0, 4], [1, 2])
    const other = bars('B', [1, 2, 3, 4, 5])
    expect(await notesOf({ bars: [halted, other] }, { longestWindow: 3 })).toEqual([])
    const notes = await notesOf(
      { bars: [{ ...halted, ownCalendar: true }, other] },
      { longestWindow: 3 },
    )
    expect(notes.map(({ code }) => code)).toEqual(['too-few-bars', 'own-calendar'])
  })
})

describe('different calendars', () => {
  it('are named with the first missing session', async () => {
    const lone = { ...own('A', [0, 1, 4], [1, 2, 3]), ownCalendar: true as const }
    const notes = await notesOf({ bars: [lone, bars('B', [1, 2, 3, 4, 5])] })
    expect(notes.map(({ message }) => message)).toEqual([
      'A has no bar in 2 of the 5 sessions of its life, first on 2014-01-03; other assets trade then, so its windows count only its own bars',
    ])
  })

  it('are not named if no session is missing', async () => {
    const full = { ...bars('A', [1, 2, 3]), ownCalendar: true as const }
    expect(await notesOf({ bars: [full, bars('B', [1, 2, 3])] })).toEqual([])
  })

  it('and different times of the day are, if the bars are daily', async () => {
    const day = (i: number, hour: string) => `2014-01-0${i + 1}T${hour}:00:00`
    const sessions = [0, 1, 2, 3].flatMap((i) => [day(i, '00'), day(i, '05')])
    const [a, b] = [own('A', [0, 2, 4, 6], [1, 2, 3, 4]), own('B', [1, 3, 5, 7], [1, 2, 3, 4])]
    const notes = await notesOf({ frequency: '1h', sessions, bars: [a, b] })
    expect(notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^daily bars start at different times: A at 00:00, B at 05:00 \(UTC\);/,
      ),
    ])
    const same = await notesOf({ frequency: '1h', sessions, bars: [a, { ...a, asset: 'B' }] })
    expect(same).toEqual([])
  })
})

it('a thorough check names halts and single bars without volume', async () => {
  const notes = await notesOf(
    {
      bars: [own('A', [0, 1, 4], [100, 101, 102]), withoutVolume(bars('B', [1, 1, 1, 1, 1]), 3)],
    },
    { thorough: true },
  )
  expect(notes.map(({ message }) => message)).toEqual([
    'A has no bar in 2 of the 5 sessions of its life, first on 2014-01-03; they count as halts, and its windows hold untraded bars',
    'B has no volume in 2 of 5 bars; orders wait in them',
  ])
})
