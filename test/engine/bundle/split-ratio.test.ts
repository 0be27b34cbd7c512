import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { ingestCsv } from '../../../engine/bundle/ingest.js'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import { plainBundleSource } from '../../../engine/bundle/plain-source.js'
import { likelyRatio, twoNumbers } from '../../../engine/bundle/split-ratio.js'
import { validateBundle } from '../../../engine/bundle/validate.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { type Adjustment, amountText, ratioOf } from '../../../engine/market/adjustments.js'
import { Money } from '../../../engine/market/money.js'
import { scratch, smallContent } from './bundle-cases.js'

const PRICES = [
  'date,open,high,low,close,volume',
  '2024-01-02,10,10,10,10,1000',
  '2024-01-03,11,11,11,11,1000',
  '2024-01-04,12,12,12,12,1000',
  '2024-01-05,36,36,36,36,1000',
  '2024-01-08,45,45,45,45,1000',
]

/** The ratio that an events file gives, and the notes. */
async function read(header: string, row: string, options: { readonly fitScales?: boolean } = {}) {
  const directory = await scratch()
  const prices = join(directory, 'R.csv')
  const adjustments = join(directory, 'events.csv')
  await writeFile(prices, `${PRICES.join('\n')}\n`)
  await writeFile(adjustments, `${header}\n${row}\n`)
  const content = await ingestCsv([prices], { adjustments, ...options })
  return { content, split: content.adjustments[0]!, notes: content.provenance.notes }
}

const HEADER = 'asset,session,kind,value'
const third = (value: number | string, per?: number): Adjustment => ({
  asset: 'AAA',
  session: 2,
  kind: 'split',
  value: new Money(value),
  ...(per !== undefined && { per: new Money(per) }),
})
const contentWith = (split: Adjustment) => ({ ...smallContent(), adjustments: [split] })

describe('a split ratio of two numbers', () => {
  it.each([
    [HEADER, '1:3'],
    [HEADER, '1/3'],
    [HEADER, '1 : 3'],
    [HEADER, '1 for 3'],
    [HEADER, '1-for-3'],
    [HEADER, '1 3'],
    [HEADER, '2:6'],
    [HEADER, '0.5:1.5'],
    [`${HEADER},per`, '1,3'],
    ['asset,session,kind,numerator,denominator', '1,3'],
  ])('is read exactly under %s as %s', async (header, value) => {
    const { split, notes } = await read(header, `R,2024-01-05,split,${value}`)
    expect(ratioOf(split)).toEqual({ numerator: 1n, denominator: 3n })
    expect(notes).toBeUndefined()
  })

  it('is the decimal where one is exact', async () => {
    const { split } = await read(HEADER, 'R,2024-01-05,split,3:2')
    expect(split).toEqual({ asset: 'R', session: 3, kind: 'split', value: new Money('1.5') })
  })

  it('may stand beside a dividend in a file of two columns', async () => {
    for (const per of ['', '1']) {
      const { split } = await read(`${HEADER},per`, `R,2024-01-05,dividend,0.5,${per}`)
      expect(amountText(split)).toBe('0.5')
    }
  })

  it.each([
    ['0:3', /events\.csv:2: ratio 0:3: '0' is not a positive number/],
    ['1:0', /'0' is not a positive number/],
    ['-1:3', /'-1:3' is not a plain decimal or a ratio of two; write new shares per old ones/],
    ['1:2:3', /is not a plain decimal or a ratio/],
    ['one:3', /is not a plain decimal or a ratio/],
    ['9007199254740993:7', /needs numbers beyond 2\^53; round it/],
  ])('is refused as %s', async (value, message) => {
    await expect(read(HEADER, `R,2024-01-05,split,${value}`)).rejects.toThrow(message)
  })

  it('is refused for a dividend', async () => {
    await expect(read(HEADER, 'R,2024-01-05,dividend,1:3')).rejects.toThrow(
      /events\.csv:2: dividend 1:3 has two numbers; give its amount per share/,
    )
    expect(() => memoryBundle(contentWith({ ...third('0.1', 3), kind: 'dividend' }))).toThrow(
      /dividend 0\.1:3 of AAA .* has two numbers/,
    )
  })

  it('is refused where a part is not positive, or beyond 2^53', () => {
    for (const split of [third(1, 0), third(1, -3), third(-1, 3)])
      expect(() => memoryBundle(contentWith(split))).toThrow(/is not positive; correct it/)
    expect(() => memoryBundle(contentWith(third(3, 1e17)))).toThrow(/beyond 2\^53/)
  })

  it.each(['parquet', 'csv'] as const)('stays exact in a bundle of %s', async (format) => {
    const directory = join(await scratch(), 'small')
    const adjustments = [third(1, 3), ...smallContent().adjustments.slice(1)]
    const content = { ...smallContent(), adjustments }
    await writeBundle(directory, content, { format })
    const opened = await plainBundleSource().open(directory)
    expect(await opened.adjustments()).toEqual(adjustments)
    expect(opened.version).toBe(memoryBundle(content).version)
    expect(await validateBundle(directory)).not.toContainEqual(
      expect.objectContaining({ severity: 'error' }),
    )
  })

  it('changes nothing in bundles without one: the same columns, the same version', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent(), { format: 'csv' })
    expect(await readFile(join(directory, 'adjustments.csv'), 'utf8')).toMatch(
      /^asset,session,kind,value\nAAA,2014-06-04,split,1\.5\n/,
    )
  })

  it('has one version however it is written', () => {
    const versions = [third(1, 3), third(2, 6), third('0.5', 1.5)].map(
      (split) => memoryBundle(contentWith(split)).version,
    )
    expect(new Set(versions).size).toBe(1)
    expect(memoryBundle(contentWith(third('0.333333333'))).version).not.toBe(versions[0])
    expect(memoryBundle(contentWith(third(3, 2))).version).toBe(
      memoryBundle(contentWith(third('1.5'))).version,
    )
  })
})

