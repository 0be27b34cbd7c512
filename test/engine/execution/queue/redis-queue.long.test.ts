import { appendFileSync, copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import {
  digest,
  discrete,
  gridSearch,
  optimize,
  parameterSpace,
  type QueueWorkerEvent,
  redisQueue,
  writeBundle,
} from '../../../../engine/index.js'
import { marketContent } from '../../../../scenarios/market/market-content.js'
import {
  describeWithRedis,
  freePort,
  startRedis,
  type TestRedis,
} from '../../../fixtures/redis-server.js'
import { scratch } from '../../bundle/bundle-cases.js'
import { errorOf, inlineOf, MODULE, marketOf, poolOf, tasksOf } from '../pool-cases.js'
import { coordinatorOf, freshQueue, workerOf } from './queue-cases.js'

describeWithRedis('a search through Redis', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.kill())

  it.each([
    [1, false],
    [2, false],
    [2, true],
  ])('has the bytes of inline and of a pool: %i workers, folder %s', async (workers, isShared) => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const shared = isShared ? { folder: await scratch() } : {}
    const all = await Promise.all(
      Array.from({ length: workers }, () => workerOf({ url, queue, ...shared })),
    )
    const coordinator = coordinatorOf({ bundle }, { url, queue, ...shared })
    const tasks = tasksOf(150)
    const results = await coordinator.trials().map(tasks)
    const inline = await inlineOf({ bundle })
    expect(JSON.stringify(results)).toBe(JSON.stringify(await inline.trials.map(tasks)))
    expect(JSON.stringify(results)).toBe(
      JSON.stringify(await poolOf({ bundle }).trials().map(tasks)),
    )
    expect(coordinator.statistics()).toMatchObject({ tasks: 150, lost: 0, workers })
    const counts = all.map((worker) => worker.statistics().trials)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(150)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    if (shared.folder !== undefined) expect(readdirSync(join(shared.folder, 'results'))).toEqual([])
    const [full] = await coordinator.backtests().map(tasks.slice(7, 8))
    expect(digest(full!)).toBe(digest((await inline.backtests.map(tasks.slice(7, 8)))[0]!))
  })

  it('is the same search, whatever runs it', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const space = parameterSpace({ bars: discrete(2, 12), shares: discrete(1, 9) })
    const inline = await inlineOf({ bundle })
    for (const method of ['random', 'tpe'] as const) {
      const found = await coordinator.search((executors) =>
        optimize(space, executors, { method, trials: 24 }),
      )
      expect(found).toEqual(await optimize(space, inline, { method, trials: 24 }))
    }
  })

  it('leaves nothing in Redis but what ends by its age', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    await coordinatorOf({ bundle }, { url, queue }).trials().map(tasksOf(40))
    const client = new Redis(url)
    const left = async () =>
      (await client.keys(`assay:${queue}:*`)).filter((key) => /:r[0-9a-f]{64}/.test(key))
    await expect.poll(left, { timeout: 3000 }).toEqual([])
    client.disconnect()
  })

  it('ends with the error of the first trial that fails, as a pool', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const tasks = tasksOf(80, (trial) => (trial === 61 || trial === 33 ? { fault: 'throws' } : {}))
    const error = await errorOf(coordinator.trials(), tasks)
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({
      message: 'the moon is full',
      phase: 3,
      trial: { index: 33, ...tasks[33] },
    })
    expect(await coordinator.trials().map(tasksOf(5))).toHaveLength(5)
  })

  it('names the trial that ends threads, by its number in the search', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    const tasks = tasksOf(20, (trial) => (trial === 17 ? { fault: 'exits' } : {}))
    const error = await errorOf(coordinatorOf({ bundle }, { url, queue }).trials(), tasks)
    expect(error).toMatchObject({
      code: 'worker-crashed',
      message: expect.stringMatching(/^trial 17 \(/),
      trial: { index: 17 },
      details: { trial: 17 },
    })
  })

  it('stops on a signal, and its workers are free for the next one', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const stop = new AbortController()
    const endless = coordinator
      .trials({ signal: stop.signal, onResults: () => stop.abort(new Error('enough')) })
      .map(tasksOf(9, (trial) => (trial > 0 ? { fault: 'never ends' } : {})))
    await expect(endless).rejects.toThrow('enough')
    const begin = performance.now()
    expect(await coordinator.trials().map(tasksOf(5))).toHaveLength(5)
    expect(performance.now() - begin).toBeLessThan(10_000)
  })

  it('is refused by a worker with another strategy, which is named', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const module = join(await scratch(), 'pool-search.mjs')
    copyFileSync(MODULE, module)
    appendFileSync(module, '// changed\n')
    const events: QueueWorkerEvent[] = []
    await workerOf({ url, queue, module, onEvent: (event) => events.push(event) })
    const error = await errorOf(coordinatorOf({ bundle }, { url, queue }).trials(), tasksOf(3))
    expect(error).toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/^worker .*pool-search\.mjs is not the one that is searched/),
    })
    expect(events.map(({ kind }) => kind)).toContain('refused')
  })

  it('is refused by a worker with other data', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const other = await marketOf(marketContent({ assets: 3, sessions: 90 }, 12))
    await workerOf({ url, queue, bundle: other })
    expect(
      await errorOf(coordinatorOf({ bundle }, { url, queue }).trials(), tasksOf(3)),
    ).toMatchObject({ code: 'bundle-changed', message: expect.stringContaining('worker ') })
  })

  it('keeps its data in a shared folder although the bundle is rewritten meanwhile', async () => {
    const [url, queue, bundle, folder] = [
      redis.url,
      freshQueue(),
      await marketOf(),
      await scratch(),
    ]
    await workerOf({ url, queue, folder })
    const expected = await (await inlineOf({ bundle })).trials.map(tasksOf(100))
    let rewriting: Promise<unknown> | undefined
    const onResults = () => {
      rewriting ??= writeBundle(bundle, marketContent({ assets: 3, sessions: 90 }, 12))
    }
    const coordinator = coordinatorOf({ bundle }, { url, queue, folder })
    expect(await coordinator.trials({ onResults }).map(tasksOf(100))).toEqual(expected)
    await rewriting
    const later = await coordinator.trials().map(tasksOf(20))
    expect(later).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(20)))
    expect(later[0]!.bundle.version).not.toBe(expected[0]!.bundle.version)
  })

  it('ends if the bundle of a worker is rewritten in the middle', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    let rewriting: Promise<unknown> | undefined
    const onResults = () => {
      rewriting ??= writeBundle(bundle, marketContent({ assets: 3, sessions: 90 }, 12))
    }
    const trials = coordinatorOf({ bundle }, { url, queue }).trials({ onResults })
    const slow = tasksOf(300, () => ({ fault: 'is slow' }))
    expect(await errorOf(trials, slow)).toMatchObject({ code: 'bundle-changed' })
    await rewriting
  })

  it('is resumed without harm by a coordinator that adds the same ranges again', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const worker = await workerOf({ url, queue })
    const tasks = tasksOf(60)
    const both = await Promise.all(
      [1, 2].map(() => coordinatorOf({ bundle }, { url, queue }).trials().map(tasks)),
    )
    expect(both[0]).toEqual(await (await inlineOf({ bundle })).trials.map(tasks))
    expect(both[1]).toEqual(both[0])
    expect(worker.statistics().refused).toBe(0)
  })

  it('fails in bounded time if no worker comes', async () => {
    const coordinator = coordinatorOf(
      { bundle: await marketOf() },
      { url: redis.url, queue: freshQueue(), patienceMs: 1500 },
    )
    expect(await errorOf(coordinator.trials(), tasksOf(2))).toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringContaining(`assay worker --redis ${redis.url}`),
    })
  })

  it('fails after close, and while it is under way', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const run = errorOf(coordinator.trials(), tasksOf(2))
    await coordinator.start()
    await coordinator.close()
    expect(await run).toMatchObject({ code: 'strategy-misuse' })
    expect(await errorOf(coordinator.trials(), tasksOf(2))).toMatchObject({
      code: 'strategy-misuse',
    })
  })

  it('runs a grid in full, each range in a job of its own', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    await workerOf({ url, queue })
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const space = parameterSpace({ bars: discrete(2, 7) })
    const found = await gridSearch(space, coordinator.backtests())
    expect(found).toEqual(await gridSearch(space, (await inlineOf({ bundle })).backtests))
  })
})

