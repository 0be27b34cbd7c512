import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

async function evaluate(parts: string) {
  const root = temporaryDirectory()
  const suite = writeSmallSuite(root, parts)
  const result = await assay(`evaluate less --scale smoke --suite ${suite} --out ${root}`)
  const evidence = join(root, 'profiling-results')
  return { ...result, left: existsSync(evidence) ? readdirSync(evidence) : [] }
}

describe('evaluate of a suite whose equal digests would prove nothing', () => {
  it.each([
    [
      'a run that returns its result bare',
      '{ workload: { run: async (s) => s.turns } }',
      /workload sum: run returned 200000, so there is no result to compare; return \{ output \}/,
    ],
    [
      'a constant canonical form',
      "{ workload: { canonical: () => 'same' } }",
      /workload sum: canonical returns 'same' for every output, also for changed ones/,
    ],
    [
      'a canonical form that leaves the result out',
      '{ workload: { canonical: (o) => String(o.spare) } }',
      /workload sum: canonical is the same for all 3 seeds although the outputs differ/,
    ],
    [
      'outputs that are all empty',
      '{ workload: { run: async () => ({ output: { fills: [] } }), canonical: JSON.stringify } }',
      /workload sum: every output is empty, so there is no result to compare/,
    ],
    [
      'a counter that is not a number',
      '{ workload: { run: async () => ({ output: { result: 1 }, counters: { hits: 0 / 0 } }) } }',
      /workload sum: counter hits is NaN; give a finite number, or leave the counter out/,
    ],
    [
      'a canonical form that is a promise',
      '{ workload: { canonical: async (o) => String(o.result) } }',
      /workload sum: canonical returned a promise; return a string or a Uint8Array/,
    ],
    [
      'a layer that returns a promise',
      '{ layer: { apply: async (s) => ({ ...s, turns: 1 }) } }',
      /layer less: apply returned a promise, .*; return the subject itself, and await in run/,
    ],
    [
      'a layer that returns nothing',
      '{ layer: { apply: (s) => { s.turns = 1 } } }',
      /layer less: apply returned nothing; return the changed subject/,
    ],
    [
      'a baseline that is a promise',
      '{ suite: { baseline: async () => ({ turns: 1 }) } }',
      /baseline returned a promise; return the subject itself/,
    ],
    [
      'a layer that throws',
      "{ layer: { apply: () => { throw new Error('no such switch') } } }",
      /the subject of the baseline \+ less cannot be made: no such switch/,
    ],
  ])('refuses %s before anything is timed, and leaves nothing', async (_, parts, message) => {
    const { code, stderr, left } = await evaluate(parts)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('pilot')
    expect(code).toBe(2)
    expect(left.filter((name) => !name.startsWith('.'))).toEqual([])
  })

  it('places a difference although diverge returns no place', async () => {
    const { code, stderr } = await evaluate(
      '{ workload: { run: async (s) => ({ output: { result: s.turns } }), diverge: () => ({ at: 5 }) } }',
    )
    expect(code).toBe(4)
    expect(stderr).toContain('digest (the workload does not return a place as texts)')
  })
})
