import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { acquireLock } from '../../../harness/system/lock.js'
import { fixture, temporaryDirectory } from '../../fixtures/bench.js'

const run = promisify(execFile)

describe('a lock that several processes race for', () => {
  it('is never held twice, although its holders are killed again and again', async () => {
    const directory = temporaryDirectory()
    const { pid } = spawnSync(process.execPath, ['--version'])
    const racers = Array.from({ length: 6 }, () =>
      run(process.execPath, [fixture('race-for-lock.mjs'), directory, '120', String(pid)]),
    )
    const ended = await Promise.all(racers)
    expect(ended.map(({ stdout }) => stdout)).toEqual(Array(6).fill('120'))
    acquireLock(directory, new Date()).release()
    expect(readdirSync(directory)).toEqual([])
  }, 120_000)

  it('of another process stays if this one releases it', () => {
    const directory = temporaryDirectory()
    const lock = acquireLock(directory, new Date())
    const other = JSON.stringify({ pid: 1, host: hostname(), since: 'now' })
    writeFileSync(join(directory, '.lock'), other)
    lock.release()
    expect(readdirSync(directory)).toEqual(['.lock'])
  })
})
