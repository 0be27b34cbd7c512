import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { otherMeasuring, takeHostTurn } from '../../../harness/system/host-lock.js'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const now = new Date('2026-11-20T10:00:00Z')

describe('two measurements on one host', () => {
  it('are noticed by the second one, until the first has ended', () => {
    const env = { TMPDIR: temporaryDirectory() }
    const first = takeHostTurn(env, now)
    expect(first.other).toBeUndefined()
    const second = takeHostTurn(env, now)
    expect(otherMeasuring(second.other!)).toContain(`(process ${process.pid} on `)
    second.release()
    expect(readdirSync(env.TMPDIR)).toEqual(['assay-measuring.lock'])
    first.release()
    expect(readdirSync(env.TMPDIR)).toEqual([])
  })

  it('never fail because of the mark', () => {
    const env = { TMPDIR: join(temporaryDirectory(), 'none') }
    expect(takeHostTurn(env, now).other).toBeUndefined()
  })

  it('in different folders are warned, and both are made', async () => {
    const env = { ...process.env, TMPDIR: temporaryDirectory() }
    const turn = takeHostTurn(env, now)
    const { code, stderr } = await assay(
      `evaluate one-tick --workload spin --scale smoke --out ${temporaryDirectory()}`,
      { env },
    )
    turn.release()
    expect(code).toBe(4)
    expect(stderr).toContain('warning: another measurement is running on this host (process ')
  }, 120_000)
})
