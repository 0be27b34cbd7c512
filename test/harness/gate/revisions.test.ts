import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { findRevisions } from '../../../harness/gate/revisions.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { gateRepository } from '../../fixtures/gate-repository.js'

const signal = new AbortController().signal

describe('the commits of a gate', () => {
  it('are head and its merge-base with the first usual branch that exists', async () => {
    const repository = gateRepository()
    const mergeBase = repository.git('rev-parse', 'trunk').trim()
    repository.git('branch', 'main', 'trunk')
    repository.commit('kernel.mjs', (text) => `${text}// head\n`)
    const found = await findRevisions(repository.root, undefined, { env: repository.env, signal })
    expect(found).toEqual({
      top: repository.root,
      prefix: '',
      baseRef: 'main',
      base: mergeBase,
      head: repository.git('rev-parse', 'HEAD').trim(),
    })
  })

  it('need --base if no usual branch exists', async () => {
    const { root, env } = gateRepository()
    await expect(findRevisions(root, undefined, { env, signal })).rejects.toThrow(
      'none of origin/HEAD, origin/main, origin/master, main, master exists here; name the commit to compare with: --base REF',
    )
  })

  it('do not exist in a repository without a commit', async () => {
    const root = temporaryDirectory()
    execFileSync('git', ['init', '-q'], { cwd: root })
    await expect(findRevisions(root, undefined, { env: process.env, signal })).rejects.toThrow(
      'has no commit yet; commit before comparing',
    )
  })

  it('need a common commit', async () => {
    const repository = gateRepository()
    repository.git('checkout', '-q', '--orphan', 'alone')
    repository.git('commit', '-qm', 'alone')
    await expect(
      findRevisions(repository.root, 'trunk', { env: repository.env, signal }),
    ).rejects.toThrow('trunk and HEAD have no common commit in this clone')
  })
})
