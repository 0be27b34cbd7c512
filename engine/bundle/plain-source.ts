import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import type { BundleSource, Counters, OpenBundle } from '../ports.js'
import type { BarTable } from './bar-table.js'
import { decodeAdjustments, decodeBars } from './decode.js'
import { type CheckedManifest, identityOf, isUnchanged, readManifest } from './manifest-file.js'
import { readStored } from './stored-file.js'
import { toAdjustments, toBarTable } from './tick-table.js'

/**
 * Opens bundles from disk, again for every request. It is the baseline against which optimizations
 * are measured.
 *
 * @param counters  counts `bundle.opens`, `bundle.decodes` (of the long table) and
 * `bundle.bytesRead` (of bars and adjustments files)
 * @throws {EngineError} from `open`, `table` and `adjustments`: `bundle-missing`, `bundle-corrupt`,
 * `bundle-invalid`, `bundle-changed`; after `close`, `strategy-misuse`
 */
export function plainBundleSource(counters: Counters = {}): BundleSource {
  return {
    async open(directory) {
      const checked = await readManifest(directory)
      count(counters, 'bundle.opens', 1)
      return openBundle(directory, checked, counters)
    },
  }
}

function openBundle(directory: string, checked: CheckedManifest, counters: Counters): OpenBundle {
  const { manifest, calendar } = checked
  const table = async () => {
    const file = await readStored(directory, manifest, 'bars')
    count(counters, 'bundle.decodes', 1)
    count(counters, 'bundle.bytesRead', file.bytes.length)
    return toBarTable(file.path, await decodeBars(file, manifest), manifest, calendar)
  }
  const adjustments = async () => {
    const file = await readStored(directory, manifest, 'adjustments')
    count(counters, 'bundle.bytesRead', file.bytes.length)
    return toAdjustments(file.path, await decodeAdjustments(file, manifest), manifest, calendar)
  }
  const isCurrent = () => isUnchanged(directory, checked)
  return closable(
    {
      directory,
      manifest,
      version: manifest.version,
      identity: identityOf(checked),
      calendar,
      isCurrent,
    },
    table,
    adjustments,
  )
}

/**
 * An opened bundle over two readers. Each reader is called at most once, on first use; after
 * `close`, reading is an error.
 */
export function closable(
  identity: Omit<OpenBundle, 'table' | 'adjustments' | 'close'>,
  readTable: () => Promise<BarTable>,
  readAdjustments: () => Promise<readonly Adjustment[]>,
): OpenBundle {
  let closed = false
  let table: Promise<BarTable> | undefined
  let adjustments: Promise<readonly Adjustment[]> | undefined
  const checkOpen = () => {
    if (closed)
      throw new EngineError(
        'strategy-misuse',
        `bundle ${identity.manifest.name} was closed; open it again`,
      )
  }
  return {
    ...identity,
    async table() {
      checkOpen()
      table ??= readTable()
      return table
    },
    async adjustments() {
      checkOpen()
      adjustments ??= readAdjustments()
      return adjustments
    },
    close() {
      closed = true
      table = undefined
      adjustments = undefined
    },
  }
}

function count(counters: Counters, name: string, amount: number): void {
  counters[name] = (counters[name] ?? 0) + amount
}
