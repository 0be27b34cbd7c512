import type { OpenBundle } from '../ports.js'
import { type BundleContent, canonicalContent } from './content.js'
import { manifestOf } from './manifest-file.js'
import { closable } from './plain-source.js'
import { tableOf } from './tick-table.js'

/**
 * A bundle that never touches a disk, with the version, table and adjustments the written bundle
 * would have.
 *
 * @param content  in any order
 * @throws {EngineError} `input-invalid`, `precision`: content unfit for a bundle
 */
export function memoryBundle(content: BundleContent): OpenBundle {
  const canonical = canonicalContent(content)
  const { scales, calendar, adjustments } = canonical
  const manifest = manifestOf(canonical, 'parquet', [])
  return closable(
    {
      directory: `memory:${content.name}`,
      manifest,
      version: manifest.version,
      calendar,
      isCurrent: async () => true,
    },
    async () => tableOf(canonical.bars, scales.price, scales.volume),
    async () => adjustments,
  )
}
