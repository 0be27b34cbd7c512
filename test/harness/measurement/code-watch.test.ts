import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { ModuleDigests } from '../../../harness/evidence/modules-schema.js'
import { watchCode } from '../../../harness/measurement/code-watch.js'
import { forkRun } from '../../../harness/measurement/fork-run.js'
import {
  nodeFlagsFor,
  probeFlagsFor,
  runEnvironment,
} from '../../../harness/measurement/run-environment.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

/** A suite that loads modules in every way there is, in a folder of its own. */
function project() {
  const folder = temporaryDirectory()
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('static.mjs', 'export { deep } from "./deep.mjs"\n')
  write('deep.mjs', 'export const deep = 1\n')
  write('lazy-1.mjs', 'export const lazy = 1\n')
  write('common.cjs', 'module.exports = require("./without-extension")\n')
  write('without-extension.js', 'module.exports = 1\n')
  write('package.json', '{}')
  write('table.json', '[1]')
  write('thread.mjs', 'import "./in-thread.mjs"\n')
  write('in-thread.mjs', '\n')
  const path = writeSmallSuite(
    folder,
    `{ workload: { run: async (s, scale, seed) => {
        const { lazy } = await import('./lazy-' + scale + '.mjs')
        await new Promise((resolve) => new Worker(new URL('./thread.mjs', import.meta.url)).on('exit', resolve))
        return { output: { result: seed + lazy + common + deep + table[0] } }
      } } }`,
    `import { createRequire } from 'node:module'
     import { Worker } from 'node:worker_threads'
     import { deep } from './static.mjs'
     const require = createRequire(import.meta.url)
     const common = require('./common.cjs')
     const table = require('./table.json')`,
  )
  return { folder, write, loaded: { address: pathToFileURL(path).href, foreignFile: path } }
}

const slot = (suite: string) => ({
  suite,
  mode: 'run' as const,
  metric: 'wall' as const,
  workload: 'sum',
  arm: 'candidate' as const,
  stack: ['less'],
  scale: 'smoke' as const,
  seed: 7,
  pair: 1,
  position: 0,
  warmup: 0,
  iterations: 1,
})

const settings = {
  env: runEnvironment(process.env),
  nodeFlags: nodeFlagsFor('cpu'),
  timeoutMs: 60_000,
  signal: new AbortController().signal,
}

const MODULES = [
  'common.cjs',
  'deep.mjs',
  'in-thread.mjs',
  'lazy-1.mjs',
  'static.mjs',
  'suite.mjs',
  'table.json',
  'thread.mjs',
  'without-extension.js',
]

describe('the modules of a measured process', () => {
  it.each([['run'], ['probe'], ['verify']] as const)(
    'are all known after it has ended, in mode %s',
    async (mode) => {
      const { loaded } = project()
      const saved: ModuleDigests[] = []
      const code = watchCode(loaded, {}, (digests) => saved.push(digests))
      const flags = mode === 'probe' ? probeFlagsFor(settings.nodeFlags) : settings.nodeFlags
      const result = await forkRun(
        { ...slot(loaded.address), mode },
        { ...settings, nodeFlags: flags, onModules: code.saw },
      )
      expect(result).toMatchObject({ kind: 'answered' })
      const names = Object.keys(code.digests())
      expect(names).toEqual(expect.arrayContaining(MODULES))
      expect(names).toContain('assay/dist/harness/child.js')
      expect(names.some((name) => /^assay\/node_modules\/tinybench\//.test(name))).toBe(true)
      expect(saved.at(-1)).toEqual(code.digests())
    },
  )
})

describe('a module that changes', () => {
  it.each(MODULES)('ends the evaluation: %s', async (name) => {
    const { folder, write, loaded } = project()
    const code = watchCode(loaded)
    code.saw([join(folder, 'lazy-1.mjs')])
    write(name, '/* other code */')
    expect(() => code.check()).toThrow(InvalidEvidenceError)
    expect(() => code.check()).toThrow(
      new RegExp(`${name.replace('.', '\\.')} was changed \\(\\w{8}… → \\w{8}…\\), so the runs`),
    )
  })

  it('is noticed where an evaluation is continued, also where it is gone', () => {
    const { folder, write, loaded } = project()
    const known = watchCode(loaded).digests()
    expect(() => watchCode(loaded, known).check()).not.toThrow()
    write('deep.mjs', 'export const deep = 2\n')
    expect(() => watchCode(loaded, known).check()).toThrow(/deep\.mjs was changed/)
    rmSync(join(folder, 'deep.mjs'))
    expect(() => watchCode(loaded, known).check()).toThrow(/deep\.mjs is gone, but was measured/)
  })

  it('counts by its bytes: to touch it changes nothing, to keep its size and time does', () => {
    const { folder, write, loaded } = project()
    const code = watchCode(loaded)
    utimesSync(join(folder, 'deep.mjs'), 1, 1)
    expect(() => code.check()).not.toThrow()
    write('deep.mjs', 'export const deep = 2\n')
    utimesSync(join(folder, 'deep.mjs'), 1, 1)
    expect(() => code.check()).toThrow(/deep\.mjs was changed/)
  })

  it('is found behind a symbolic link', () => {
    const { folder, write, loaded } = project()
    mkdirSync(join(folder, 'real'))
    write('real/linked.mjs', 'export const x = 1\n')
    symlinkSync(join(folder, 'real', 'linked.mjs'), join(folder, 'link.mjs'))
    write('deep.mjs', 'export { x as deep } from "./link.mjs"\n')
    const code = watchCode(loaded)
    expect(Object.keys(code.digests())).toContain('real/linked.mjs')
  })
})
