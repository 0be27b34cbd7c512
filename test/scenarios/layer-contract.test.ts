import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OptimizationConfig,
  openEngine,
  plainBundleSource,
  pureBaseline,
  writeBundle,
} from '../../engine/index.js'
import type { Outcome } from '../../harness/contract.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { marketDirectory } from '../../scenarios/market/market-cache.js'
import { marketContent } from '../../scenarios/market/market-content.js'
import { suite } from '../../scenarios/suite.js'
import { crossoverOf } from '../../scenarios/workloads/search-space.js'

/**
 * Every layer must keep these promises on every workload without threads; a new layer or workload
 * is covered by being in the suite.
 */

const SEEDS = [1, 2]
let root: string
let before: string | undefined

/** What the pure baseline gives, made once: it is the same for every layer. */
const baselines = new Map<string, Promise<Outcome<unknown>>>()
function baselineOf(
  workload: (typeof suite.workloads)[number],
  seed: number,
): Promise<Outcome<unknown>> {
  const key = `${workload.id} ${seed}`
  const made = baselines.get(key) ?? workload.run(suite.baseline(), workload.scales.smoke, seed)
  baselines.set(key, made)
  return made
}

/** What the layers give, made once for layers that change the same settings. */
const candidates = new Map<string, Promise<Outcome<unknown>>>()
function candidateOf(
  workload: (typeof suite.workloads)[number],
  config: OptimizationConfig,
  seed: number,
): Promise<Outcome<unknown>> {
  const key = JSON.stringify([workload.id, config, seed])
  const made = candidates.get(key) ?? workload.run(config, workload.scales.smoke, seed)
  candidates.set(key, made)
  return made
}

const warn = (line: string) => {
  throw new Error(line)
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'assay-contract-'))
  before = process.env[CACHE_VARIABLE]
  process.env[CACHE_VARIABLE] = root
  for (const workload of suite.workloads)
    for (const seed of SEEDS) await workload.prepare(workload.scales.smoke, seed, warn)
})

afterAll(() => {
  if (before === undefined) delete process.env[CACHE_VARIABLE]
  else process.env[CACHE_VARIABLE] = before
  rmSync(root, { recursive: true, force: true })
})

describe('the suite', () => {
  it('has unique ids that can name a file', () => {
    const ids = [...suite.layers, ...suite.workloads].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(id))).toEqual([])
  })

  it('names only its own workloads, as targets and as guards', () => {
    const known = suite.workloads.map(({ id }) => id)
    expect(
      suite.layers
        .flatMap(({ workloads, guards = [] }) => [...workloads, ...guards])
        .filter((id) => !known.includes(id)),
    ).toEqual([])
  })
})

/**
 * A workload that starts threads takes long, and what happens in the threads does not depend on
 * most layers: it is run for those that name it, and below for all of them together.
 */
function workloadsFor({ workloads, guards = [] }: (typeof suite.layers)[number]) {
  return suite.workloads.filter(
    ({ id, parallel }) => parallel !== true || [...workloads, ...guards].includes(id),
  )
}

describe('all layers together', () => {
  const config = suite.layers.reduce((before, layer) => layer.apply(before), suite.baseline())

  for (const workload of suite.workloads.filter(({ parallel }) => parallel === true))
    it(`have the baseline's results on ${workload.id}`, async () => {
      const baseline = await baselineOf(workload, SEEDS[0]!)
      const candidate = await workload.run(config, workload.scales.smoke, SEEDS[0]!)
      expect(workload.diverge(baseline.output, candidate.output)).toBeUndefined()
      expect(workload.canonical(candidate.output)).toBe(workload.canonical(baseline.output))
      expect(candidate.work).toEqual(baseline.work)
    })
})

