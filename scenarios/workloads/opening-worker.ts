import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { BarTable } from '../../engine/bundle/bar-table.js'
import type { Adjustment, OptimizationConfig } from '../../engine/index.js'
import { BAR_FIELDS } from '../../engine/market/bars.js'
import { openBundles } from '../../engine/open-bundles.js'
import type { ThreadAnswer, ThreadQuestion } from './opening-thread.js'

/**
 * A thread that opens a bundle on request, as a separate engine would. It loads only the modules
 * that open bundles, and runs as compiled code. `opening-thread.ts` sends the requests.
 */
const { config, directory } = workerData as {
  readonly config: OptimizationConfig
  readonly directory: string
}
const bundles = openBundles(config)

parentPort!.on('message', async (question: ThreadQuestion) => {
  if (question === 'open') return answer(await openAndRead())
  answer({ kind: 'counted', counters: bundles.counters() })
  bundles.close()
  parentPort!.close()
})
answer({ kind: 'ready' })

async function openAndRead(): Promise<ThreadAnswer> {
  const begin = performance.now()
  const bundle = await bundles.source.open(directory)
  const table = await bundle.table()
  const adjustments = await bundle.adjustments()
  const ms = performance.now() - begin
  bundle.close()
  return { kind: 'read', ms, version: bundle.version, checksum: checksumOf(table, adjustments) }
}

/** SHA-256 over the data that were read. It is computed after the time was taken. */
function checksumOf(table: BarTable, adjustments: readonly Adjustment[]): string {
  const hash = createHash('sha256').update(table.asset.join())
  hash.update(table.session)
  for (const field of BAR_FIELDS) hash.update(table.ticks[field])
  for (const { asset, session, kind, value } of adjustments)
    hash.update(`${asset} ${session} ${kind} ${value.toFixed()}\n`)
  return hash.digest('hex')
}

function answer(message: ThreadAnswer): void {
  parentPort!.postMessage(message)
}
