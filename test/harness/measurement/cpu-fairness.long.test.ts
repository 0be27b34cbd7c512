import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RunSlot } from '../../../harness/contract.js'
import { type ForkResult, forkRun } from '../../../harness/measurement/fork-run.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createIo, fixture } from '../../fixtures/bench.js'

const WORK = { warmup: 1, iterations: 2 } as const

/** A measured process of the suite that moves its work elsewhere. */
function measure(place: string, metric: 'cpu' | 'wall'): Promise<ForkResult> {
  const slot: RunSlot = {
    suite: new URL(`file://${fixture('threads-suite.mjs')}`).href,
    mode: 'run',
    metric,
    workload: 'burn',
    arm: 'candidate',
    stack: [place],
    scale: 'smoke',
    seed: 7,
    pair: 1,
    position: 0,
    ...WORK,
  }
  const { signal } = createIo().io
  return forkRun(slot, {
    env: runEnvironment(process.env),
    nodeFlags: nodeFlagsFor(metric),
    timeoutMs: 60_000,
    signal,
  })
}

async function measurementOf(place: string, metric: 'cpu' | 'wall' = 'cpu') {
  const result = await measure(place, metric)
  if (result.kind !== 'answered' || result.message.kind !== 'measured')
    throw new Error(JSON.stringify(result))
  return { ...result.message.measurement, ownCpuMs: result.message.ownCpuMs }
}

// The kernel's account of each thread is what the process's account is held against.
describe.skipIf(!existsSync('/proc/thread-self/schedstat'))('CPU time of a run', () => {
  it.each(['workers', 'native'])('counts work done in %s', async (place) => {
    const { cpuMs, counters } = await measurementOf(place)
    const elsewhereMs = counters['elsewhere.ms'] ?? 0
    expect(elsewhereMs).toBeGreaterThan(20)
    expect(cpuMs).toBeGreaterThan(0.9 * elsewhereMs)
  })
})

describe.skipIf(!existsSync('/proc/self/stat'))('a layer that starts processes', () => {
  it.each(['sync-process', 'brief-process', 'process', 'lasting-process'])(
    '%s: is refused under CPU time, with the remedy',
    async (place) => {
      expect(await measure(place, 'cpu')).toEqual({
        kind: 'failed',
        error:
          "the timed section ran other processes, whose CPU time is not counted; declare metric: 'wall' in the layer, or give --metric wall",
      })
    },
  )

  it('is measured under wall time, and its processes do not count as foreign load', async () => {
    const alone = await measurementOf('brief-process', 'wall')
    const busy = await measurementOf('sync-process', 'wall')
    expect(busy.cpuMs * WORK.iterations).toBeLessThan(busy.ownCpuMs / 2)
    expect(busy.ownCpuMs).toBeGreaterThan(alone.ownCpuMs)
  })

  it('is not refused for threads', async () => {
    expect(await measure('workers', 'cpu')).toMatchObject({ kind: 'answered' })
  })
})