describe('a decimal that looks like a rounded fraction', () => {
  it.each([
    ['0.333333333', '1:3'],
    ['0.33333', '1:3'],
    ['0.666666667', '2:3'],
    ['0.666666666', '2:3'],
    ['0.142857143', '1:7'],
    ['0.142857', '1:7'],
    ['1.333333333', '4:3'],
    ['14.285714', '100:7'],
    ['0.0909091', '1:11'],
    ['0.083333333', '1:12'],
    ['0.003333333', '1:300'],
  ])('%s is read as %s, with a note', async (value, ratio) => {
    const { split, notes } = await read(HEADER, `R,2024-01-05,split,${value}`)
    expect(amountText(split)).toBe(ratio)
    expect(notes).toBe(
      `events.csv:2: split ${value} of R is read as ${ratio}, of which it is rounded; write ${value}:1 if the decimal is meant`,
    )
  })

  it.each([
    ['0.33', '1:3'],
    ['0.667', '2:3'],
    ['0.143', '1:7'],
    ['0.111', '1:9'],
  ])(
    '%s is too short to be sure: it is used as it is, and the note names %s',
    async (value, ratio) => {
      const { split, notes } = await read(HEADER, `R,2024-01-05,split,${value}`)
      expect(amountText(split)).toBe(value)
      expect(notes).toBe(
        `events.csv:2: split ${value} of R looks like ${ratio} rounded, and is used as it is; write ${ratio} if that is meant`,
      )
    },
  )

  it.each(['7', '0.5', '0.125', '1.05', '1.02', '0.1', '0.05', '0.375', '1.0625', '0.017', '2.5'])(
    '%s is a decimal, without a note',
    async (value) => {
      const { split, notes } = await read(HEADER, `R,2024-01-05,split,${value}`)
      expect([amountText(split), notes]).toEqual([value, undefined])
    },
  )

  it('stays a decimal where it is written per 1', async () => {
    const { split, notes } = await read(HEADER, 'R,2024-01-05,split,0.333333333:1')
    expect([amountText(split), notes]).toEqual(['0.333333333', undefined])
  })

  it('may have more places than a scale that was not given', async () => {
    const row = 'R,2024-01-05,split,0.33333333333'
    await expect(read(HEADER, row)).rejects.toThrow(/use --adjustment-scale 11/)
    expect(amountText((await read(HEADER, row, { fitScales: true })).split)).toBe('1:3')
  })

  it('is information of a bundle that holds it', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, contentWith(third('0.333333333')))
    expect(await validateBundle(directory)).toContainEqual({
      severity: 'information',
      message:
        'split 0.333333333 of AAA on 2014-06-04 looks like 1:3 rounded; if that is meant, write 1:3 and ingest again',
    })
  })

  const fraction = fc
    .record({
      top: fc.integer({ min: 1, max: 40 }),
      parts: fc.constantFrom(3, 6, 7, 9, 11, 13, 21),
    })
    .filter(
      ({ top, parts }) =>
        top % 3 !== 0 && top % 7 !== 0 && top % 11 !== 0 && top % 13 !== 0 && top % parts !== 0,
    )

  test.prop([fraction, fc.integer({ min: 8, max: 12 }), fc.boolean()], { numRuns: 1000 })(
    'is found for any small denominator, rounded or cut',
    ({ top, parts }, places, cut) => {
      const value = new Money(top).div(parts).toDecimalPlaces(places, cut ? 1 : 6)
      const found = likelyRatio(value.toFixed(places))
      const [numerator, denominator] = [BigInt(top), BigInt(parts)]
      expect(found && found.ratio.numerator * denominator).toBe(
        found && found.ratio.denominator * numerator,
      )
      expect(found?.certain).toBe(true)
    },
  )
})

describe('twoNumbers', () => {
  it.each(['', '3', '1:', ':3', 'a:b', '1:-3', '1e400:3', '3 to 1'])('is not %j', (text) => {
    expect(twoNumbers(text)).toBeUndefined()
  })
})
