import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../harness/system/package-root.js'
import { temporaryDirectory } from './fixtures/bench.js'

describe('the worked loop of docs/loops.md', () => {
  it('keeps the three real gains, and nothing else of ten candidates', () => {
    const work = temporaryDirectory()
    const table = execFileSync(
      process.execPath,
      // A time that suffices on a host that is busy with other tests.
      [join(packageRoot(), 'docs', 'loops', 'loop.mjs'), work, '10m'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const rows = table
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/\s{2,}/))
    expect(rows.slice(0, -1).map(([answer, name]) => `${answer} ${name}`)).toEqual([
      'discard hoisted-start',
      'keep running-sum',
      'discard turned-comparison',
      'discard late-window',
      'discard other-increment',
      'keep running-highest',
      'discard elsewhere',
      'discard named-function',
      'discard copied-prices',
      'keep sorted-ranks',
    ])
    const reasonOf = (name: string) => rows.find((row) => row[1] === name)?.at(-1)
    expect(reasonOf('late-window')).toBe('not-equivalent')
    expect(reasonOf('elsewhere')).toBe('tampered, other-process')
    expect(table).toContain('kept: running-sum, running-highest, sorted-ranks · ')
  }, 600_000)
})
