import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { EngineError, type FailedTrial, type WorkerStatistics } from '../../../engine/index.js'
import { scratch } from '../bundle/bundle-cases.js'
import {
  errorOf,
  generator,
  inlineOf,
  marketOf,
  poolOf,
  tasksOf,
  watchThreads,
} from './pool-cases.js'

/** More: `POOL_CRASHES=50 npx vitest run worker-faults` */
const CRASHES = Number(process.env.POOL_CRASHES ?? 4)

/** Tasks of which those with one of the numbers have a fault. */
const withFault = (count: number, fault: string, ...numbers: readonly number[]) =>
  tasksOf(count, (trial) => (numbers.includes(trial) ? { fault } : {}))

describe('a strategy that throws', () => {
  it('ends the search with its own error and the trial, and is not run again', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle })
    const error = (await errorOf(pool.trials(), withFault(20, 'throws', 11))) as RangeError & {
      readonly trial: FailedTrial
      readonly phase: number
    }
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toBe('the moon is full')
    expect(error.stack).toMatch(/RangeError: the moon is full\n.*pool-search\.mjs:\d+/)
    expect(error.phase).toBe(3)
    expect(error.trial).toEqual({ index: 11, ...withFault(20, 'throws', 11)[11] })
    expect(pool.statistics().total).toMatchObject({ restarts: 0 })
    const inline = await errorOf((await inlineOf({ bundle })).trials, withFault(20, 'throws', 11))
    expect(inline).toMatchObject({ name: error.name, message: error.message, phase: 3 })
  })

  it('ends it with the error of the first trial of several, as inline', async () => {
    const pool = poolOf({ bundle: await marketOf() }, { workers: 4 })
    for (const others of [
      [3, 4, 5, 6, 7],
      [40, 2, 9],
      [59, 58],
    ])
      expect(await errorOf(pool.trials(), withFault(60, 'throws', ...others))).toMatchObject({
        trial: { index: Math.min(...others) },
      })
  })

  it('may throw what is not an error', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    const error = await errorOf(pool.backtests(), withFault(3, 'throws a text', 1))
    expect(error).toMatchObject({ name: 'Error', message: 'plain text', trial: { index: 1 } })
  })

  it('leaves the pool usable', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle })
    await errorOf(pool.trials(), withFault(9, 'throws', 0))
    expect(await pool.trials().map(tasksOf(9))).toEqual(
      await (await inlineOf({ bundle })).trials.map(tasksOf(9)),
    )
  })

  it('keeps the class and code of an error of the engine', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    const error = await errorOf(pool.trials(), withFault(5, 'no strategy', 2))
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: 'strategy-misuse', trial: { index: 2 } })
    const late = [{ parameters: {}, range: { start: 5, end: 5000 } }]
    expect(await errorOf(pool.trials(), late)).toMatchObject({
      code: 'input-invalid',
      trial: { index: 0, range: { start: 5, end: 5000 } },
    })
  })
})

