import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc } from '@fast-check/vitest'
import { onTestFinished } from 'vitest'
import type { AssetBars, BundleContent } from '../../../engine/bundle/content.js'
import type { BundleManifest } from '../../../engine/bundle/manifest.js'
import type { Adjustment } from '../../../engine/market/adjustments.js'
import { formatSession } from '../../../engine/market/calendar.js'
import { MAX_RECOVERABLE_TICKS, MAX_UNSCALED, Money } from '../../../engine/market/money.js'

/** A directory of its own for one test, removed when the test ends. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-bundle-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const DAY = 86_400_000

export function days(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) =>
    formatSession('1d', Date.UTC(2014, 5, 2) + i * DAY),
  )
}

/** Bars with open = low = ticks[i], high = close = ticks[i] + 5, on the given sessions. */
export function bars(
  asset: string,
  ticks: readonly number[],
  sessions: readonly number[] = [...ticks.keys()],
): AssetBars {
  const low = Float64Array.from(ticks)
  const high = low.map((value) => value + 5)
  return {
    asset,
    session: Int32Array.from(sessions),
    open: low,
    high,
    low,
    close: high,
    volume: low.map((_, i) => 10_000 * i),
  }
}

/** Two assets, one with a gap, a split and two dividends. */
export function smallContent(): BundleContent {
  return {
    name: 'small',
    frequency: '1d',
    scales: { price: 6, volume: 4, adjustment: 9 },
    sessions: days(5),
    bars: [
      bars('AAA', [370_000_000, 58_485_714, 100_000_001, 99_999_999, 1]),
      bars('BBB', [7_000_000, 8_000_000, 9_000_000], [1, 2, 4]),
    ],
    adjustments: [
      { asset: 'AAA', session: 2, kind: 'split', value: new Money('1.5') },
      { asset: 'AAA', session: 2, kind: 'dividend', value: new Money('0.123456789') },
      { asset: 'BBB', session: 4, kind: 'dividend', value: new Money('0.47') },
    ],
    provenance: { source: 'made up', synthetic: true, license: 'none', notes: 'for tests' },
  }
}

/** Rewrites the manifest of a bundle on disk. */
export async function editManifest(
  directory: string,
  change: (manifest: BundleManifest) => unknown,
): Promise<void> {
  const path = join(directory, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as BundleManifest
  await writeFile(path, JSON.stringify(change(manifest)))
}

const ticks = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }),
  fc.integer({ min: 1, max: MAX_RECOVERABLE_TICKS }),
)

function assetBars(asset: string, length: number): fc.Arbitrary<AssetBars> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: length - 1 }), { minLength: 1, maxLength: length })
    .chain((session) =>
      fc
        .array(
          fc.record({
            prices: fc.tuple(ticks, ticks, ticks, ticks),
            volume: fc.integer({ min: 0, max: MAX_RECOVERABLE_TICKS }),
          }),
          {
            minLength: session.length,
            maxLength: session.length,
          },
        )
        .map((rows) => {
          const sorted = rows.map(({ prices }) => [...prices].sort((a, b) => a - b))
          return {
            asset,
            session: Int32Array.from(session),
            low: Float64Array.from(sorted, (four) => four[0]!),
            open: Float64Array.from(sorted, (four) => four[1]!),
            close: Float64Array.from(sorted, (four) => four[2]!),
            high: Float64Array.from(sorted, (four) => four[3]!),
            volume: Float64Array.from(rows, ({ volume }) => volume),
          }
        }),
    )
}

/**
 * Any sound content: up to three assets, bars in any order, prices up to 2^51 ticks, any
 * scales, splits.
 */
export const anyContent: fc.Arbitrary<BundleContent> = fc
  .record({
    length: fc.integer({ min: 1, max: 12 }),
    names: fc.uniqueArray(fc.constantFrom('A', 'BRK.B', '^GSPC', 'a-b', 'EUR=X', 'x:y', 'Z_9'), {
      minLength: 1,
      maxLength: 3,
    }),
    price: fc.integer({ min: 0, max: 15 }),
    volume: fc.integer({ min: 0, max: 15 }),
  })
  .chain(({ length, names, price, volume }) =>
    fc.record({
      name: fc.constant('any'),
      frequency: fc.constant('1d' as const),
      scales: fc.constant({ price, volume, adjustment: 9 }),
      sessions: fc.constant(days(length)),
      bars: fc.tuple(...names.map((name) => assetBars(name, length))),
      adjustments: fc.uniqueArray(
        fc
          .record({
            asset: fc.constantFrom(...names),
            session: fc.nat(length - 1),
            nano: fc.integer({ min: 1, max: MAX_UNSCALED }),
          })
          .map(
            ({ asset, session, nano }): Adjustment => ({
              asset,
              session,
              kind: 'split',
              value: new Money(nano).dividedBy(1e9),
            }),
          ),
        { maxLength: 4, selector: ({ asset, session }) => `${asset} ${session}` },
      ),
      provenance: fc.constant({ source: 'generated', synthetic: true }),
    }),
  )