for (const layer of suite.layers) {
  describe(layer.id, () => {
    const config = layer.apply(suite.baseline())

    for (const workload of workloadsFor(layer)) {
      it(`has the baseline's results on ${workload.id}, for every seed`, async () => {
        for (const seed of SEEDS) {
          const baseline = await baselineOf(workload, seed)
          const candidate = await candidateOf(workload, config, seed)
          expect(workload.diverge(baseline.output, candidate.output)).toBeUndefined()
          expect(workload.canonical(candidate.output)).toBe(workload.canonical(baseline.output))
          expect(candidate.work).toEqual(baseline.work)
        }
      })
    }

    it('does not change the configuration to which it is applied', () => {
      expect(suite.baseline()).toEqual(pureBaseline())
      expect(layer.apply(suite.baseline())).toEqual(config)
      expect(layer.apply(config)).toEqual(config)
    })

    it('has the right results in one engine after prices were restated on disk', async () => {
      const size = { assets: 3, sessions: 120 }
      const directory = marketDirectory(size, 99, join(root, layer.id))
      const content = marketContent(size, 99)
      await writeBundle(directory, content)
      const engine = openEngine(config)
      const first = await engine.backtest({ bundle: directory, algorithm: crossover(config) })

      const [own, ...others] = content.bars
      await writeBundle(directory, { ...content, bars: [{ ...own!, open: own!.high }, ...others] })
      const restated = await engine.backtest({ bundle: directory, algorithm: crossover(config) })
      const fresh = await openEngine(pureBaseline()).backtest({
        bundle: directory,
        algorithm: crossover(pureBaseline()),
      })
      expect(restated).toEqual(fresh)
      expect(restated).not.toEqual(first)
      engine.close()
    })

    it('does not change the columns it returns', async () => {
      const size = { assets: 3, sessions: 120 }
      const directory = marketDirectory(size, 98, join(root, layer.id))
      await writeBundle(directory, marketContent(size, 98))
      const engine = openEngine(config)
      const once = await engine.backtest({ bundle: directory, algorithm: crossover(config) })
      for (let i = 0; i < 3; i++)
        await engine.backtest({ bundle: directory, algorithm: crossover(config) })
      expect(await engine.backtest({ bundle: directory, algorithm: crossover(config) })).toEqual(
        once,
      )
      engine.close()
    })

    it('stays within tiny limits, with the right results', async () => {
      const tiny: OptimizationConfig = {
        ...config,
        assetListEntries: 1,
        preGroupedBytes: 10_000,
        historyCacheBytes: 10_000,
        historyCacheEntries: 3,
        historyKeptWindows: [30],
        indicatorBytes: 10_000,
        bundlePoolSize: 1,
      }
      const engine = openEngine(tiny)
      for (const workload of workloadsFor(layer)) {
        const candidate = await candidateOf(workload, tiny, SEEDS[0]!)
        const baseline = await baselineOf(workload, SEEDS[0]!)
        expect(workload.canonical(candidate.output)).toBe(workload.canonical(baseline.output))
        for (const cache of ['preGrouped', 'history.kept', 'history.recent', 'indicators']) {
          expect(candidate.counters?.[`${cache}.bytes`] ?? 0).toBeLessThanOrEqual(10_000)
        }
        expect(candidate.counters?.['history.recent.entries'] ?? 0).toBeLessThanOrEqual(3)
        // Each engine has a pool of its own, and `worker-start` an engine in each thread.
        const engines =
          candidate.work?.unit === 'opens' ? (candidate.output as readonly unknown[]).length : 1
        expect(candidate.counters?.['pool.open'] ?? 0).toBeLessThanOrEqual(engines)
      }
      engine.close()
    })
  })
}

it('finds the sessions of a market without decoding its table', async () => {
  const workload = suite.workloads[0]!
  await workload.prepare(workload.scales.smoke, SEEDS[0]!, warn)
  const counters = {}
  const directory = marketDirectory({ assets: 4, sessions: 180 }, SEEDS[0]!, root)
  const bundle = await plainBundleSource(counters).open(directory)
  expect(bundle.calendar.length).toBe(180)
  expect(counters).toEqual({ 'bundle.opens': 1 })
})

function crossover(config: OptimizationConfig) {
  return crossoverOf({ fast: 5, slow: 20 }, config)
}
