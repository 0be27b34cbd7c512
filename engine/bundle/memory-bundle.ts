import type { OpenBundle } from '../ports.js'
import { canonicalContent } from './canonical-content.js'
import type { BundleContent } from './content.js'
import { manifestOf } from './manifest-file.js'
import { closable } from './plain-source.js'
import { tableOf } from './tick-table.js'

/**
 * A bundle in memory, with the same version, table and adjustments as if it were written to disk.
 *
 * @param content  in any order
 * @throws {EngineError} `input-invalid`, `precision`: content unfit for a bundle
 */
export function memoryBundle(content: BundleContent): OpenBundle {
  const canonical = canonicalContent(content)
  const { calendar, adjustments } = canonical
  const manifest = manifestOf(canonical, 'parquet', [])
  return closable(
    {
      directory: `memory:${content.name}`,
      manifest,
      version: manifest.version,
      identity: manifest.version,
      calendar,
      isCurrent: async () => true,
    },
    async () => tableOf(canonical.bars),
    async () => adjustments,
  )
}
