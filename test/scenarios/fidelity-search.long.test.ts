import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pureBaseline } from '../../engine/index.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { layer8MultiFidelity } from '../../scenarios/layers/layer8-multi-fidelity.js'
import { fidelitySearchWorkload } from '../../scenarios/workloads/fidelity-search.js'

const { standard } = fidelitySearchWorkload.scales
let root: string
let before: string | undefined

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-fidelity-'))
  before = process.env[CACHE_VARIABLE]
  process.env[CACHE_VARIABLE] = root
})

afterAll(() => {
  if (before === undefined) delete process.env[CACHE_VARIABLE]
  else process.env[CACHE_VARIABLE] = before
  rmSync(root, { recursive: true, force: true })
})

async function run(scale: typeof standard, seed: number) {
  await fidelitySearchWorkload.prepare(scale, seed, () => {})
  return fidelitySearchWorkload.run(pureBaseline(), scale, seed)
}

const barsOf = (trials: readonly { readonly bars: number }[]) =>
  trials.reduce((sum, { bars }) => sum + bars, 0)

describe('the search by shares of the sessions', () => {
  it('is as good as a grid with a third of its bars where shares foretell', {
    timeout: 300_000,
  }, async () => {
    const { output, counters = {} } = await run(standard, 1)
    const [grid, ...searches] = output
    expect(counters['bohb.correlation.9']).toBeGreaterThanOrEqual(0.8)
    expect(counters['bohb.correlation.3']).toBeGreaterThanOrEqual(0.8)
    for (const { trials } of searches)
      expect(barsOf(trials) / barsOf(grid!.trials)).toBeLessThanOrEqual(1 / 3)
    const best = searches.map((search) => search.best.score!).sort((a, b) => a - b)
    expect(best[2]).toBeGreaterThanOrEqual(grid!.best.score!)
    const { criterion } = layer8MultiFidelity
    expect(criterion).toEqual({ kind: 'budget', counter: 'bohb.barsShare', atMost: 1 / 3 })
    expect(counters['bohb.barsShare']).toBeLessThanOrEqual(1 / 3)
  })

  it('states that it does not pay where shares do not foretell', { timeout: 300_000 }, async () => {
    const free = { ...standard, basisPoints: 0, seeds: [1, 2, 3], sessions: 252 }
    const { output, counters = {} } = await run(free, 1)
    const [grid, ...searches] = output
    expect(grid!.fidelityNote).toBeUndefined()
    for (const { fidelityNote } of searches) expect(fidelityNote).toMatch(/^bohb does not pay here/)
    expect(counters['bohb.barsShare']).toBeUndefined()
  })
})
