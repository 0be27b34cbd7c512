import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { canonicalContent } from '../../../engine/bundle/canonical-content.js'
import type { AssetBars, BundleContent } from '../../../engine/bundle/content.js'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import { BAR_FIELDS } from '../../../engine/market/bars.js'
import { Money } from '../../../engine/market/money.js'
import { anyContent, bars, smallContent } from './bundle-cases.js'

const version = (content: BundleContent) => memoryBundle(content).version

function reversed(own: AssetBars): AssetBars {
  const columns = {
    open: own.open,
    high: own.high,
    low: own.low,
    close: own.close,
    volume: own.volume,
  }
  for (const field of BAR_FIELDS) columns[field] = own[field].toReversed()
  return { ...columns, asset: own.asset, session: own.session.toReversed() }
}

describe('a version', () => {
  test.prop([anyContent], { numRuns: 1000 })(
    'does not depend on the order of assets, rows or adjustments',
    (content) => {
      const shuffled = {
        ...content,
        bars: content.bars.map(reversed).reverse(),
        adjustments: [...content.adjustments].reverse(),
      }
      expect(version(shuffled)).toBe(version(content))
    },
  )

  it('does not depend on name and provenance', () => {
    expect(
      version({ ...smallContent(), name: 'other', provenance: { source: 'x', synthetic: false } }),
    ).toBe(version(smallContent()))
  })

  const base = smallContent()
  const changes: readonly [string, BundleContent][] = [
    [
      'a price restated by one tick',
      {
        ...base,
        bars: [
          { ...base.bars[0]!, close: base.bars[0]!.close.with(0, 370_000_004) },
          base.bars[1]!,
        ],
      },
    ],
    [
      'a volume',
      {
        ...base,
        bars: [{ ...base.bars[0]!, volume: base.bars[0]!.volume.with(0, 1) }, base.bars[1]!],
      },
    ],
    [
      'a bar',
      {
        ...base,
        bars: [
          base.bars[0]!,
          bars('BBB', [7_000_000, 8_000_000, 8_500_000, 9_000_000], [1, 2, 3, 4]),
        ],
      },
    ],
    ['an asset', { ...base, bars: [...base.bars, bars('CCC', [5])] }],
    [
      'an asset renamed',
      {
        ...base,
        bars: [base.bars[0]!, { ...base.bars[1]!, asset: 'BBC' }],
        adjustments: base.adjustments.slice(0, 2),
      },
    ],
    ['a session', { ...base, sessions: [...base.sessions, '2014-06-09'] }],
    [
      'an adjustment',
      {
        ...base,
        adjustments: [
          ...base.adjustments,
          { asset: 'BBB', session: 2, kind: 'split', value: new Money(2) },
        ],
      },
    ],
    [
      'a dividend',
      {
        ...base,
        adjustments: base.adjustments.map((one) => ({ ...one, value: one.value.times('1.1') })),
        scales: { ...base.scales, adjustment: 10 },
      },
    ],
    ['the price scale', { ...base, scales: { ...base.scales, price: 5 } }],
    ['the volume scale', { ...base, scales: { ...base.scales, volume: 3 } }],
    ['the adjustment scale', { ...base, scales: { ...base.scales, adjustment: 10 } }],
  ]

  it('changes with everything a result could depend on', () => {
    const versions = [base, ...changes.map(([, content]) => content)].map(version)
    expect(new Set(versions).size).toBe(versions.length)
  })
})