describe('a worker that ends', () => {
  it('is replaced, and its batch run again, with the right results', async () => {
    const bundle = await marketOf()
    const marks = await scratch()
    const crashing = Array.from({ length: CRASHES }, (_, i) => i * 7)
    const tasks = withFault(CRASHES * 7 + 20, 'exits once', ...crashing)
    const pool = poolOf({ bundle, marks })
    const results = await pool.trials().map(tasks)
    expect(
      readdirSync(marks)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(crashing)
    expect(results).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(tasks.length)))
    expect(pool.statistics().total.restarts).toBe(CRASHES)
  })

  it('at any time, also between trials, loses and repeats no trial', {
    timeout: 60_000 + CRASHES * 2000,
  }, async () => {
    const bundle = await marketOf()
    const threads = watchThreads()
    const pool = poolOf({ bundle }, { workers: 3 })
    const expected = await (await inlineOf({ bundle })).trials.map(tasksOf(120))
    const killed = new Set<Worker>()
    const draw = generator(CRASHES)
    const seen: number[] = []
    while (killed.size < CRASHES) {
      seen.length = 0
      const results = await pool
        .trials({
          onResults: (first, some) => {
            seen.push(...some.map((_, i) => first + i))
            const alive = [...threads].filter((thread) => !killed.has(thread))
            const victim = alive[draw(3 * alive.length)]
            if (victim === undefined || killed.size === CRASHES) return
            killed.add(victim)
            void victim.terminate()
          },
        })
        .map(tasksOf(120))
      expect(results).toEqual(expected)
      expect([...seen].sort((a, b) => a - b)).toEqual(tasksOf(120).map((_, i) => i))
    }
    await expect.poll(() => pool.statistics().total.restarts).toBe(CRASHES)
  })

  it.each([
    ['exits', /its thread exited with code 7/],
    ['fills its memory', /memory/],
  ])(
    'twice in one trial (%s) ends the search with the trial and the cause',
    async (fault, cause) => {
      const resourceLimits = { maxOldGenerationSizeMb: 48 }
      const pool = poolOf({ bundle: await marketOf() }, { resourceLimits })
      const error = await errorOf(pool.trials(), withFault(12, fault, 7))
      expect(error).toBeInstanceOf(EngineError)
      expect(error).toMatchObject({
        code: 'worker-crashed',
        message: expect.stringMatching(
          /^trial 7 \(bars=9, shares=3, trial=7, fault=.*\) ended its worker 2 times: .*; correct the strategy/,
        ),
        details: { trial: 7 },
        trial: { index: 7, parameters: { fault } },
      })
      expect((error as Error).message).toMatch(cause)
      expect(await pool.trials().map(tasksOf(5))).toHaveLength(5)
    },
  )

  it('between trials is replaced; the statistics hold the cause', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle }, { workers: 1 })
    for (let i = 0; i < 3; i++) {
      const results = await pool.trials().map(withFault(4, 'throws later', 1))
      expect(results).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(4)))
    }
    const [{ restarts, lastEnd }] = pool.statistics().workers as [WorkerStatistics]
    expect(restarts).toBeGreaterThanOrEqual(2)
    expect(lastEnd).toBe('too late to catch')
  })

  it('before it has loaded the module ends the search', async () => {
    const module = join(await scratch(), 'ends.mjs')
    writeFileSync(module, 'process.exit(4)')
    const threads = watchThreads()
    const pool = poolOf({}, { module })
    const error = await errorOf(pool.trials(), tasksOf(3))
    expect(error).toMatchObject({ code: 'worker-crashed', details: { file: module } })
    expect((error as Error).message).toMatch(
      /^a worker ended 2 times before it had loaded .*ends\.mjs: its thread exited with code 4/,
    )
    await pool.close()
    expect(threads.size).toBe(0)
  })
})

describe('a signal', () => {
  it('ends a run at once with its reason, and leaves the pool usable', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle })
    const controller = new AbortController()
    let reported = 0
    const run = pool.trials({
      signal: controller.signal,
      onResults: (_, results) => {
        reported += results.length
        controller.abort(new Error('enough'))
      },
    })
    await expect(run.map(tasksOf(500, () => ({ fault: 'is slow' })))).rejects.toThrow('enough')
    expect(reported).toBeLessThan(500)
    expect(await pool.trials().map(tasksOf(9))).toEqual(
      await (await inlineOf({ bundle })).trials.map(tasksOf(9)),
    )
    await expect(run.map(tasksOf(1))).rejects.toThrow('enough')
  })

  it('ends a run before its threads have started', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    const controller = new AbortController()
    const run = pool.backtests({ signal: controller.signal }).map(tasksOf(4))
    controller.abort(new Error('changed my mind'))
    await expect(run).rejects.toThrow('changed my mind')
  })

  it('replaces a thread whose trial never ends', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle }, { workers: 1 })
    await pool.start()
    // Long enough for the trial to have begun, also where other processes take most of the CPU.
    const signal = AbortSignal.timeout(5000)
    await expect(pool.trials({ signal }).map(withFault(2, 'never ends', 0))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(await pool.trials().map(tasksOf(3))).toHaveLength(3)
    expect(pool.statistics().total.restarts).toBe(1)
  })
})
