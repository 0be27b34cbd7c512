import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environmentSchema } from '../../../harness/evidence/evidence.js'
import { readEnvironment } from '../../../harness/measurement/environment.js'
import {
  readHostCpuTime,
  readPeakRssBytes,
  readRunQueueWaits,
  readThreads,
  waitBetween,
} from '../../../harness/system/proc.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const directory = temporaryDirectory()
const write = (path: string, text: string) => {
  mkdirSync(join(directory, path, '..'), { recursive: true })
  writeFileSync(join(directory, path), text)
}

describe('with a /proc', () => {
  it('reads the peak resident set in bytes, and not the current one', () => {
    write('proc/self/status', 'Name:\tnode\nVmHWM:\t  140287 kB\nVmRSS:\t  100000 kB\n')
    expect(readPeakRssBytes(join(directory, 'proc'))).toBe(140287 * 1024)
  })

  it('reads the run-queue wait of each thread', () => {
    write('proc/self/task/10/schedstat', '5000000 2000000 12\n')
    write('proc/self/task/11/schedstat', '70 1500000 3\n')
    expect(readRunQueueWaits(join(directory, 'proc'))).toEqual(
      new Map([
        ['10', 2],
        ['11', 1.5],
      ]),
    )
  })

  it('reads the name and the CPU of each thread', () => {
    write('threads/self/task/10/schedstat', '5000000 2000000 12\n')
    write('threads/self/task/10/comm', 'node\n')
    write('threads/self/task/12/schedstat', '70000 1 3\n')
    expect(readThreads(join(directory, 'threads'))).toEqual(
      new Map([
        [10, { name: 'node', cpuMs: 5 }],
        [12, { name: '', cpuMs: 0.07 }],
      ]),
    )
  })

  it('sums the waiting of the threads alive at the end, those begun meanwhile included', () => {
    const waits = (accounts: Readonly<Record<string, number>>) => new Map(Object.entries(accounts))
    expect(waitBetween(waits({ main: 2, ended: 50 }), waits({ main: 5, begun: 4 }))).toBe(7)
    expect(waitBetween(waits({ main: 2, reused: 9 }), waits({ main: 2, reused: 1 }))).toBe(0)
  })

  it('leaves out guest time and counts iowait as idle', () => {
    write('proc/stat', 'cpu  100 10 50 800 30 4 6 20 7 0\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 5\n')
    expect(readHostCpuTime(join(directory, 'proc'))).toEqual({
      busy: 170,
      steal: 20,
      total: 1020,
      cpus: 2,
    })
  })
})

describe('without a /proc', () => {
  const proc = join(directory, 'no-proc')
  mkdirSync(proc)

  it('every reading is absent instead of zero', () => {
    expect(readPeakRssBytes(proc)).toBeUndefined()
    expect(readRunQueueWaits(proc)).toBeUndefined()
    expect(readThreads(proc)).toEqual(new Map())
    expect(readHostCpuTime(proc)).toBeUndefined()
  })

  it('the environment names what is missing and what follows from it', () => {
    const environment = environmentSchema.parse(
      readEnvironment(['--expose-gc'], { proc, sys: proc }),
    )
    expect(environment.fallbacks).toHaveLength(5)
    expect(environment.fallbacks.join('\n')).toMatch(/memory is not compared/)
    expect(environment.fallbacks.join('\n')).toMatch(/no binding to a CPU: .* in lock-step/)
    expect(environment).not.toHaveProperty('allowedCpus')
    expect(environment).not.toHaveProperty('governor')
  })
})

describe('readEnvironment', () => {
  it('reads the limits of a control group', () => {
    write('sys/fs/cgroup/cpu.max', '150000 100000\n')
    write('sys/fs/cgroup/memory.max', '2147483648\n')
    write('sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'powersave\n')
    const environment = readEnvironment([], { proc: '/proc', sys: join(directory, 'sys') })
    expect(environment).toMatchObject({
      cpuQuota: 1.5,
      memoryLimitBytes: 2147483648,
      governor: 'powersave',
    })
  })

  it('reads "max" as no limit', () => {
    write('free/fs/cgroup/cpu.max', 'max 100000\n')
    write('free/fs/cgroup/memory.max', 'max\n')
    const environment = readEnvironment([], { proc: '/proc', sys: join(directory, 'free') })
    expect(environment).not.toHaveProperty('cpuQuota')
    expect(environment).not.toHaveProperty('memoryLimitBytes')
  })
})
