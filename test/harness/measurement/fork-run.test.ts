import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { RunSlot } from '../../../harness/contract.js'
import { type ForkSettings, forkRun } from '../../../harness/measurement/fork-run.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const slot = (layer: string, change: Partial<RunSlot> = {}): RunSlot => ({
  suite: kernelSuite.module,
  mode: 'run',
  workload: 'spin',
  arm: 'candidate',
  stack: layer === '' ? [] : [layer],
  scale: 'smoke',
  seed: 7,
  pair: 1,
  position: 0,
  warmup: 1,
  iterations: 3,
  ...change,
})

const settings = (change: Partial<ForkSettings> = {}): ForkSettings => ({
  env: runEnvironment(process.env),
  nodeFlags: nodeFlagsFor('cpu'),
  timeoutMs: 60_000,
  signal: new AbortController().signal,
  ...change,
})

describe('a measured process that succeeds', () => {
  it('answers with a measurement, its peak memory and its heap after a collection', async () => {
    const result = await forkRun(slot('faster'), settings())
    expect(result).toMatchObject({
      kind: 'answered',
      message: { kind: 'measured', measurement: { warmup: 1, iterations: 3 } },
    })
    if (result.kind === 'answered' && result.message.kind === 'measured') {
      expect(result.message.measurement.samplesMs).toHaveLength(3)
      expect(result.message.measurement.heapBytes).toBeGreaterThan(1e6)
    }
  })

  it('gives the same digest in verification, with the output only on request', async () => {
    const plain = await forkRun(slot('', { mode: 'verify' }), settings())
    const whole = await forkRun(slot('faster', { mode: 'verify', wantOutput: true }), settings())
    const measured = await forkRun(slot('faster'), settings())
    const digest =
      plain.kind === 'answered' && plain.message.kind === 'verified' && plain.message.digest
    expect(digest).toMatch(/^sha256:/)
    expect(plain).not.toHaveProperty('message.output')
    expect(whole).toMatchObject({
      message: { digest, output: { fills: [expect.any(Number), expect.any(Number)] } },
    })
    expect(measured).toMatchObject({ message: { measurement: { digest } } })
  })

  it('may print any amount of text', async () => {
    expect(await forkRun(slot('noise'), settings())).toMatchObject({ kind: 'answered' })
  })
})

describe('a measured process that fails', () => {
  it.each([
    ['crash', /^exited with code 3$/],
    [
      'throws',
      /^the layer cannot do this; its stderr ends: Error: the layer cannot do this \| at /,
    ],
    ['garbage', /^forged-message: .*\(sent an unexpected message: \{ kind: 'measured'/],
    ['self-kill', /^was killed by SIGKILL$/],
  ])('%s: says what happened, in one line', async (layer, error) => {
    const result = await forkRun(slot(layer), settings())
    expect(result).toMatchObject({ kind: 'failed', error: expect.stringMatching(error) })
    expect(result).not.toMatchObject({ error: expect.stringContaining('\n') })
  })

  it.each(['hang', 'busy-hang'])('%s: is killed after the timeout', async (layer) => {
    expect(await forkRun(slot(layer), settings({ timeoutMs: 400 }))).toEqual({
      kind: 'failed',
      error: 'timed out after 0.4 s',
    })
  })

  it('cannot send the answer of another mode', async () => {
    const result = await forkRun(slot('garbage', { mode: 'prepare' }), settings())
    expect(result).toMatchObject({ kind: 'answered', message: { kind: 'prepared' } })
    expect(await forkRun(slot('', { workload: 'none' }), settings())).toMatchObject({
      error: expect.stringMatching(/no workload none/),
    })
    expect(await forkRun(slot('', { suite: 'file:///no/suite.mjs' }), settings())).toMatchObject({
      error: expect.stringMatching(/Cannot find module/),
    })
  })

  it.each([
    ['{ prices: "sha256:1" }', { prices: 'sha256:1' }],
    ['undefined', {}],
    ['"a path"', {}],
    ['["one", "two"]', {}],
    ['{ prices: 1 }', {}],
  ])('takes versions of data from prepare, which may return anything: %s', async (code, data) => {
    const path = join(temporaryDirectory(), 'suite.mjs')
    const workload = `{ id: 'w', scales: { smoke: 0 }, prepare: async () => (${code}) }`
    writeFileSync(path, `export const suite = { name: 's', layers: [], workloads: [${workload}] }`)
    const suite = pathToFileURL(path).href
    expect(
      await forkRun(slot('', { suite, workload: 'w', mode: 'prepare' }), settings()),
    ).toMatchObject({ kind: 'answered', message: { kind: 'prepared', data } })
  })

  it('marks an error in an input by its exit code', async () => {
    const env = { ...settings().env, KERNEL_UNPREPARED: 'cache is read-only' }
    const result = await forkRun(slot('', { mode: 'prepare' }), settings({ env }))
    expect(result).toEqual({ kind: 'failed', error: 'cache is read-only', exitCode: 2 })
  })
})

describe('interruption', () => {
  it('kills the process and waits for it', async () => {
    const { io, interrupt } = createIo()
    const running = forkRun(slot('busy-hang'), settings({ signal: io.signal }))
    interrupt()
    await expect(running).rejects.toThrow('interrupted by SIGINT')
    await expect(forkRun(slot('faster'), settings({ signal: io.signal }))).rejects.toThrow(
      'interrupted by SIGINT',
    )
  })
})

describe('the environment of measured processes', () => {
  it('passes the allow-list and the variables of the suite, never a switch of the shell', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/u',
      ASSAY_ENABLE_CACHING: '1',
      NODE_OPTIONS: '--inspect',
      TZ: 'Asia/Tokyo',
      DATA: '/d',
    }
    expect(runEnvironment(env, ['DATA', 'ABSENT'])).toEqual({
      PATH: '/bin',
      HOME: '/home/u',
      DATA: '/d',
      TZ: 'UTC',
    })
  })

  it('keeps garbage collection on one thread for cpu, unless flags are given', () => {
    expect(nodeFlagsFor('cpu')).toEqual([
      '--single-threaded-gc',
      '--no-concurrent-recompilation',
      '--expose-gc',
    ])
    expect(nodeFlagsFor('wall')).toEqual(['--expose-gc'])
    expect(nodeFlagsFor('cpu', ['--jitless', '--expose-gc'])).toEqual(['--jitless', '--expose-gc'])
  })
})
