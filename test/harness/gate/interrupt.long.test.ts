import { spawn } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { fixture } from '../../fixtures/bench.js'
import { type GateRepository, gateRepository, QUICK_GATE } from '../../fixtures/gate-repository.js'

/** Runs the gate in a process and sends it a signal when a text appears on stderr. */
function interrupted(
  { root, env }: GateRepository,
  text: string,
  signal: NodeJS.Signals,
  againAfterMs?: number,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fixture('kernel-main.mjs'), 'gate', ...QUICK_GATE], {
      cwd: root,
      env: { ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      const before = stderr.includes(text)
      stderr += chunk
      if (before || !stderr.includes(text)) return
      child.kill(signal)
      if (againAfterMs !== undefined) setTimeout(() => child.kill('SIGTERM'), againAfterMs)
    })
    child.on('close', (code) => resolve({ code, stderr }))
  })
}

describe('an interrupted gate', () => {
  let repository: GateRepository
  beforeAll(() => {
    repository = gateRepository()
  })

  it.each([
    ['checking out', 'SIGINT', 130],
    ['building', 'SIGTERM', 143],
    ['proving', 'SIGINT', 130],
    ['pair 2/', 'SIGINT', 130],
  ] as const)(
    'leaves no checkout, no lock and no verdict behind, if interrupted at: %s',
    async (text, signal, code) => {
      const ended = await interrupted(repository, text, signal)
      expect(ended).toEqual({
        code,
        stderr: expect.stringContaining(`assay: interrupted by ${signal}`),
      })
      expect(repository.leftovers()).toEqual([])
      const out = join(repository.root, 'profiling-results', 'gate')
      expect(existsSync(out) ? readdirSync(out).filter((name) => name !== 'cases') : []).toEqual([])
    },
  )

  it.each([
    ['checking out', 5],
    ['building', 20],
    ['proving', 50],
    ['pair 2/', 5],
    ['pair 1/', 1500],
  ] as const)(
    'leaves nothing behind after two signals, if interrupted at: %s, and again %i ms later',
    async (text, againAfterMs) => {
      const { code } = await interrupted(repository, text, 'SIGINT', againAfterMs)
      expect([130, 143]).toContain(code)
      expect(repository.leftovers()).toEqual([])
      const out = join(repository.root, 'profiling-results', 'gate')
      expect(existsSync(out) ? readdirSync(out).filter((name) => name !== 'cases') : []).toEqual([])
    },
  )
})

describe('a gate that is killed', () => {
  it('while git writes its entry of a checkout, keeps no later gate from checking out', async () => {
    const repository = gateRepository()
    await interrupted(repository, 'proving', 'SIGKILL')
    const entry = join(repository.root, '.git', 'worktrees', 'base')
    writeFileSync(join(entry, 'commondir'), '')
    writeFileSync(join(entry, 'locked'), 'initializing')
    expect(() => repository.leftovers()).toThrow('commondir')
    const ended = await interrupted(repository, 'building', 'SIGINT')
    expect(ended.code).toBe(130)
    expect(repository.leftovers()).toEqual([])
  })

  it('leaves checkouts that the next gate removes, with git entries and lock', async () => {
    const repository = gateRepository()
    const killed = await interrupted(repository, 'proving', 'SIGKILL')
    expect(killed.code).toBeNull()
    expect(repository.leftovers()).not.toEqual([])
    const ended = await interrupted(repository, 'building', 'SIGINT')
    expect(ended.code).toBe(130)
    expect(repository.leftovers()).toEqual([])
  })
})