describe('canonicalContent', () => {
  const base = smallContent()
  const one = bars('AAA', [5, 6])
  const without = { ...base, adjustments: [] }
  const adjusted = (kind: 'split' | 'dividend', value: string, session = 2, asset = 'AAA') => ({
    ...base,
    adjustments: [{ asset, session, kind, value: new Money(value) }],
  })
  const faults: readonly [string, BundleContent, RegExp][] = [
    ['a name with a slash', { ...base, name: 'a/b' }, /'a\/b' cannot name a bundle/],
    ['a hidden name', { ...base, name: '..' }, /cannot name a bundle/],
    [
      'a scale beyond 15',
      { ...base, scales: { ...base.scales, price: 16 } },
      /the price scale 16 is not a whole number from 0 to 15; use --price-scale/,
    ],
    ['no asset', { ...without, bars: [] }, /no asset has a bar/],
    ['an asset twice', { ...without, bars: [one, one] }, /asset AAA is given twice/],
    [
      'an asset without bars',
      { ...without, bars: [bars('AAA', [])] },
      /asset AAA has no bar; leave it out/,
    ],
    [
      'an asset that leaves its directory',
      { ...without, bars: [{ ...one, asset: '../x' }] },
      /'\.\.\/x' cannot name an asset/,
    ],
    [
      'columns of different length',
      { ...without, bars: [{ ...one, low: one.low.slice(1) }] },
      /columns of AAA differ in length/,
    ],
    [
      'a bar off the calendar',
      { ...without, bars: [bars('AAA', [5], [7])] },
      /calendar index 7, outside 0 … 4/,
    ],
    [
      'a bar twice',
      { ...without, bars: [bars('AAA', [5, 6], [1, 1])] },
      /duplicate bar of AAA on 2014-06-03; keep one/,
    ],
    [
      'half a tick',
      { ...without, bars: [bars('AAA', [5.5])] },
      /price of 5\.5 ticks is not a whole number below 2\^53/,
    ],
    [
      'a price beyond the ticks that a backtest can recover',
      { ...without, bars: [bars('AAA', [2 ** 51 + 1])] },
      /bar of AAA on 2014-06-02: open 2251799813\.685249 is more than 2\^51 ticks at 6 decimal places; ingest with --price-scale 5/,
    ],
    [
      'a volume beyond them',
      { ...without, bars: [{ ...bars('AAA', [1]), volume: Float64Array.of(2 ** 51 + 2) }] },
      /: volume 225179981368\.525 is more than 2\^51 ticks at 4 decimal places; ingest with --volume-scale 3/,
    ],
    [
      'a price beyond 2^53',
      { ...without, bars: [bars('AAA', [2 ** 53])] },
      /is not a whole number below 2\^53/,
    ],
    ['NaN', { ...without, bars: [bars('AAA', [Number.NaN])] }, /price of NaN ticks/],
    [
      'a negative price',
      { ...without, bars: [bars('AAA', [-5])] },
      /price -0\.000005 is not positive/,
    ],
    [
      'a negative volume',
      { ...without, bars: [{ ...one, volume: one.volume.with(0, -1) }] },
      /volume -0\.0001 is negative; correct it/,
    ],
    [
      'a negative zero',
      { ...without, bars: [{ ...one, volume: one.volume.with(0, -0) }] },
      /volume of 0 units is not a whole number/,
    ],
    [
      'an open above the high',
      { ...without, bars: [{ ...one, open: one.open.with(0, 11) }] },
      /open 0\.000011 is outside low 0\.000005 … high 0\.00001/,
    ],
    [
      'a close below the low',
      { ...without, bars: [{ ...one, close: one.close.with(0, 4) }] },
      /close 0\.000004 is outside/,
    ],
    [
      'an adjustment of an unknown asset',
      adjusted('split', '2', 2, 'ZZZ'),
      /belongs to no asset or session of the bundle/,
    ],
    ['an adjustment off the calendar', adjusted('split', '2', 5), /belongs to no asset or session/],
    ['a split by zero', adjusted('split', '0'), /split 0 of AAA on 2014-06-04 is not positive/],
    ['a negative dividend', adjusted('dividend', '-1'), /is not positive/],
    [
      'an adjustment with ten places',
      adjusted('split', '1.0000000001'),
      /more than 9 decimal places; use --adjustment-scale 10/,
    ],
    [
      'an adjustment with sixteen places',
      adjusted('split', '1.0000000000000001'),
      /round it first/,
    ],
    [
      'an adjustment beyond 2^53',
      adjusted('split', '9007200'),
      /does not fit below 2\^53; lower --adjustment-scale/,
    ],
    [
      'two splits in a session',
      { ...base, adjustments: [...base.adjustments, base.adjustments[0]!] },
      /is the second split that session; join them/,
    ],
    [
      'a dividend as large as the close',
      adjusted('dividend', '58.485719'),
      /dividend 58\.485719 of AAA on 2014-06-04 is not smaller than the close before it/,
    ],
  ]

  it.each(faults)('refuses %s', (_, content, message) => {
    expect(() => canonicalContent(content)).toThrow(message)
  })

  it('measures a dividend per new share where a split comes first', () => {
    const both = (cash: string) => ({
      ...base,
      adjustments: [
        { asset: 'AAA', session: 2, kind: 'dividend' as const, value: new Money(cash) },
        base.adjustments[0]!,
      ],
    })
    expect(() => canonicalContent(both('38.9904'))).not.toThrow()
    expect(() => canonicalContent(both('38.9905'))).toThrow(/is not smaller/)
  })

  it('accepts a dividend before the first bar, which changes nothing', () => {
    expect(() => canonicalContent(adjusted('dividend', '1000', 1, 'BBB'))).not.toThrow()
  })

  it('writes intraday sessions in one form', () => {
    const content = {
      ...base,
      frequency: '1h' as const,
      sessions: ['2014-06-02T10:00:00Z', '2014-06-02T11:00:00'],
      bars: [one],
      adjustments: [],
    }
    expect(canonicalContent(content).sessions).toEqual([
      '2014-06-02T10:00:00',
      '2014-06-02T11:00:00',
    ])
  })
})
