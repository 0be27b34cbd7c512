import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import {
  changedFiles,
  digestCode,
  readGitState,
} from '../../../harness/measurement/source-state.js'
import { evidenceBelow } from '../../../harness/measurement/written-files.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

describe('readGitState', () => {
  const untracked = ['decisions/0001-layer1.md', 'profiling-results/0001-layer1/runs.jsonl']
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
    mkdirSync(join(repository, 'profiling-results', '0001-layer1'))
    writeFileSync(join(repository, 'profiling-results', '0001-layer1', 'runs.jsonl'), 'evidence')
    const isWritten = evidenceBelow(repository)
    expect(readGitState(join(repository, 'inner'), isWritten)?.dirty).toBe(false)
    writeFileSync(join(repository, 'a.txt'), 'b')
    expect(readGitState(join(repository, 'inner'), isWritten)?.dirty).toBe(true)
    git('checkout', '-q', 'a.txt')
  })

  it.each([
    'decisions/tool.js',
    'decisions/notes.md',
    'reports/report.ts',
    'reports/data.csv',
    'profiling-results/0001-layer1/inner/code.mjs',
    'profiling-results/own.txt',
    'packages/a/decisions/0001-layer1.md',
    'docs/characteristics/x.json',
  ])('is dirty with %s, which no command of this run writes', (name) => {
    const path = join(repository, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'new')
    expect(changedFiles(repository, evidenceBelow(repository))).toEqual([name])
    rmSync(path)
  })

  it('is not dirty by the evidence of a package below the top, only by that of others', () => {
    const inner = join(repository, 'packages', 'b')
    mkdirSync(join(inner, 'profiling-results', 'gate'), { recursive: true })
    const path = join(inner, 'profiling-results', 'gate', 'gate.json')
    writeFileSync(path, '{}')
    expect(changedFiles(inner, evidenceBelow(inner))).toEqual(untracked)
    expect(changedFiles(inner, evidenceBelow(repository))).toEqual([
      'packages/b/profiling-results/gate/gate.json',
    ])
    rmSync(join(repository, 'packages'), { recursive: true })
  })

  it('names changed, renamed and odd files whole', () => {
    mkdirSync(join(repository, 'src'), { recursive: true })
    writeFileSync(join(repository, 'src', 'work.js'), '1')
    writeFileSync(join(repository, 'src', 'old.js'), 'a long text that git finds again')
    git('add', 'src')
    git('commit', '-qm', 'Add')
    writeFileSync(join(repository, 'src', 'work.js'), '2')
    git('mv', 'src/old.js', 'src/new name ü.js')
    expect(changedFiles(repository).sort()).toEqual(
      ['src/new name ü.js', 'src/old.js', 'src/work.js', ...untracked].sort(),
    )
  })

  it('is that of the folder, wherever the variables of git point', () => {
    const other = temporaryDirectory()
    git('-C', other, 'init', '-q')
    const here = readGitState(repository)
    const variables = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, 'index'),
      GIT_CEILING_DIRECTORIES: dirname(repository),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.worktree',
      GIT_CONFIG_VALUE_0: other,
      GIT_ICASE_PATHSPECS: '1',
      GIT_NAMESPACE: 'x',
    }
    try {
      for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
      expect(readGitState(repository)).toEqual(here)
    } finally {
      vi.unstubAllEnvs()
    }
    expect(here).toMatchObject({ commit: expect.any(String), dirty: true })
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
