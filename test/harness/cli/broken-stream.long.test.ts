import { spawn } from 'node:child_process'
import { existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compiledModule } from '../../../harness/system/package-root.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { EVALUATED_WORDS, evaluatedSlower, unfinishedCopy } from '../../fixtures/evaluated.js'

const main = compiledModule(new URL('../../../scenarios/main.ts', import.meta.url).href).replace(
  'file://',
  '',
)
const WORDS = EVALUATED_WORDS.split(' ')

/** Runs the binary with a reader that goes away at once, or with a stream that is always full. */
function run(
  words: readonly string[],
  stdout: 'closed' | 'full',
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...words], {
      stdio: ['ignore', stdout === 'full' ? openSync('/dev/full', 'w') : 'pipe', 'pipe'],
    })
    child.stdout?.destroy()
    let stderr = ''
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code) => resolve({ code, stderr }))
  })
}

describe('a broken stream', () => {
  it('does not stop an evaluation: the record is written, the lock is released, and the exit code is that of the verdict', async () => {
    const root = unfinishedCopy(await evaluatedSlower(), '0002-slower', 9)
    const { code } = await run(
      [
        'evaluate',
        'slower',
        '--no-calibration',
        ...WORDS,
        '--require',
        'accepted',
        '--resume',
        '--out',
        root,
      ],
      'closed',
    )
    expect(code).toBe(1)
    expect(existsSync(join(root, 'decisions', '0002-slower.json'))).toBe(true)
    expect(readdirSync(join(root, 'profiling-results')).sort()).toEqual([
      '0001-faster',
      '0002-slower',
    ])
  }, 120_000)

  it('ends a listing quietly', async () => {
    expect(await run(['list', '--out', temporaryDirectory()], 'closed')).toEqual({
      code: 0,
      stderr: '',
    })
  })

  it.skipIf(!existsSync('/dev/full'))(
    'is an error where results could not be written',
    async () => {
      const { code, stderr } = await run(['list', '--out', temporaryDirectory()], 'full')
      expect(code).toBe(5)
      expect(stderr).toBe(
        'assay: cannot write to standard output (ENOSPC); results are incomplete\n',
      )
    },
  )
})
