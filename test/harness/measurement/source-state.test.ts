import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestCode, readGitState } from '../../../harness/measurement/source-state.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

describe('readGitState', () => {
  const repository = temporaryDirectory()
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      [
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@example.org',
        '-c',
        'commit.gpgsign=false',
        ...args,
      ],
      {
        cwd: repository,
      },
    )

  it('is null outside of a repository', () => {
    expect(readGitState(temporaryDirectory())).toBeNull()
  })

  it('is dirty after changes, except those of evidence', () => {
    git('init', '-q')
    writeFileSync(join(repository, 'a.txt'), 'a')
    git('add', '.')
    git('commit', '-qm', 'Begin')
    expect(readGitState(repository)).toEqual({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      dirty: false,
    })
    for (const folder of ['decisions', 'profiling-results', 'reports', 'inner'])
      mkdirSync(join(repository, folder))
    writeFileSync(join(repository, 'decisions', '0001-layer1.md'), 'evidence')
    writeFileSync(join(repository, 'profiling-results', 'runs.jsonl'), 'evidence')
    expect(readGitState(join(repository, 'inner'))?.dirty).toBe(false)
    writeFileSync(join(repository, 'a.txt'), 'b')
    expect(readGitState(join(repository, 'inner'))?.dirty).toBe(true)
  })
})

describe('digestCode', () => {
  const dist = join(temporaryDirectory(), 'dist')
  mkdirSync(join(dist, 'engine'), { recursive: true })
  writeFileSync(join(dist, 'engine', 'a.js'), 'one')
  writeFileSync(join(dist, 'b.js'), 'two')

  it('depends on bytes and paths, not on the build info of the compiler', () => {
    const before = digestCode(dist)
    writeFileSync(join(dist, '.tsbuildinfo'), 'notes')
    expect(digestCode(dist)).toBe(before)
    renameSync(join(dist, 'b.js'), join(dist, 'c.js'))
    const moved = digestCode(dist)
    expect(moved).not.toBe(before)
    writeFileSync(join(dist, 'c.js'), 'two!')
    expect(digestCode(dist)).not.toBe(moved)
  })

  it('covers the module of a foreign suite', () => {
    expect(digestCode(dist, join(dist, 'c.js'))).not.toBe(digestCode(dist))
  })

  it('names the command to run where nothing is compiled', () => {
    expect(() => digestCode(join(dist, 'none'))).toThrow(
      /nothing is compiled in .*none; run: npm run build/,
    )
  })
})
