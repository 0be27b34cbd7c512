import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { fixture } from '../../fixtures/bench.js'
import { type GateRepository, gateRepository, QUICK_GATE } from '../../fixtures/gate-repository.js'

/** Runs the gate in a process and sends it a signal when a text appears on stderr. */
function interrupted(
  { root, env }: GateRepository,
  text: string,
  signal: NodeJS.Signals,
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
      if (!before && stderr.includes(text)) child.kill(signal)
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
})
