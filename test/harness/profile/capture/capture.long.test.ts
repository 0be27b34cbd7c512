import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Capture, RunSlot, Suite } from '../../../../harness/contract.js'
import { forkRun } from '../../../../harness/measurement/fork-run.js'
import { nodeFlagsFor, runEnvironment } from '../../../../harness/measurement/run-environment.js'
import { threadFlags } from '../../../../harness/profile/capture/profiled-process.js'
import { foldAllocations } from '../../../../harness/profile/fold/allocations.js'
import { readCallCounts } from '../../../../harness/profile/fold/call-counts.js'
import { parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { sourceLocator } from '../../../../harness/profile/fold/source-maps.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { fixture, kernelSuite, temporaryDirectory } from '../../../fixtures/bench.js'

const { suite: threads } = (await import('../../../fixtures/profiled-suite.mjs' as string)) as {
  suite: Suite
}

async function capture(suite: Suite, profiler: Capture['profiler'], change: Partial<RunSlot> = {}) {
  const directory = temporaryDirectory()
  const slot: RunSlot = {
    suite: suite.module,
    mode: 'profile',
    workload: suite.workloads[0]!.id,
    arm: 'baseline',
    stack: [],
    scale: 'smoke',
    seed: 7,
    pair: 0,
    position: 0,
    warmup: 2,
    iterations: 5,
    capture: { profiler, directory, intervalMicros: 200 },
    ...change,
  }
  const result = await forkRun(slot, {
    env: runEnvironment(process.env),
    nodeFlags: [...nodeFlagsFor('cpu'), ...threadFlags(profiler)],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  })
  if (result.kind !== 'answered' || result.message.kind !== 'profiled')
    throw new Error(JSON.stringify(result))
  const { profile } = result.message
  return {
    profile,
    texts: profile.files.map((file) => readFileSync(join(directory, file), 'utf8')),
  }
}

const named = (texts: readonly string[]) =>
  texts.map((text, thread) => ({ name: `thread ${thread}`, text }))
const names = (text: string) =>
  parseCpuProfile({ name: 'x', text }).nodes.map(({ callFrame }) => callFrame.functionName)

describe('a captured process', () => {
  it('writes a profile of what ran after the warm-up', async () => {
    const { profile, texts } = await capture(kernelSuite, 'cpu')
    expect(profile).toMatchObject({ passes: 5, files: ['main.cpuprofile'], lostThreads: 0 })
    const parsed = parseCpuProfile({ name: 'main', text: texts[0]! })
    expect(names(texts[0]!)).toContain('spin')
    expect(parsed.timeDeltas.every((delta) => delta >= 0)).toBe(true)
    expect(
      parsed.timeDeltas.reduce((sum, delta) => sum + delta, parsed.startTime),
    ).toBeLessThanOrEqual(parsed.endTime)
  })

  it('profiles worker threads, too', async () => {
    const { profile, texts } = await capture(threads, 'cpu', { workload: 'threads' })
    expect(profile).toMatchObject({
      files: ['main.cpuprofile', 'worker-1.cpuprofile'],
      lostThreads: 0,
    })
    expect(names(texts[0]!)).toContain('spinInMain')
    expect(names(texts[0]!)).not.toContain('spinInWorker')
    expect(names(texts[1]!)).toContain('spinInWorker')
  })

  it('profiles a worker that is terminated within a pass, from its start', async () => {
    const { profile, texts } = await capture(threads, 'cpu', {
      workload: 'threads',
      scale: 'standard',
      warmup: 2,
      iterations: 3,
    })
    // One worker that stays, and one for each pass; those of the warm-up are left out.
    expect(profile).toMatchObject({ lostThreads: 0, sectionCpuMs: expect.any(Number) })
    expect(texts).toHaveLength(5)
    for (const text of texts.slice(1)) expect(names(text)).toContain('spinInWorker')
    const starts = profile.threads!.map(({ startMs }) => startMs > 0)
    expect(starts.filter(Boolean)).toHaveLength(3)
  })

  it.each(['ending', 'exiting', 'busy', 'waiting', 'blocking'])(
    'profiles a worker that is %s when its pass ends',
    async (scale) => {
      const { profile, texts } = await capture(threads, 'cpu', {
        workload: 'ends',
        scale: scale as RunSlot['scale'],
        warmup: 1,
        iterations: 2,
      })
      expect(profile.lostThreads).toBe(0)
      expect(texts).toHaveLength(3)
      for (const text of texts.slice(1)) expect(names(text)).toContain('spinInWorker')
    },
  )

  it('counts workers that cannot be profiled, without those of the warm-up', async () => {
    const { profile } = await capture(threads, 'cpu', {
      workload: 'ends',
      scale: 'refusing' as RunSlot['scale'],
      warmup: 2,
      iterations: 3,
    })
    expect(profile).toMatchObject({ files: ['main.cpuprofile'], lostThreads: 3 })
  })

  it('measures the CPU of every thread, which together is that of the process', async () => {
    const { profile } = await capture(threads, 'cpu', {
      workload: 'threads',
      scale: 'standard',
      warmup: 1,
      iterations: 5,
    })
    const sampled = profile.threads!.reduce((sum, one) => sum + one.startMs + one.sampledMs, 0)
    expect(profile.threads).toHaveLength(profile.files.length)
    expect(sampled / profile.sectionCpuMs).toBeGreaterThan(0.8)
    expect(sampled / profile.sectionCpuMs).toBeLessThan(1.05)
  })

  it('counts every call of every function, without those of the warm-up', async () => {
    const { texts } = await capture(kernelSuite, 'coverage', { warmup: 3, iterations: 4 })
    const calls = readCallCounts(named(texts), sourceLocator(fixture('.')))
    const line = lineOf('kernel-suite.mjs', 'function spin(')
    expect(calls({ name: 'spin', kind: 'js', file: 'kernel-suite.mjs', line })).toBe(12)
    expect(calls({ name: 'spin', kind: 'js', file: 'kernel-suite.mjs', line: 1 })).toBeUndefined()
  })

  it('counts a generator and an async function once per call, however often they resume', async () => {
    const { texts } = await capture(threads, 'coverage', {
      workload: 'going-on',
      warmup: 2,
      iterations: 3,
    })
    const calls = readCallCounts(named(texts), sourceLocator(fixture('.')))
    const callsOf = (name: string, start: string) =>
      calls({
        name,
        kind: 'js',
        file: 'profiled-suite.mjs',
        line: lineOf('profiled-suite.mjs', start),
      })
    expect(callsOf('countTo', 'function* countTo(')).toBe(3)
    expect(callsOf('waitTwice', 'async function waitTwice(')).toBe(30)
    expect(callsOf('goOn', 'async function goOn(')).toBe(3)
  })

  it('counts the calls of workers that were terminated within a pass', async () => {
    const { profile, texts } = await capture(threads, 'coverage', {
      workload: 'threads',
      scale: 'standard',
      warmup: 1,
      iterations: 2,
    })
    expect(profile).toMatchObject({ lostThreads: 0 })
    expect(texts).toHaveLength(4)
  })

  it('counts threads that ended by themselves, as their calls are lost', async () => {
    const { profile } = await capture(threads, 'coverage', {
      workload: 'ends',
      scale: 'ending' as RunSlot['scale'],
      warmup: 1,
      iterations: 2,
    })
    expect(profile.lostThreads).toBe(2)
  })

  it('counts the calls of worker threads, too', async () => {
    const { profile, texts } = await capture(threads, 'coverage', {
      workload: 'threads',
      iterations: 2,
    })
    expect(profile.files).toEqual(['main.coverage.json', 'worker-1.coverage.json'])
    const calls = readCallCounts(named(texts), sourceLocator(fixture('.')))
    const line = lineOf('profiled-suite.mjs', 'function spinInMain(')
    expect(calls({ name: 'spinInMain', kind: 'js', file: 'profiled-suite.mjs', line })).toBe(2)
  })

  it('samples allocations that were collected before the end', async () => {
    const { texts } = await capture(threads, 'allocation', { workload: 'churn' })
    const { frames, stacks, totalBytes } = foldAllocations(
      named(texts),
      sourceLocator(fixture('.')),
    )
    const churned = stacks.filter(({ frames: path }) =>
      path.some((index) => frames[index]!.name === 'churn'),
    )
    const bytes = churned.reduce((sum, { bytes }) => sum + bytes, 0)
    // Five passes; none of these objects is alive at the end.
    expect(bytes / (5 * 50_000 * 832)).toBeGreaterThan(0.8)
    expect(bytes / (5 * 50_000 * 832)).toBeLessThan(1.25)
    expect(bytes).toBeLessThanOrEqual(totalBytes)
  })

  it('writes no file while timing, and times a reference only if there is one', async () => {
    const { profile } = await capture(kernelSuite, 'clock')
    expect(profile.files).toEqual([])
    expect(profile).not.toHaveProperty('referenceCpuMs')
    expect(profile.cpuMs).toBeGreaterThan(0)
  })

  it.each([
    ['', 'it is empty'],
    ['{"head":{"callFrame":', 'it is cut off'],
    ['{"nodes":[]}', 'head: invalid input: expected object, received undefined'],
    ['{"head":{"callFrame":{},"selfSize":1,"children":[]}}', 'head.callFrame.functionName'],
  ])('refuses invalid allocations: %s', (text, why) => {
    expect(() => foldAllocations([{ name: 'x.heapprofile', text }], () => undefined)).toThrow(why)
  })

  it.each(['', '{}', '[{"url":1}]'])('refuses invalid call counts: %s', (text) => {
    expect(() => readCallCounts([{ name: 'x', text }], () => undefined)).toThrow(
      /^x is not a valid V8 profile/,
    )
  })
})

describe('a measured process', () => {
  it('does not import the profiling code', () => {
    const reached = reachedStatically(join(packageRoot(), 'harness', 'child.ts'))
    expect([...reached]).toContain(join(packageRoot(), 'harness', 'measurement', 'run-once.ts'))
    expect([...reached].filter((file) => file.includes(join('harness', 'profile')))).toEqual([])
  })
})

/** The line, from 1, of a fixture that starts with a text. */
function lineOf(file: string, start: string): number {
  return (
    1 +
    readFileSync(fixture(file), 'utf8')
      .split('\n')
      .findIndex((line) => line.startsWith(start))
  )
}

/** The files that a module imports statically, directly or not. */
function reachedStatically(entry: string): Set<string> {
  const seen = new Set<string>()
  const queue = [entry]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const match of text.matchAll(/^(?:import|export)\s(?!type\s)[^'"]*?from '(\.[^']+)'/gm))
      queue.push(resolve(dirname(file), match[1]!.replace(/\.js$/, '.ts')))
  }
  return seen
}
