import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isAlive } from '../../../harness/system/lock-file.mjs'
import { fixture } from '../../fixtures/bench.js'

async function endOf(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 100 && isAlive({ pid }); turn++) await sleep(50)
  return !isAlive({ pid })
}

describe('a busy process', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'ends with the process that started it, after %s',
    async (signal) => {
      const parent = spawn(process.execPath, [fixture('parent-of-busy.mjs')])
      const pid = await new Promise<number>((resolve) => {
        parent.stdout.once('data', (text: Buffer) => resolve(Number(text)))
      })
      expect(isAlive({ pid })).toBe(true)
      parent.kill(signal)
      expect(await endOf(pid)).toBe(true)
    },
    30_000,
  )
})
