import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { fc, test } from '@fast-check/vitest'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { canonicalContent } from '../../../engine/bundle/canonical-content.js'
import type { BundleContent } from '../../../engine/bundle/content.js'
import {
  adjustmentsToCsv,
  barsToCsv,
  readAdjustmentsCsv,
  readBarsCsv,
} from '../../../engine/bundle/csv.js'
import {
  adjustmentsToParquet,
  barsToParquet,
  readAdjustmentsParquet,
  readBarsParquet,
} from '../../../engine/bundle/parquet.js'
import { plainBundleSource } from '../../../engine/bundle/plain-source.js'
import { sha256 } from '../../../engine/bundle/version.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { BAR_FIELDS } from '../../../engine/market/bars.js'
import { ticksToText } from '../../../engine/market/money.js'
import { drawn } from '../../fixtures/drawn.js'
import { anyContent, bars, days, editManifest, scratch, smallContent } from './bundle-cases.js'

const stored = (bytes: Uint8Array, rows: number) => ({ path: 'bars.parquet', bytes, rows })

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

describe('decimal round trip', () => {
  test.prop([anyContent], { numRuns: drawn(1000) })(
    'keeps every unscaled integer through Parquet and through CSV',
    async (content) => {
      const canonical = canonicalContent(content)
      const rows = canonical.bars.reduce((sum, own) => sum + own.session.length, 0)
      const expected = {
        rows,
        asset: canonical.bars.flatMap((own) => Array.from(own.session, () => own.asset)),
        time: Float64Array.from(
          canonical.bars.flatMap((own) =>
            Array.from(own.session, (i) => canonical.calendar.times[i]!),
          ),
        ),
        ...Object.fromEntries(
          BAR_FIELDS.map((field) => [
            field,
            Float64Array.from(canonical.bars.flatMap((own) => [...own[field]])),
          ]),
        ),
      }
      expect(await readBarsParquet(stored(barsToParquet(canonical), rows), content.scales)).toEqual(
        expected,
      )
      expect(readBarsCsv(stored(barsToCsv(canonical), rows), content.scales, '1d')).toEqual(
        expected,
      )
      const count = canonical.adjustments.length
      const adjustments = await readAdjustmentsParquet(
        stored(adjustmentsToParquet(canonical), count),
        content.scales,
      )
      expect(adjustments.map(({ value }) => ticksToText(value, 9))).toEqual(
        canonical.adjustments.map(({ value }) => value.toFixed()),
      )
      expect(
        readAdjustmentsCsv(stored(adjustmentsToCsv(canonical), count), content.scales, '1d'),
      ).toEqual(adjustments)
    },
  )

  it('reads the nearest double where the decoder’s own decimals do not', async () => {
    const ticks = Array.from({ length: 1000 }, (_, i) => 58_485_714 + i)
    const content = canonicalContent({
      ...smallContent(),
      sessions: days(1000),
      bars: [bars('AAA', ticks)],
      adjustments: [],
    })
    const bytes = barsToParquet(content)
    const naive = await parquetReadObjects({ file: bytes.slice().buffer })
    expect(naive.filter((row, i) => row.open !== ticks[i]! / 1e6).length).toBeGreaterThan(100)
    expect(Array.from((await readBarsParquet(stored(bytes, 1000), content.scales)).open)).toEqual(
      ticks,
    )
  })
})

describe('layout', () => {
  it('has one row group per asset, decimals on INT64 and the asset as a dictionary', () => {
    const metadata = parquetMetadata(barsToParquet(canonicalContent(smallContent())).slice().buffer)
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([5, 3])
    expect(metadata.row_groups[0]?.columns[0]?.meta_data?.encodings).toContain('RLE_DICTIONARY')
    const types = metadata.schema
      .slice(1)
      .map(({ name, type, converted_type, scale, precision }) => [
        name,
        type,
        converted_type,
        scale,
        precision,
      ])
    expect(types[0]?.slice(0, 3)).toEqual(['asset', 'BYTE_ARRAY', 'UTF8'])
    expect(types[1]?.slice(0, 3)).toEqual(['session', 'INT64', 'TIMESTAMP_MILLIS'])
    expect(types[2]).toEqual(['open', 'INT64', 'DECIMAL', 6, 18])
    expect(types[6]).toEqual(['volume', 'INT64', 'DECIMAL', 4, 18])
  })
})

