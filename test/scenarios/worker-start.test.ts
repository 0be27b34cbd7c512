import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { enable, plainBundleSource, pureBaseline } from '../../engine/index.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { ensureMarket } from '../../scenarios/market/market-cache.js'
import { workerStartWorkload } from '../../scenarios/workloads/worker-start.js'
import { temporaryDirectory } from '../fixtures/bench.js'

const SCALE = { threads: [1, 3], laterOpens: 2, market: { assets: 2, sessions: 60 } }
const POOLED = enable(pureBaseline(), { bundlePool: true })

describe('worker-start', () => {
  const root = temporaryDirectory()
  let before: string | undefined
  let directory: string
  let alive = 0
  const watch = (worker: Worker) => {
    alive++
    worker.once('exit', () => alive--)
  }
  beforeEach(async () => {
    before = process.env[CACHE_VARIABLE]
    process.env[CACHE_VARIABLE] = root
    directory = (await ensureMarket(SCALE.market, 5, () => {}, root)).directory
    process.on('worker', watch)
  })
  afterEach(() => {
    process.off('worker', watch)
    if (before === undefined) delete process.env[CACHE_VARIABLE]
    else process.env[CACHE_VARIABLE] = before
  })

  it('opens in every new thread and again in all threads together, and leaves none running', async () => {
    const { output, counters, work } = await workerStartWorkload.run(pureBaseline(), SCALE, 5)
    const { version } = await plainBundleSource().open(directory)
    // One thread opens once, then twice; two more once; then all three twice.
    expect(output.map((reads) => reads.length)).toEqual([5, 3, 3])
    expect(new Set(output.flat().map((read) => read.version))).toEqual(new Set([version]))
    expect(new Set(output.flat().map((read) => read.checksum)).size).toBe(1)
    expect(work).toEqual({ unit: 'opens', amount: 11 })
    expect(counters).toMatchObject({ 'bundle.opens': 11, 'bundle.decodes': 11 })
    expect(counters!['open.savedShare']).toBeCloseTo(
      1 - counters!['open.warmMs']! / counters!['open.coldMs']!,
      12,
    )
    expect(alive).toBe(0)
  })

  it('reads the same through the pool, which opens once per thread', async () => {
    const plain = await workerStartWorkload.run(pureBaseline(), SCALE, 5)
    const pooled = await workerStartWorkload.run(POOLED, SCALE, 5)
    expect(workerStartWorkload.canonical(pooled.output)).toBe(
      workerStartWorkload.canonical(plain.output),
    )
    expect(pooled.counters).toMatchObject({
      'bundle.opens': 3,
      'bundle.decodes': 3,
      'pool.hits': 8,
      'pool.misses': 3,
    })
    expect(pooled.work).toEqual(plain.work)
  })

  it('fails with the error of a thread, and leaves none running', async () => {
    writeFileSync(join(directory, 'bars.parquet'), 'no bars')
    await expect(workerStartWorkload.run(POOLED, SCALE, 5)).rejects.toThrow(
      /bars\.parquet has 7 bytes where the manifest lists/,
    )
    expect(alive).toBe(0)
  })

  it('names the thread whose data differ', async () => {
    const { output } = await workerStartWorkload.run(POOLED, { ...SCALE, threads: [1] }, 5)
    const other = output.map((reads) =>
      reads.map((read, i) => (i === 1 ? { ...read, checksum: 'ff'.repeat(32) } : read)),
    )
    expect(workerStartWorkload.diverge(output, output)).toBeUndefined()
    expect(workerStartWorkload.diverge(output, other)).toMatchObject({
      at: { thread: 'number 1', open: 'number 2' },
      field: 'checksum',
      candidate: 'ffffffffffffffff',
    })
    expect(workerStartWorkload.diverge(output, [])).toMatchObject({
      field: 'version',
      candidate: 'none',
    })
  })
})
