import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { profileArms } from '../../../harness/profile/profile-arms.js'
import { fixture, temporaryDirectory } from '../../fixtures/bench.js'

const { suite } = (await import('../../fixtures/split-suite.mjs' as string)) as { suite: Suite }

/** Hot spots of one workload without any layer. */
async function profiled(workload: Suite['workloads'][number], durationMs: number) {
  const { hotspots } = await profileArms(
    {
      suite,
      address: suite.module,
      sources: fixture('.'),
      workload,
      scale: 'smoke',
      seed: 7,
      intervalMicros: 250,
      durationMs,
      settings: {
        env: runEnvironment(process.env),
        nodeFlags: nodeFlagsFor('cpu'),
        timeoutMs: 60_000,
        signal: new AbortController().signal,
      },
      directory: temporaryDirectory(),
      phase: () => {},
    },
    [{ arm: 'baseline', stack: [] }],
  )
  return hotspots.arms[0]!
}

describe('a program with a known split of 50 : 35 : 15 in a recursion, a generator and an async function', async () => {
  const arm = await profiled(suite.profiled![0]!, 1500)

  it.each([
    ['recursion', 0.5, 40_000],
    ['generator', 0.35, 1],
    ['waiting', 0.15, 4000],
  ])('books %s with its share of %d, to three points, and counts its calls', (name, share, calls) => {
    const found = arm.categories.find((category) => category.name === name)
    expect(Math.abs((found?.share ?? 0) - share)).toBeLessThan(0.03)
    expect(arm.functions.find((one) => one.name === name)?.calls).toBe(calls)
  })

  it('counts a recursion once in its total', () => {
    const { selfShare, totalShare } = arm.functions.find(({ name }) => name === 'recursion')!
    expect(Math.abs(totalShare - selfShare)).toBeLessThan(0.01)
  })
})

describe('a program with a known split of 60 : 30 : 10 in three inlinable functions', async () => {
  const arm = await profiled(suite.workloads[0]!, 2000)

  it.each([
    ['sixty', 0.6],
    ['thirty', 0.3],
    ['ten', 0.1],
  ])('books %s with its share, to three points', (name, share) => {
    const found = arm.categories.find((category) => category.name === name)
    expect(Math.abs((found?.share ?? 0) - share)).toBeLessThan(0.03)
  })

  it('counts every call', () => {
    const calls = Object.fromEntries(arm.functions.map(({ name, calls }) => [name, calls]))
    expect(calls).toMatchObject({ sixty: 4000, thirty: 4000, ten: 4000 })
  })

  it('knows the place of a function and what lies under its callers', () => {
    const pass = arm.functions.find(({ name }) => name === 'sixty')
    expect(pass).toMatchObject({ file: 'split-suite.mjs', line: 5, kind: 'js' })
    expect(pass!.totalShare).toBeGreaterThanOrEqual(pass!.selfShare)
    expect(arm.modules[0]).toMatchObject({ module: '.' })
  })

  it('tells its overhead over the reference computation', () => {
    const { cpuMs, referenceCpuMs, overheadToComputation } = arm
    expect(referenceCpuMs).toBeGreaterThan(0)
    expect(overheadToComputation).toBe(cpuMs / referenceCpuMs! - 1)
  })

  it('names what to optimize next, and never what the program is there for', () => {
    expect(arm.next.map(({ category, effort }) => [category, effort])).toEqual([
      ['sixty', 'small'],
      ['thirty', 'small'],
    ])
    expect(arm.operations.filter(({ bottleneck }) => bottleneck).map(({ name }) => name)).toEqual(['sixty', 'thirty', 'ten'])
  })
})
