import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { openShared } from '../cache/shared-columns.js'
import { openEngine } from '../open-engine.js'
import type { OpenBundle } from '../ports.js'
import type { TrialTask } from '../search/grid.js'
import { type LoadedSearch, loadSearchModule, specOf } from '../search/module/search-module.js'
import { carry } from './carried-error.js'
import {
  type BatchMessage,
  type FromWorker,
  IDLE,
  type ToWorker,
  type Wanted,
  type WorkerStart,
} from './worker-messages.js'

/**
 * A thread of a pool: imports the search module, then runs batches one after the other with an
 * engine of its own. `pool-worker.ts` starts it and sends the messages.
 */
const { module, given, config, progress } = workerData as WorkerStart
const engine = openEngine(config)
const bundles = new Map<number, OpenBundle>()

const loading = start()
let work: Promise<void> = Promise.resolve()

parentPort!.on('message', (message: ToWorker) => {
  const before = work
  work = (async () => {
    await before
    const search = await loading
    if (search !== undefined) await handle(search, message)
  })()
})

async function start(): Promise<LoadedSearch | undefined> {
  try {
    const search = await loadSearchModule(module, given)
    send({ kind: 'loaded', bundle: search.bundle })
    return search
  } catch (error) {
    send({ kind: 'refused', error: carry(error) })
    return undefined
  }
}

async function handle(search: LoadedSearch, message: ToWorker): Promise<void> {
  if (message.kind === 'batch') await runBatch(search, message)
  else if (message.kind === 'bundle') bundles.set(message.number, openShared(message.data))
  else {
    bundles.delete(message.number)
    // They hold views of the bundle.
    engine.clearCaches()
  }
}

async function runBatch(search: LoadedSearch, batch: BatchMessage): Promise<void> {
  const begin = performance.now()
  const bundle = batch.bundle === undefined ? search.bundle : bundles.get(batch.bundle)!
  const results: unknown[] = []
  let failed: { index: number; error: ReturnType<typeof carry> } | undefined
  for (const [i, task] of batch.tasks.entries()) {
    const index = batch.first + i
    if (index >= Atomics.load(batch.stop, 0)) break
    Atomics.store(progress, 0, index)
    try {
      results.push(await runTask(search, task, batch.wanted, bundle))
    } catch (error) {
      failed = { index, error: carry(error) }
      break
    }
  }
  Atomics.store(progress, 0, IDLE)
  const busyMs = performance.now() - begin
  send({ kind: 'done', results, busyMs, ...(failed !== undefined && { failed }) })
}

async function runTask(
  search: LoadedSearch,
  task: TrialTask,
  wanted: Wanted,
  bundle: string | OpenBundle,
): Promise<unknown> {
  const spec = await specOf(search, task, bundle)
  return wanted.kind === 'backtests'
    ? engine.backtest(spec)
    : engine.trial(spec, wanted.objective ?? search.objective, task)
}

function send(message: FromWorker): void {
  parentPort!.postMessage(message)
}
