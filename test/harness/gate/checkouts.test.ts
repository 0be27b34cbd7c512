import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildVersion } from '../../../harness/gate/build-version.js'
import { checkOut } from '../../../harness/gate/checkouts.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { gateRepository } from '../../fixtures/gate-repository.js'

const signal = new AbortController().signal

describe('the checkouts', () => {
  it('lie at paths of equal length and hold their commits, whichever is the base', async () => {
    const repository = gateRepository()
    repository.commit('kernel.mjs', (text) => `${text}// head\n`)
    const setting = { env: repository.env, signal }
    const [trunk, head] = ['trunk', 'HEAD'].map((ref) => repository.git('rev-parse', ref).trim())
    const kernel = (root: string) => readFileSync(join(root, 'src', 'kernel.mjs'), 'utf8')
    const oneWay = await checkOut({ top: repository.root, base: trunk!, head: head! }, setting)
    const otherWay = await checkOut({ top: repository.root, base: head!, head: trunk! }, setting)
    expect(oneWay.roots.base).toHaveLength(oneWay.roots.head.length)
    expect(kernel(oneWay.roots.base)).toBe(kernel(otherWay.roots.head))
    expect(kernel(oneWay.roots.head)).toBe(kernel(otherWay.roots.base))
    expect(kernel(oneWay.roots.head)).toContain('// head')
    oneWay.remove()
    otherWay.remove()
    expect(repository.leftovers()).toEqual([])
  })

  it('are removed even if one is locked and the other is missing', async () => {
    const repository = gateRepository()
    const commit = repository.git('rev-parse', 'HEAD').trim()
    const { roots, remove } = await checkOut(
      { top: repository.root, base: commit, head: commit },
      { env: repository.env, signal },
    )
    repository.git('worktree', 'lock', roots.base)
    rmSync(roots.head, { recursive: true })
    remove()
    expect(repository.leftovers()).toEqual([])
  })

  it('leave nothing behind if the second checkout fails', async () => {
    const repository = gateRepository()
    const head = repository.git('rev-parse', 'HEAD').trim()
    const made = checkOut(
      { top: repository.root, base: head, head: '0'.repeat(40) },
      { env: repository.env, signal },
    )
    await expect(made).rejects.toThrow(/cannot check out head 0{40}: git /)
    expect(repository.leftovers()).toEqual([])
  })
})

describe('the packages of a checkout', () => {
  function project(lock: string): string {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'dependency'))
    writeFileSync(
      join(root, 'dependency', 'package.json'),
      '{"name":"dependency","version":"1.0.0"}',
    )
    writeFileSync(
      join(root, 'package.json'),
      '{"name":"one","version":"1.0.0","scripts":{"build":"exit 0"},"dependencies":{"dependency":"file:dependency"}}',
    )
    writeFileSync(join(root, 'package-lock.json'), lock)
    return root
  }
  const lock = JSON.stringify({
    name: 'one',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'one', version: '1.0.0', dependencies: { dependency: 'file:dependency' } },
      dependency: { version: '1.0.0' },
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  })

  it('are links to the installed ones if the lock files are equal; the cache is not shared', async () => {
    const installed = project(lock)
    mkdirSync(join(installed, 'node_modules', '.cache'), { recursive: true })
    symlinkSync('../dependency', join(installed, 'node_modules', 'dependency'))
    const checkout = project(lock)
    expect(
      await buildVersion({
        checkout,
        here: installed,
        prefix: '',
        fresh: false,
        script: 'build',
        setting: { env: process.env, signal },
      }),
    ).toEqual({ outside: [] })
    expect(readdirSync(join(checkout, 'node_modules'))).toEqual(['dependency'])
    expect(existsSync(join(checkout, 'node_modules', 'dependency', 'package.json'))).toBe(true)
  })

  it('are installed if the lock files differ', async () => {
    const installed = project(`${lock}\n`)
    mkdirSync(join(installed, 'node_modules'))
    writeFileSync(join(installed, 'node_modules', 'of-another-lock'), '')
    const checkout = project(lock)
    expect(
      await buildVersion({
        checkout,
        here: installed,
        prefix: '',
        fresh: false,
        script: 'build',
        setting: { env: process.env, signal },
      }),
    ).toEqual({ outside: [] })
    expect(readdirSync(join(checkout, 'node_modules'))).toContain('dependency')
    expect(readdirSync(join(checkout, 'node_modules'))).not.toContain('of-another-lock')
  })
})
