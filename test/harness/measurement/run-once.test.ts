import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunSlot, Suite, Workload } from '../../../harness/contract.js'
import { measurementSchema } from '../../../harness/measurement/child-message.js'
import { burn, calibrateTurnsPerMs } from '../../../harness/measurement/kernel.js'
import { digestOf, runOnce, workloadOf } from '../../../harness/measurement/run-once.js'
import { foldStack } from '../../../harness/measurement/stack.js'
import { kernelSlot, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const slot: RunSlot = {
  ...kernelSlot,
  seed: 7,
  warmup: 2,
  iterations: 5,
}

/** The kernel suite with a workload of this test's own. */
function suiteWith(run: Workload<unknown, unknown, unknown>['run']): Suite {
  return {
    ...kernelSuite,
    workloads: [{ ...workloadOf(kernelSuite, 'spin'), run, canonical: String }],
  }
}

describe('runOnce', () => {
  it('makes W warm-up and K timed iterations and keeps the timed ones in order', async () => {
    let calls = 0
    const order: number[] = []
    const suite = suiteWith(async () => {
      order.push(++calls)
      burn(calls * 20_000)
      return { output: 'same' }
    })
    const run = measurementSchema.parse(await runOnce(suite, slot))
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(run).toMatchObject({ warmup: 2, iterations: 5, digest: digestOf('same') })
    expect(run.samplesMs).toHaveLength(5)
    const total = run.samplesMs.reduce((sum, ms) => sum + ms, 0)
    expect(run.wallMs * 5).toBeGreaterThanOrEqual(total)
  })

  it('makes exactly K iterations without a warm-up', async () => {
    let calls = 0
    const suite = suiteWith(async () => ({ output: String(++calls > 0) }))
    const run = await runOnce(suite, { ...slot, warmup: 0, iterations: 1 })
    expect(calls).toBe(1)
    expect(run).toMatchObject({ warmup: 0, warmupMs: 0, iterations: 1 })
    expect(run.coldWallMs).toBe(run.samplesMs[0])
  })

  it('rejects with the error of an iteration instead of timing it', async () => {
    let calls = 0
    const failing = async () => {
      if (++calls === 4) throw new Error('no such bar')
      return { output: 'same' }
    }
    await expect(runOnce(suiteWith(failing), slot)).rejects.toThrow('no such bar')
    calls = 3
    await expect(runOnce(suiteWith(failing), slot)).rejects.toThrow('no such bar')
  })

  it('gives a digest that matches no output where iterations differ', async () => {
    let calls = 0
    const suite = suiteWith(async () => ({ output: ++calls === 6 ? 'wrong' : 'right' }))
    const { digest } = await runOnce(suite, slot)
    expect([digestOf('right'), digestOf('wrong')]).not.toContain(digest)
  })

  it('omits a counter that is missing in an iteration: missing is not zero', async () => {
    let calls = 0
    const suite = suiteWith(async () => ({
      output: '',
      counters: { opens: 9, ...(++calls % 2 === 0 && { misses: 100 }) },
    }))
    expect((await runOnce(suite, slot)).counters).toEqual({ opens: 9 })
  })

  it('reports mean counters of the timed iterations and the work of one', async () => {
    let calls = 0
    const suite = suiteWith(async () => ({
      output: '',
      counters: { hits: ++calls },
      work: { unit: 'bars', amount: 9 },
    }))
    expect(await runOnce(suite, slot)).toMatchObject({
      counters: { hits: 5 },
      work: { unit: 'bars', amount: 9 },
    })
  })

  it('passes the folded stack, the scale and the seed to the workload', async () => {
    const seen: unknown[] = []
    const suite = suiteWith(async (...given) => {
      seen.push(given)
      return { output: '' }
    })
    await runOnce(suite, { ...slot, warmup: 0, iterations: 1 })
    expect(seen).toEqual([[{ cost: 0.4, trouble: '' }, 1, 7]])
  })

  it('omits what a host without /proc does not report', async () => {
    const proc = join(temporaryDirectory(), 'no-proc')
    mkdirSync(proc)
    const run = measurementSchema.parse(await runOnce(kernelSuite, slot, { proc }))
    expect(run).not.toHaveProperty('peakRssBytes')
    expect(run).not.toHaveProperty('waitShare')
    expect(run.cpuMs).toBeGreaterThan(0)
  })

  it('counts only the garbage collections of the timed section', async () => {
    // Some 240 MB of short-lived objects: many times what a young generation holds, so that no heap
    // is large enough to get by without collecting.
    const churn = suiteWith(async () => {
      let length = 0
      for (let round = 0; round < 20; round++)
        length += Array.from({ length: 400_000 }, (_, index) => ({ index })).length
      return { output: String(length) }
    })
    const busy = await runOnce(churn, { ...slot, warmup: 1, iterations: 1 })
    expect(busy.gcCount).toBeGreaterThan(0)
    expect(busy.gcMs).toBeGreaterThan(0)
  })
})

describe('the injected kernel', () => {
  it('does real work: its residue depends on the turns', () => {
    expect(burn(1000)).not.toBe(burn(1001))
    const before = burn(0)
    expect(burn(0)).toBe(before)
    expect(calibrateTurnsPerMs()).toBeGreaterThan(0)
  })
})

describe('a name that the suite does not have', () => {
  it('is refused', () => {
    expect(() => workloadOf(kernelSuite, 'none')).toThrow('suite kernel has no workload none')
    expect(() => foldStack(kernelSuite, ['faster', 'none'])).toThrow(
      'suite kernel has no layer none',
    )
  })
})
