import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  readStartedProcesses,
  readTreeCpuMs,
  watchProcesses,
} from '../../../harness/measurement/started-processes.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

/** `/proc/…/stat` from the third field on; times in ticks. */
function writeProcess(
  proc: string,
  pid: string,
  stat: Readonly<Record<number, number>>,
  children: readonly string[][] = [[]],
): void {
  const fields = Array.from({ length: 30 }, (_, index) => stat[index + 3] ?? 0)
  mkdirSync(join(proc, pid), { recursive: true })
  writeFileSync(join(proc, pid, 'stat'), `${pid} (a) b (c) ${fields.join(' ')}\n`)
  for (const [task, ofTask] of children.entries()) {
    mkdirSync(join(proc, pid, 'task', String(task)), { recursive: true })
    writeFileSync(
      join(proc, pid, 'task', String(task), 'children'),
      ofTask.map((child) => `${child} `).join(''),
    )
  }
}

describe('readStartedProcesses', () => {
  it('adds up those that have ended, those alive, and the processes these started', () => {
    const proc = temporaryDirectory()
    writeProcess(proc, 'self', { 11: 812, 14: 9000, 15: 9000, 16: 3, 17: 1 }, [[], ['70', '71']])
    writeProcess(proc, '70', { 14: 5, 15: 2, 16: 10, 17: 0 }, [['80']])
    writeProcess(proc, '80', { 14: 20 })
    // 71 has ended between the two readings.
    expect(readStartedProcesses(proc)).toEqual({ alive: 3, faultsOfEnded: 812, cpuMs: 410 })
  })

  it('is absent where the host does not report it, and then only our own CPU time counts', () => {
    const proc = temporaryDirectory()
    expect(readStartedProcesses(proc)).toBeUndefined()
    expect(readTreeCpuMs(proc)).toBeGreaterThan(0)
  })
})

describe('watchProcesses', () => {
  const section = (
    before: Readonly<Record<number, number>>,
    after: Readonly<Record<number, number>>,
    alive: readonly string[] = [],
  ) => {
    const proc = temporaryDirectory()
    const processes = watchProcesses(proc)
    writeProcess(proc, 'self', before)
    const start = processes.read()
    writeProcess(proc, 'self', after, [[...alive]])
    return processes.sawAny(start, processes.read())
  }

  it('detects a process that ended in the section, and one that is still alive', () => {
    expect(section({ 11: 100 }, { 11: 180 })).toBe(true)
    expect(section({ 11: 100 }, { 11: 100 }, ['70'])).toBe(true)
  })

  it('ignores a process that ended before', () => {
    expect(section({ 11: 100, 16: 50 }, { 11: 100, 16: 50 })).toBe(false)
  })

  it('uses the count of Node where the kernel reports none', async () => {
    const processes = watchProcesses(join(temporaryDirectory(), 'no-proc'))
    const start = processes.read()
    expect(processes.sawAny(start, processes.read())).toBe(false)
    await once(spawn(process.execPath, ['--version'], { stdio: 'ignore' }), 'close')
    expect(processes.sawAny(start, processes.read())).toBe(true)
  })
})
