import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from '../../../harness/system/lock.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const now = new Date('2026-11-20T10:00:00Z')
let directory = ''
const write = (holder: object) => writeFileSync(join(directory, '.lock'), JSON.stringify(holder))

beforeEach(() => {
  directory = temporaryDirectory()
})

describe('acquireLock', () => {
  it('keeps a second evaluation out until it is released', () => {
    const lock = acquireLock(directory, now)
    expect(() => acquireLock(directory, now)).toThrow(
      `another evaluation is at work in this directory (process ${process.pid} on ${hostname()} since 2026-11-20T10:00:00.000Z)`,
    )
    lock.release()
    expect(readdirSync(directory)).toEqual([])
    acquireLock(directory, now).release()
  })

  it('replaces the lock of a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    write({ pid, host: hostname(), since: 'yesterday' })
    acquireLock(directory, now)
    expect(JSON.parse(readFileSync(join(directory, '.lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    })
    expect(readdirSync(directory)).toEqual(['.lock'])
  })

  it.skipIf(!existsSync('/proc/self/stat'))(
    'replaces the lock of an earlier process with a pid that lives again',
    () => {
      write({ pid: process.pid, host: hostname(), since: 'yesterday', processStart: '1' })
      acquireLock(directory, now)
      expect(JSON.parse(readFileSync(join(directory, '.lock'), 'utf8')).processStart).not.toBe('1')
    },
  )

  it('does not judge a process on another host, or a lock it cannot read', () => {
    write({ pid: 1, host: 'elsewhere', since: 'yesterday' })
    expect(() => acquireLock(directory, now)).toThrow(
      /process 1 on elsewhere since yesterday.*delete .*\.lock if it is gone/,
    )
    writeFileSync(join(directory, '.lock'), 'what?')
    expect(() => acquireLock(directory, now)).toThrow(/a lock nobody can read/)
    expect(readdirSync(directory)).toEqual(['.lock'])
  })

  it('says that the place cannot be used where it cannot', () => {
    expect(() => acquireLock(join(directory, 'none'), now)).toThrow(
      /cannot use .*\.lock \(ENOENT\); choose a writable directory with --out/,
    )
  })
})
