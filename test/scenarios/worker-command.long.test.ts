import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { inlineOf, MODULE, marketOf, tasksOf } from '../engine/execution/pool-cases.js'
import { coordinatorOf, freshQueue } from '../engine/execution/queue/queue-cases.js'
import { describeWithRedis, startRedis, type TestRedis } from '../fixtures/redis-server.js'
import { assay } from './assay.js'

describe('assay worker, given', () => {
  it.each([
    [[], '--folder DIR or --module FILE'],
    [['--folder', 'a', '--module', 'b'], '--folder DIR or --module FILE'],
    [['--folder', 'a', '--bundle', 'b'], '--bundle goes with --module'],
    [['--module', 'a'], 'no address of Redis; give --redis'],
    [['--module', 'a', '--redis', 'http://:s3cret@host'], 'redis://host:6379'],
    [['--module', 'a', '--redis', 'redis://h', '--queue', 'a b'], "queue named 'a b'"],
    [['--module', 'a', '--redis', 'redis://h', '--workers', '0'], '--workers'],
  ])('%j, names the remedy and exits with 2', async (words, remedy) => {
    const { code, stderr } = await assay(['worker', ...words], { env: {} })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(remedy) })
    expect(stderr).not.toContain('s3cret')
  })
})

interface Process {
  readonly child: ChildProcess
  readonly output: { stdout: string; stderr: string }
}

/** The command as a process of its own; resolves once it waits for jobs. */
async function workerProcess(words: readonly string[]): Promise<Process> {
  const child = spawn(process.execPath, [MAIN, 'worker', '--workers', '1', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.on('data', (text) => {
      output[name] += text
    })
  await expect.poll(() => output.stderr, { timeout: 30_000 }).toContain('waiting for trials')
  return { child, output }
}

const MAIN = resolve('dist/scenarios/main.js')

describeWithRedis('assay worker', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  })
  afterAll(() => redis.kill())

  it('finishes what it runs on SIGTERM and exits with 0; another one goes on', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const words = ['--redis', url, '--queue', queue, '--module', MODULE]
    const [first] = await Promise.all([workerProcess(words), workerProcess(words)])
    const ended = once(first.child, 'exit')
    const tasks = tasksOf(18, () => ({ fault: 'is slow' }))
    // A second one would end it at once.
    let isSignalled = false
    const onResults = () => {
      if (!isSignalled) isSignalled = first.child.kill('SIGTERM')
    }
    const coordinator = coordinatorOf({ bundle }, { url, queue })
    const results = await coordinator.trials({ onResults }).map(tasks)
    expect(await ended).toEqual([0, null])
    expect(first.output.stdout).toMatch(/^ran \d+ trials in \d+ ranges; refused 0\n$/)
    expect(results).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(tasks.length)))
    expect(coordinator.statistics()).toMatchObject({ tasks: 18, lost: 0 })
  })

  it('killed in the middle of a range loses no trial and counts none twice', async () => {
    const [url, queue, bundle] = [redis.url, freshQueue(), await marketOf()]
    const words = ['--redis', url, '--queue', queue, '--module', MODULE]
    const [first] = await Promise.all([workerProcess(words), workerProcess(words)])
    const seen: number[] = []
    const onResults = (begin: number, some: readonly unknown[]) => {
      seen.push(...some.map((_, i) => begin + i))
      if (seen.length > 10) first.child.kill('SIGKILL')
    }
    const tasks = tasksOf(24, () => ({ fault: 'is slow' }))
    const results = await coordinatorOf({ bundle }, { url, queue }).trials({ onResults }).map(tasks)
    expect(first.child.signalCode).toBe('SIGKILL')
    expect(results).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(tasks.length)))
    expect(seen.sort((a, b) => a - b)).toEqual(tasks.map((_, i) => i))
  })
})

describeWithRedis('a Redis that is killed and started again', () => {
  it.each([
    ['that keeps its jobs', ['--appendonly', 'yes', '--appendfsync', 'always']],
    ['that has lost them', []],
  ])('%s leads to the right result', async (_, words) => {
    const redis = await startRedis(words)
    onTestFinished(() => redis.kill())
    const [{ url }, bundle] = [redis, await marketOf()]
    await workerProcess(['--redis', url, '--module', MODULE])
    const tasks = tasksOf(18, () => ({ fault: 'is slow' }))
    const seen: number[] = []
    let restart: Promise<void> | undefined
    const onResults = (begin: number, some: readonly unknown[]) => {
      seen.push(...some.map((__, i) => begin + i))
      restart ??= redis.kill().then(() => redis.start())
    }
    const results = await coordinatorOf({ bundle }, { url }).trials({ onResults }).map(tasks)
    await restart
    expect(results).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(tasks.length)))
    expect(seen.sort((a, b) => a - b)).toEqual(tasks.map((__, i) => i))
  })

  it('for good ends the search in bounded time', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.kill())
    const bundle = await marketOf()
    await workerProcess(['--redis', redis.url, '--module', MODULE])
    const coordinator = coordinatorOf({ bundle }, { url: redis.url, patienceMs: 1500 })
    const onResults = () => void redis.kill()
    await expect(
      coordinator.trials({ onResults }).map(tasksOf(18, () => ({ fault: 'is slow' }))),
    ).rejects.toMatchObject({ code: 'queue-unavailable' })
  })
})
