import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { assessWorkload } from '../../../harness/verdict/assess.js'
import { type Rule, ruleOf } from '../../../harness/verdict/criteria.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { planWith, randomFrom, roundsFrom } from './simulated-evidence.js'

/**
 * The rule on real noise: recorded process runs of identical code, in adjacent pairs. Windows of consecutive pairs keep drift and
 * correlation; swapping the labels within a pair gives the null; multiplying the times of one arm gives an effect.
 */
interface RecordedPair {
  readonly a: RecordedRun
  readonly b: RecordedRun
}
interface RecordedRun {
  readonly cpuMs: number
  readonly wallMs: number
}

const PAIRS = 40
const rule = ruleOf(planWith(), 'grid-search')

/** Provenance: aa-noise.mjs beside it, Node 20.20.2 on a shared host with two busy cores. */
const own = read(new URL('../../golden/aa-noise.csv', import.meta.url), () => true)

describe('our own recording', () => {
  it('is accepted when 12 % faster, rejected when 3 % faster', () => {
    expect(assessWorkload(toRounds(own, 0.12), rule)).toMatchObject({ outcome: 'accepted', reasons: ['certified-improvement'] })
    expect(assessWorkload(toRounds(own, 0.03), rule).outcome).toBe('rejected')
  })

  it('is never accepted as it is', () => {
    expect(share(own, 0, 'accepted')).toBe(0)
  })

  it('is hardly ever accepted when 3 % faster, and mostly when 12 % faster', () => {
    expect(share(own, 0.03, 'accepted')).toBeLessThanOrEqual(0.02)
    expect(share(own, 0.12, 'accepted')).toBeGreaterThan(0.9)
  })
})

const shared = new URL('../../../../shared/data/noise/aa-runs.csv', import.meta.url)

describe.skipIf(!existsSync(shared))('1 000 recorded runs', () => {
  it.each([
    ['ambient', 'sma'],
    ['ambient', 'filter'],
    ['burst', 'sma'],
    ['burst', 'filter'],
  ])('%s, %s', (pool, workload) => {
    const pairs = read(shared, (row) => row.pool === pool && row.workload === workload)
    expect(share(pairs, 0, 'accepted')).toBeLessThanOrEqual(0.005)
    expect(share(pairs, 0.03, 'accepted')).toBeLessThanOrEqual(0.02)
    expect(share(pairs, 0.12, 'accepted')).toBeGreaterThanOrEqual(0.95)
  })
})

function share(pairs: readonly RecordedPair[], improvement: number, outcome: string, judgedBy: Rule = rule): number {
  const random = randomFrom(1)
  const trials = 400
  let count = 0
  for (let trial = 0; trial < trials; trial += 1) {
    const start = Math.floor(random.uniform() * pairs.length)
    const window = Array.from({ length: PAIRS }, (_, index) => pairs[(start + index) % pairs.length]!)
    const swapped = window.map(({ a, b }) => (random.uniform() < 0.5 ? { a, b } : { a: b, b: a }))
    if (assessWorkload(toRounds(swapped, improvement), judgedBy).outcome === outcome) count += 1
  }
  return count / trials
}

function toRounds(pairs: readonly RecordedPair[], improvement: number): Round[] {
  const rounds = roundsFrom(
    pairs.map(({ a }) => a.cpuMs),
    pairs.map(({ b }) => b.cpuMs * (1 - improvement)),
  )
  return rounds.map(({ pair, runs }, index) => {
    const { a, b } = pairs[index]!
    const baseline = { ...runs.baseline!, wallMs: a.wallMs }
    const candidate = { ...runs.candidate!, wallMs: b.wallMs * (1 - improvement) }
    return { pair, runs: { baseline, candidate } }
  })
}

function read(file: URL, wanted: (row: Readonly<Record<string, string>>) => boolean): RecordedPair[] {
  const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true })
  const pairs = new Map<string, Partial<Record<string, RecordedRun>>>()
  for (const row of rows.filter(wanted)) {
    const run = { cpuMs: Number(row.cpu_ms), wallMs: Number(row.wall_ms) }
    pairs.set(row.pair!, { ...pairs.get(row.pair!), [row.arm!]: run })
  }
  return [...pairs.values()].map((pair) => ({ a: pair.A!, b: pair.B! }))
}
