import { type ColumnTable, op, escape as rowFunction, table } from 'arquero'
import { EngineError } from '../errors.js'
import type { Asset, AssetId } from '../market/asset.js'
import type { AssetDirectory, BarSource, OpenBundle } from '../ports.js'
import { type BarRows, denseBars } from './dense-bars.js'

/**
 * The plain directory: the distinct assets of the long table, with the first and last session of
 * each.
 */
export function plainAssetDirectory(): AssetDirectory {
  return {
    async assets(bundle) {
      const distinct = (await longTable(bundle))
        .groupby('asset')
        .rollup({ firstSession: op.min('session'), lastSession: op.max('session') })
        .orderby('asset')
        .rename({ asset: 'id' })
      return distinct.objects() as Asset[]
    },
  }
}

/**
 * The plain source: filters the long table by asset and range, and converts the rows to dense
 * columns.
 */
export function plainBarSource(): BarSource {
  return {
    async bars(bundle, asset, range) {
      const life = lifeOf(bundle, asset)
      const wanted = ({ asset, session }: BarRow): boolean =>
        asset === life.id && session >= range.from && session < range.to
      const rows = (await longTable(bundle)).filter(rowFunction(wanted))
      return denseBars(life, columnsOf(rows), range)
    },
  }
}

/**
 * An asset as the manifest lists it.
 *
 * @throws {EngineError} `unknown-asset`
 */
export function lifeOf(bundle: OpenBundle, id: AssetId): Asset {
  const asset = bundle.manifest.assets.find((candidate) => candidate.id === id)
  if (asset !== undefined) return asset
  throw unknownAsset(
    id,
    bundle.manifest.assets.map((listed) => listed.id),
    `bundle ${bundle.manifest.name}`,
  )
}

/** The error for an unknown asset, which lists at most ten of the existing assets. */
export function unknownAsset(id: AssetId, assets: readonly AssetId[], where: string): EngineError {
  const listed =
    assets.slice(0, 10).join(', ') + (assets.length > 10 ? `, … (${assets.length} in all)` : '')
  return new EngineError('unknown-asset', `${where} has no asset '${id}'; it has ${listed}`, {
    details: { asset: id },
  })
}

interface BarRow {
  readonly asset: AssetId
  readonly session: number
}

async function longTable(bundle: OpenBundle): Promise<ColumnTable> {
  const { asset, session, ticks } = await bundle.table()
  return table({ asset, session, ...ticks })
}

function columnsOf(rows: ColumnTable): BarRows {
  const column = (name: string): Float64Array => rows.array(name, Float64Array) as Float64Array
  return {
    session: rows.array('session', Int32Array) as Int32Array,
    ticks: {
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
    },
  }
}
