import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Hotspots, hotspotsSchema } from '../../../../harness/evidence/hotspots-schema.js'
import { assay, type CommandResult, fixture, temporaryDirectory } from '../../../fixtures/bench.js'

/** Two programs with a known split of their time, profiled by one command in twenty processes. */
const results = join(temporaryDirectory(), 'profiling-results')
const folder = join(results, 'profile-baseline-split')
let result: CommandResult
let documents: Hotspots[]
let split: Hotspots['arms'][number]
let shapes: typeof split

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'incumbent.svg'), 'of an earlier run')
  const words = `profile baseline --suite ${fixture('split-suite.mjs')} --scenario all --scale smoke --interval 125 --duration 2 --json --out ${join(results, '..')}`
  result = await assay(words)
  documents = (JSON.parse(result.stdout) as unknown[]).map((one) => hotspotsSchema.parse(one))
  ;[split, shapes] = documents.map(({ arms }) => arms[0]!) as [typeof split, typeof split]
}, 120_000)

function shareOf({ categories }: typeof split, name: string): number {
  return categories.find((category) => category.name === name)?.share ?? 0
}

describe('the baseline alone, in all scenarios', () => {
  it('gives one document and one page', () => {
    expect(result.code, result.stderr).toBe(0)
    expect(documents.map(({ workload, arms }) => [workload, arms.length])).toEqual([
      ['split', 1],
      ['shapes', 1],
    ])
    const page = readFileSync(join(results, 'BOTTLENECKS.md'), 'utf8')
    expect(page).toContain('npm run profile -- baseline --scenario all --scale smoke')
    expect(page).toContain('## split')
  })

  it('replaces the files of an earlier run', () => {
    expect(existsSync(join(folder, 'hotspots.json'))).toBe(true)
    expect(existsSync(join(folder, 'incumbent.svg'))).toBe(false)
    expect(readdirSync(results).sort()).toEqual([
      'BOTTLENECKS.md',
      'profile-baseline-shapes',
      'profile-baseline-split',
    ])
  })
})

describe('a program with a known split of 50 : 35 : 15 in a recursion, a generator and an async function', () => {
  it.each([
    ['recursion', 0.5, 1250],
    ['generator', 0.35, 1],
    ['waiting', 0.15, 125],
  ])(
    'attributes %s its share of %d within three points, and counts its calls',
    (name, share, calls) => {
      expect(Math.abs(shareOf(shapes, name) - share)).toBeLessThan(0.03)
      expect(shapes.functions.find((one) => one.name === name)?.calls).toBe(calls)
    },
  )

  it('counts a recursion once in its total', () => {
    const { selfShare, totalShare } = shapes.functions.find(({ name }) => name === 'recursion')!
    expect(Math.abs(totalShare - selfShare)).toBeLessThan(0.01)
  })
})

describe('a program with a known split of 60 : 30 : 10 in three inlinable functions', () => {
  it.each([
    ['sixty', 0.6],
    ['thirty', 0.3],
    ['ten', 0.1],
  ])('attributes %s its share within three points', (name, share) => {
    expect(Math.abs(shareOf(split, name) - share)).toBeLessThan(0.03)
  })

  it('counts every call', () => {
    const calls = Object.fromEntries(split.functions.map(({ name, calls }) => [name, calls]))
    expect(calls).toMatchObject({ sixty: 125, thirty: 125, ten: 125 })
  })

  it('gives the place of a function, and its time with callees', () => {
    const pass = split.functions.find(({ name }) => name === 'sixty')
    expect(pass).toMatchObject({ file: 'split-suite.mjs', line: 8, kind: 'js' })
    expect(pass!.totalShare).toBeGreaterThanOrEqual(pass!.selfShare)
    expect(split.modules[0]).toMatchObject({ module: '.' })
  })

  it('gives the overhead relative to the reference computation', () => {
    const { cpuMs, referenceCpuMs, overheadToComputation } = split
    expect(referenceCpuMs).toBeGreaterThan(0)
    expect(overheadToComputation).toBe(cpuMs / referenceCpuMs! - 1)
  })

  it('ranks what to optimize next, without the purpose of the program', () => {
    expect(split.next.map(({ category, effort }) => [category, effort])).toEqual([
      ['sixty', 'small'],
      ['thirty', 'small'],
    ])
    expect(split.operations.filter(({ bottleneck }) => bottleneck).map(({ name }) => name)).toEqual(
      ['sixty', 'thirty', 'ten'],
    )
  })
})
