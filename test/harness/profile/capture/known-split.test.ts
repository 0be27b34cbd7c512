import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Hotspots, hotspotsSchema } from '../../../../harness/evidence/hotspots-schema.js'
import { assay, fixture, type Told, temporaryDirectory } from '../../../fixtures/bench.js'

/** Both programs of known splits, profiled by one command: some twenty processes. */
const results = join(temporaryDirectory(), 'profiling-results')
const folder = join(results, 'profile-baseline-split')
let told: Told
let documents: Hotspots[]
let split: Hotspots['arms'][number]
let shapes: typeof split

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'incumbent.svg'), 'of an earlier run')
  const words = `profile baseline --suite ${fixture('split-suite.mjs')} --scenario all --scale smoke --interval 125 --duration 2 --json --out ${join(results, '..')}`
  told = await assay(words)
  documents = (JSON.parse(told.stdout) as unknown[]).map((one) => hotspotsSchema.parse(one))
  ;[split, shapes] = documents.map(({ arms }) => arms[0]!) as [typeof split, typeof split]
}, 120_000)

function shareOf({ categories }: typeof split, name: string): number {
  return categories.find((category) => category.name === name)?.share ?? 0
}

describe('the baseline alone, in all scenarios', () => {
  it('is one document, and one page', () => {
    expect(told.code, told.stderr).toBe(0)
    expect(documents.map(({ workload, arms }) => [workload, arms.length])).toEqual([
      ['split', 1],
      ['shapes', 1],
    ])
    const page = readFileSync(join(results, 'BOTTLENECKS.md'), 'utf8')
    expect(page).toContain('npm run profile -- baseline --scenario all --scale smoke')
    expect(page).toContain('## split')
  })

  it('takes the place of what an earlier run left: no file of another stack stays', () => {
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
    'books %s with its share of %d, to three points, and counts its calls',
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
  ])('books %s with its share, to three points', (name, share) => {
    expect(Math.abs(shareOf(split, name) - share)).toBeLessThan(0.03)
  })

  it('counts every call', () => {
    const calls = Object.fromEntries(split.functions.map(({ name, calls }) => [name, calls]))
    expect(calls).toMatchObject({ sixty: 125, thirty: 125, ten: 125 })
  })

  it('knows the place of a function and what lies under its callers', () => {
    const pass = split.functions.find(({ name }) => name === 'sixty')
    expect(pass).toMatchObject({ file: 'split-suite.mjs', line: 5, kind: 'js' })
    expect(pass!.totalShare).toBeGreaterThanOrEqual(pass!.selfShare)
    expect(split.modules[0]).toMatchObject({ module: '.' })
  })

  it('tells its overhead over the reference computation', () => {
    const { cpuMs, referenceCpuMs, overheadToComputation } = split
    expect(referenceCpuMs).toBeGreaterThan(0)
    expect(overheadToComputation).toBe(cpuMs / referenceCpuMs! - 1)
  })

  it('names what to optimize next, and never what the program is there for', () => {
    expect(split.next.map(({ category, effort }) => [category, effort])).toEqual([
      ['sixty', 'small'],
      ['thirty', 'small'],
    ])
    expect(split.operations.filter(({ bottleneck }) => bottleneck).map(({ name }) => name)).toEqual(
      ['sixty', 'thirty', 'ten'],
    )
  })
})