describe('interoperation with DuckDB', () => {
  test.prop([anyContent], { numRuns: 25 })(
    'DuckDB reads exactly the decimals we wrote',
    async (content) => {
      const canonical = canonicalContent(content)
      const path = join(await scratch(), 'bars.parquet')
      await writeFile(path, barsToParquet(canonical))
      const rows = await query(
        `select asset, session::date::varchar as day, open::varchar as open, volume::varchar as volume from '${path}'`,
      )
      const plain = (text: unknown, scale: number) =>
        BigInt(String(text).replace('.', '')).toString() +
        (String(text).includes('.') ? '' : '0'.repeat(scale))
      const expected = canonical.bars.flatMap((own) =>
        Array.from(own.session, (index, i) => ({
          asset: own.asset,
          day: canonical.sessions[index],
          open: BigInt(own.open[i]!).toString(),
          volume: BigInt(own.volume[i]!).toString(),
        })),
      )
      const { price, volume } = content.scales
      expect(
        rows.map((row) => ({
          ...row,
          open: plain(row.open, price === 0 ? 0 : price),
          volume: plain(row.volume, volume),
        })),
      ).toEqual(expected)
    },
  )

  it.each(['snappy', 'zstd', 'gzip'])(
    'we read a %s file DuckDB wrote with the same schema, nullable columns, microseconds and all',
    async (codec) => {
      const root = await scratch()
      const [ours, theirs] = [join(root, 'ours'), join(root, 'theirs')]
      await writeBundle(ours, smallContent())
      await writeBundle(theirs, smallContent())
      await query(
        `copy (select * from '${ours}/bars.parquet') to '${theirs}/bars.parquet' (format parquet, compression ${codec})`,
      )
      const bytes = await readFile(join(theirs, 'bars.parquet'))
      await editManifest(theirs, (manifest) => ({
        ...manifest,
        files: manifest.files.map((file) =>
          file.name === 'bars.parquet'
            ? { ...file, bytes: bytes.length, sha256: sha256(bytes) }
            : file,
        ),
      }))
      const source = plainBundleSource()
      expect(await (await source.open(theirs)).table()).toEqual(
        await (await source.open(ours)).table(),
      )
    },
  )
})

describe('files that are not ours', () => {
  const scales = { price: 6, volume: 4, adjustment: 9 }
  const good = barsToParquet(canonicalContent(smallContent()))

  it('refuses another number of rows before decoding', async () => {
    await expect(readBarsParquet(stored(good, 7), scales)).rejects.toThrow(
      'bars.parquet holds 8 rows where the manifest lists 7',
    )
  })

  it('refuses other scales', async () => {
    await expect(readBarsParquet(stored(good, 8), { ...scales, price: 2 })).rejects.toThrow(
      'has a column open that is not DECIMAL(18,2) on INT64',
    )
  })

  const wrong: readonly [string, string, RegExp][] = [
    [
      'other columns',
      'select 1 as a, 2 as b',
      /has the columns a, b where asset, session, open, high, low, close, volume belong/,
    ],
    [
      'a double price',
      sql('1.5::double'),
      /has a column open that is not DECIMAL\(18,6\) on INT64/,
    ],
    ['a price on INT32', sql('1.5::decimal(9,6)'), /has a column open that is not DECIMAL/],
    ['a list of prices', sql('[1.5::decimal(18,6)]'), /has the columns .* where .* belong/],
    [
      'a number as asset',
      sql('1.5::decimal(18,6)', '7'),
      /has a column asset that is not a string/,
    ],
    [
      'a date as session',
      sql('1.5::decimal(18,6)', "'A'", "date '2014-06-02'"),
      /has a column session that is not a timestamp/,
    ],
    [
      'nanoseconds',
      sql('1.5::decimal(18,6)', "'A'", "timestamp_ns '2014-06-02'"),
      /has a column session that is not a timestamp/,
    ],
    ['an empty price', sql('null::decimal(18,6)'), /holds a value that is empty or beyond 2\^53/],
    [
      'an empty asset',
      sql('1.5::decimal(18,6)', 'null::varchar'),
      /column asset holds a value that is not text/,
    ],
    ['a price beyond 2^53', sql('99999999999.5::decimal(18,6)'), /beyond 2\^53/],
  ]

  it.each(wrong)('refuses %s', async (_, select, message) => {
    const path = join(await scratch(), 'bars.parquet')
    await query(`copy (${select}) to '${path}' (format parquet)`)
    await expect(
      readBarsParquet({ path, bytes: await readFile(path), rows: 1 }, scales),
    ).rejects.toThrow(message)
  })

  it('refuses required integers beyond 2^53', async () => {
    const content = canonicalContent(smallContent())
    const metadata = parquetMetadata(barsToParquet(content).slice().buffer)
    const data = (name: string) => (name === 'asset' ? ['A'] : new BigInt64Array([2n ** 53n]))
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        schema: metadata.schema,
        columnData: metadata.schema.slice(1).map(({ name }) => ({ name, data: data(name) })),
      }),
    )
    await expect(readBarsParquet(stored(bytes, 1), scales)).rejects.toThrow(
      /holds a value beyond 2\^53/,
    )
  })

  test.prop([fc.integer({ min: 0, max: good.length - 1 })], { numRuns: drawn(1000) })(
    'refuses any truncated file',
    async (length) => {
      await expect(readBarsParquet(stored(good.slice(0, length), 8), scales)).rejects.toMatchObject(
        { code: 'bundle-corrupt' },
      )
    },
  )
})

function sql(open: string, asset = "'A'", session = "timestamp '2014-06-02'"): string {
  const price = '1.5::decimal(18,6)'
  return `select ${asset} as asset, ${session} as session, ${open} as open, ${price} as high, ${price} as low, ${price} as close, 1::decimal(18,4) as volume`
}

describe('a bundle without adjustments', () => {
  it.each(['parquet', 'csv'] as const)('reads none back from %s', async (format) => {
    const directory = join(await scratch(), 'plain')
    const content: BundleContent = { ...smallContent(), sessions: days(5), adjustments: [] }
    await writeBundle(directory, content, { format })
    expect(await (await plainBundleSource().open(directory)).adjustments()).toEqual([])
  })
})
