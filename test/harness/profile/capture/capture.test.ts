import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Capture, RunSlot, Suite } from '../../../../harness/contract.js'
import { forkRun } from '../../../../harness/measurement/fork-run.js'
import { nodeFlagsFor, runEnvironment } from '../../../../harness/measurement/run-environment.js'
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
    nodeFlags: nodeFlagsFor('cpu'),
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
  parseCpuProfile(text, 'x').nodes.map(({ callFrame }) => callFrame.functionName)

describe('a captured process', () => {
  it('leaves a profile of what ran after the warm-up', async () => {
    const { profile, texts } = await capture(kernelSuite, 'cpu')
    expect(profile).toMatchObject({ passes: 5, files: ['main.cpuprofile'], lostThreads: 0 })
    const parsed = parseCpuProfile(texts[0]!, 'main')
    expect(names(texts[0]!)).toContain('spin')
    expect(parsed.timeDeltas.every((delta) => delta >= 0)).toBe(true)
    expect(
      parsed.timeDeltas.reduce((sum, delta) => sum + delta, parsed.startTime),
    ).toBeLessThanOrEqual(parsed.endTime)
  })

  it('profiles its worker threads beside it', async () => {
    const { profile, texts } = await capture(threads, 'cpu', { workload: 'threads' })
    expect(profile).toMatchObject({
      files: ['main.cpuprofile', 'worker-1.cpuprofile'],
      lostThreads: 0,
    })
    expect(names(texts[0]!)).toContain('spinInMain')
    expect(names(texts[0]!)).not.toContain('spinInWorker')
    expect(names(texts[1]!)).toContain('spinInWorker')
  })

  it('says how many threads were gone before their profile could be taken', async () => {
    const { profile } = await capture(threads, 'cpu', {
      workload: 'threads',
      scale: 'standard',
      warmup: 0,
      iterations: 3,
    })
    expect(profile.files).toEqual(['main.cpuprofile', 'worker-1.cpuprofile'])
    expect(profile.lostThreads).toBe(3)
  })

  it('counts every call of every function, and none of the warm-up', async () => {
    const { texts } = await capture(kernelSuite, 'coverage', { warmup: 3, iterations: 4 })
    const calls = readCallCounts(named(texts), sourceLocator(fixture('.')))
    const line = lineOf('kernel-suite.mjs', 'function spin(')
    expect(calls({ name: 'spin', kind: 'js', file: 'kernel-suite.mjs', line })).toBe(12)
    expect(calls({ name: 'spin', kind: 'js', file: 'kernel-suite.mjs', line: 1 })).toBeUndefined()
  })

  it('counts a generator and an async function once per call, however often they go on', async () => {
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

  it('counts no thread as lost that was gone before anything counted', async () => {
    const { profile } = await capture(threads, 'cpu', {
      workload: 'threads',
      scale: 'standard',
      warmup: 2,
      iterations: 3,
    })
    expect(profile.lostThreads).toBe(3)
  })

  it('counts the calls of worker threads too', async () => {
    const { profile, texts } = await capture(threads, 'coverage', {
      workload: 'threads',
      iterations: 2,
    })
    expect(profile.files).toEqual(['main.coverage.json', 'worker-1.coverage.json'])
    const calls = readCallCounts(named(texts), sourceLocator(fixture('.')))
    const line = lineOf('profiled-suite.mjs', 'function spinInMain(')
    expect(calls({ name: 'spinInMain', kind: 'js', file: 'profiled-suite.mjs', line })).toBe(2)
  })

  it('samples allocations that were collected since', async () => {
    const { texts } = await capture(threads, 'allocation', { workload: 'churn' })
    const { frames, stacks, totalBytes } = foldAllocations(
      named(texts),
      sourceLocator(fixture('.')),
    )
    const churned = stacks.filter(({ frames: path }) =>
      path.some((index) => frames[index]!.name === 'churn'),
    )
    const bytes = churned.reduce((sum, { bytes }) => sum + bytes, 0)
    // Five passes; nothing of it is alive at the end.
    expect(bytes / (5 * 50_000 * 832)).toBeGreaterThan(0.8)
    expect(bytes / (5 * 50_000 * 832)).toBeLessThan(1.25)
    expect(bytes).toBeLessThanOrEqual(totalBytes)
  })

  it('writes nothing under the clock, and times the reference only where there is one', async () => {
    const { profile } = await capture(kernelSuite, 'clock')
    expect(profile.files).toEqual([])
    expect(profile).not.toHaveProperty('referenceCpuMs')
    expect(profile.cpuMs).toBeGreaterThan(0)
  })

  it.each([
    ['', 'it is empty'],
    ['{"head":{"callFrame":', 'it is cut off'],
    ['{"nodes":[]}', 'head: it is missing'],
    ['{"head":{"callFrame":{},"selfSize":1,"children":[]}}', 'a node, callFrame.functionName'],
  ])('refuses allocations that are none: %s', (text, why) => {
    expect(() => foldAllocations([{ name: 'x.heapprofile', text }], () => undefined)).toThrow(why)
  })

  it.each(['', '{}', '[{"url":1}]'])('refuses call counts that are none: %s', (text) => {
    expect(() => readCallCounts([{ name: 'x', text }], () => undefined)).toThrow(
      /^x is no profile of V8/,
    )
  })
})

describe('profiling that is off', () => {
  it('is not even imported by a measured process', () => {
    const reached = reachedStatically(join(packageRoot(), 'harness', 'child.ts'))
    expect([...reached]).toContain(join(packageRoot(), 'harness', 'measurement', 'run-once.ts'))
    expect([...reached].filter((file) => file.includes(join('harness', 'profile')))).toEqual([])
  })
})

/** Line, from 1, of a fixture that begins with a text. */
function lineOf(file: string, start: string): number {
  return (
    1 +
    readFileSync(fixture(file), 'utf8')
      .split('\n')
      .findIndex((line) => line.startsWith(start))
  )
}

/** Files a module needs before its first line runs. */
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
