import { readAdjustmentsCsv, readBarsCsv } from './csv.js'
import type { BundleManifest } from './manifest.js'
import { readAdjustmentsParquet, readBarsParquet } from './parquet.js'
import type { StoredFile } from './stored-file.js'
import type { TickAdjustment, TickTable } from './tick-table.js'

/** Decodes the bars of a bundle, in either format; not yet checked against the manifest. */
export async function decodeBars(file: StoredFile, manifest: BundleManifest): Promise<TickTable> {
  return manifest.format === 'parquet'
    ? readBarsParquet(file, manifest.scales)
    : readBarsCsv(file, manifest.scales, manifest.frequency)
}

/** Decodes the adjustments of a bundle; see `decodeBars`. */
export async function decodeAdjustments(
  file: StoredFile,
  manifest: BundleManifest,
): Promise<readonly TickAdjustment[]> {
  return manifest.format === 'parquet'
    ? readAdjustmentsParquet(file, manifest.scales)
    : readAdjustmentsCsv(file, manifest.scales, manifest.frequency)
}
