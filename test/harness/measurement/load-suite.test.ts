import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { loadSuite, ownSuite } from '../../../harness/measurement/load-suite.js'
import { fixture, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const directory = temporaryDirectory()
const kernel = JSON.stringify(`${new URL('../../fixtures/kernel-suite.mjs', import.meta.url)}`)

async function load(name: string, source: string) {
  writeFileSync(join(directory, name), source)
  return loadSuite(name, directory)
}

describe('a suite that replaces functions of the process that decides', () => {
  it.each([
    ['Math.random = () => 0.5', /replaced-primordial.*Math\.random was replaced/],
    ['Number.prototype.toFixed = () => "1"', /Number\.prototype\.toFixed was replaced/],
    ['process.hrtime.bigint = () => 0n', /replaced-clock.*process\.hrtime\.bigint was replaced/],
  ])('is refused, and they are put back: %s', async (source, message) => {
    const text = `export { suite } from ${kernel}\n${source}`
    await expect(load(`patched-${source.length}.mjs`, text)).rejects.toThrow(message)
    expect([(2).toFixed(0), process.hrtime.bigint() > 0n]).toEqual(['2', true])
  })
})

describe('loadSuite', () => {
  it('imports a module and keeps its address for measured processes', async () => {
    const loaded = await loadSuite(fixture('kernel-suite.mjs'), '/')
    expect(loaded.suite.name).toBe('kernel')
    expect(loaded.address).toMatch(/^file:.*kernel-suite\.mjs$/)
    expect(loaded.foreignFile).toBe(fixture('kernel-suite.mjs'))
  })

  it.each([
    ['none.mjs', undefined, /^--suite none\.mjs: no such file/],
    ['broken.mjs', 'export const suite = {', /^--suite broken\.mjs: cannot be imported \(/],
    ['throwing.mjs', 'throw new Error("no data here")', /cannot be imported \(no data here\)/],
    [
      'empty.mjs',
      'export const other = 1',
      /^--suite empty\.mjs: export suite: .*see harness\/contract\.ts/,
    ],
    ['half.mjs', 'export const suite = { name: "half", baseline() {}, layers: [] }', /workloads: /],
    [
      'bad-id.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], id: '../up' }] }`,
      /layers\.0\.id: lower case/,
    ],
    [
      'vague.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], criterion: { kind: 'budget', counter: 'x' } }] }`,
      /layers\.0\.criterion: give improvement \{ atLeast \}, .* or budget \{ counter \} with either atMost or atLeast/,
    ],
    [
      'both.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], criterion: { kind: 'budget', counter: 'x', atMost: 2, atLeast: 1 } }] }`,
      /layers\.0\.criterion: give improvement/,
    ],
    [
      'twice.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [s.layers[0], s.layers[0]] }`,
      /two layers have the id identity/,
    ],
    [
      'lost.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, workloads: [s.workloads[1]] }`,
      /layer identity names workload spin, which/,
    ],
    [
      'unguarded.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], guards: ['gaurd'] }] }`,
      /layer identity names workload gaurd, which the suite does not have/,
    ],
    [
      'guarded-target.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], guards: [s.layers[0].workloads[0]] }] }`,
      /layer identity must win on spin and names it among its guards; name it once/,
    ],
    [
      'all.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], id: 'all' }] }`,
      /a layer has the id all, which stands for all layers; give it another id/,
    ],
    [
      'heavy-first.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[1], phase: 'heavy' }, s.layers[2]] }`,
      /layer faster-12 comes after a heavy one; put heavy layers last/,
    ],
    [
      'phase.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[1], phase: 'light' }] }`,
      /layers\.0\.phase: /,
    ],
    [
      'goal.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, goal: { aspired: 0.4, minimum: 0.9 } }`,
      /goal: minimum must be at most aspired/,
    ],
    [
      'number.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, workloads: s.workloads.map((w) => ({ ...w, describe: 5 })) }`,
      /workloads\.0\.describe: must be a function; see/,
    ],
    [
      'promised.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, workloads: s.workloads.map((w) => ({ ...w, describe: async () => '1 spin' })) }`,
      /workload spin: describe returned a promise at smoke scale; return one line of text/,
    ],
    [
      'failing.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, workloads: s.workloads.map((w) => ({ ...w, describe: () => { throw new Error('no scale') } })) }`,
      /workload spin: describe throws at smoke scale \(no scale\); return one line of text/,
    ],
    [
      'unscaled.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, workloads: s.workloads.map((w) => ({ ...w, scales: { smoke: 1 } })) }`,
      /workloads\.0\.scales: give smoke, standard, production/,
    ],
    [
      'getter.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, layers: [{ ...s.layers[0], get title() { throw new Error('boom') } }] }`,
      /layers\.0\.title cannot be read \(boom\); give a plain value/,
    ],
    [
      'deep-getter.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, goal: { aspired: 0.9, get minimum() { throw new Error('boom') } } }`,
      /a field cannot be read \(boom\); give a plain value/,
    ],
    [
      'far.mjs',
      `import { suite as s } from ${kernel}; export const suite = { ...s, goal: { aspired: 90, minimum: 0.4 } }`,
      /goal\.aspired: /,
    ],
  ])('refuses %s and names the reason', async (name, source, message) => {
    const loading = source === undefined ? loadSuite(name, directory) : load(name, source)
    await expect(loading).rejects.toThrow(message)
    await expect(loading).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe('ownSuite', () => {
  it('gives the address of the compiled module for a source module', () => {
    const source: Suite = {
      ...kernelSuite,
      module: new URL('../../../harness/contract.ts', import.meta.url).href,
    }
    expect(ownSuite(source).address).toMatch(/\/dist\/harness\/contract\.js$/)
  })
})