describeWithRedis('a Redis with a password', () => {
  it('is used with it, and never named with it', async () => {
    const redis = await startRedis(['--requirepass', 's3cret'])
    onTestFinished(() => redis.kill())
    const bundle = await marketOf()
    const at = (user: string) => redis.url.replace('//', `//${user}@`)
    await workerOf({ url: at(':s3cret') })
    expect(
      await coordinatorOf({ bundle }, { url: at(':s3cret') })
        .trials()
        .map(tasksOf(3)),
    ).toHaveLength(3)
    for (const user of [':s3cret-wrong', 'other:s3cret']) {
      const error = (await errorOf(
        coordinatorOf({ bundle }, { url: at(user) }).trials(),
        tasksOf(3),
      )) as Error
      expect(error).toMatchObject({ code: 'queue-unavailable' })
      expect(error.message).toContain(`redis://127.0.0.1:${redis.port}`)
      expect(error.message).not.toContain('s3cret')
    }
  })
})

describeWithRedis('an address', () => {
  it('without a Redis fails in bounded time', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const coordinator = coordinatorOf({ bundle: await marketOf() }, { url, patienceMs: 300 })
    expect(await errorOf(coordinator.trials(), tasksOf(2))).toMatchObject({
      code: 'queue-unavailable',
      message: expect.stringContaining(url),
    })
  })

  it.each(['', 'localhost:6379', 'http://:s3cret@host', 'redis://'])(
    'is refused if it is not one of Redis, and not repeated: %j',
    (url) => {
      expect(() => redisQueue({ url, module: MODULE })).toThrow(/not a URL; write redis:/)
      expect(() => redisQueue({ url, module: MODULE })).not.toThrow(/s3cret/)
    },
  )
})
