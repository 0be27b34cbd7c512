import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from '../../../harness/system/lock.js'
import { readProcessStart } from '../../../harness/system/lock-file.mjs'
import { temporaryDirectory } from '../../fixtures/bench.js'

const now = new Date('2026-11-20T10:00:00Z')
let directory = ''
const write = (holder: object) => writeFileSync(join(directory, '.lock'), JSON.stringify(holder))

beforeEach(() => {
  directory = temporaryDirectory()
})

describe('acquireLock', () => {
  it('refuses a second evaluation until it is released', () => {
    const lock = acquireLock(directory, now)
    expect(() => acquireLock(directory, now)).toThrow(
      `another evaluation is running in this directory (process ${process.pid} on ${hostname()} since 2026-11-20T10:00:00.000Z)`,
    )
    lock.release()
    expect(readdirSync(directory)).toEqual([])
    acquireLock(directory, now).release()
  })

  it('replaces the lock of a process that has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    write({ pid, host: hostname(), since: 'yesterday' })
    acquireLock(directory, now)
    expect(JSON.parse(readFileSync(join(directory, '.lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    })
    expect(readdirSync(directory)).toEqual(['.lock'])
  })

  it.skipIf(!existsSync('/proc/self/stat'))(
    'replaces the lock of an earlier process whose pid is in use again',
    () => {
      write({ pid: process.pid, host: hostname(), since: 'yesterday', processStart: '1' })
      acquireLock(directory, now)
      expect(JSON.parse(readFileSync(join(directory, '.lock'), 'utf8')).processStart).not.toBe('1')
    },
  )

  it('is refused where the holder is on another host or the lock is unreadable', () => {
    write({ pid: 1, host: 'elsewhere', since: 'yesterday' })
    expect(() => acquireLock(directory, now)).toThrow(
      /process 1 on elsewhere since yesterday.*delete .*\.lock if it has ended/,
    )
    writeFileSync(join(directory, '.lock'), 'what?')
    expect(() => acquireLock(directory, now)).toThrow(/an unreadable lock/)
    expect(readdirSync(directory)).toEqual(['.lock'])
  })

  it('is an input error where the directory cannot be used', () => {
    expect(() => acquireLock(join(directory, 'none'), now)).toThrow(
      /cannot use .*\.lock \(ENOENT\); choose a writable directory with --out/,
    )
  })
})

describe('readProcessStart', () => {
  it('reads the start of a process whose name contains spaces and parentheses', () => {
    const fields = Array.from({ length: 30 }, (_, index) => index + 3)
    mkdirSync(join(directory, '77'))
    writeFileSync(
      join(directory, '77', 'stat'),
      `77 (a) b (c) ${['S', ...fields.slice(1)].join(' ')}\n`,
    )
    expect(readProcessStart(77, directory)).toBe('22')
  })

  it('is absent without a /proc', () => {
    expect(readProcessStart(process.pid, directory)).toBeUndefined()
  })
})
