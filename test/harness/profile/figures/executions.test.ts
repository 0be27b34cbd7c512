import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { FunctionCounts } from '../../../../harness/evidence/block-counts-schema.js'
import { unsteadyPlace } from '../../../../harness/profile/figures/unsteady-counts.js'
import { workChange } from '../../../../harness/profile/figures/work-change.js'
import type { CountedFunction } from '../../../../harness/profile/fold/block-counts.js'

const fn = (name: string, runs: readonly (readonly number[])[]): FunctionCounts => ({
  name,
  file: 'a.ts',
  line: [1],
  calls: runs[0]!.map((one) => Math.min(1, one)),
  lines: runs.map((counts, at) => ({ at: [at + 1], runs: [...counts], steps: [...counts] })),
})

describe('the change of executions', () => {
  it('sums all steps, and sorts lines by how much they changed', () => {
    const change = workChange(
      [
        fn('loop', [
          [1, 1],
          [1_000_000, 10_000],
          [5, 6],
        ]),
        fn('old', [[3, 0]]),
        fn('new', [[0, 40]]),
      ],
      0,
      1,
    )
    expect(change).toMatchObject({ before: 1_000_009, after: 10_047 })
    expect(
      change.lines.map(({ name, line, before, after }) => [name, line, before, after]),
    ).toEqual([
      ['loop', 2, 1_000_000, 10_000],
      ['new', 1, 0, 40],
      ['old', 1, 3, 0],
      ['loop', 3, 5, 6],
    ])
    expect(change.onlyBefore.map(({ name }) => name)).toEqual(['old'])
    expect(change.onlyAfter.map(({ name }) => name)).toEqual(['new'])
  })

  test.prop([fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { minLength: 1 })])(
    'is the sum of the changes of all lines',
    (runs) => {
      const { before, after, lines } = workChange([fn('f', runs)], 0, 1)
      const sum = lines.reduce((total, line) => total + line.after - line.before, 0)
      expect(after - before).toBe(sum)
      expect(lines.length).toBe(runs.filter(([one, other]) => one !== other).length)
    },
  )
})

const counted = (runs: number): CountedFunction[] => [
  { name: 'same', file: 'a.ts', line: 1, calls: 1, lines: new Map([[2, { runs: 9, steps: 9 }]]) },
  { name: 'f', file: 'b.ts', line: 5, calls: 1, lines: new Map([[6, { runs, steps: runs }]]) },
]

describe('counts of several processes', () => {
  it('are steady if all are the same', () => {
    expect(unsteadyPlace([counted(4), counted(4), counted(4)], () => '')).toBeUndefined()
  })

  it.each([
    ['clock', 'while (Date.now() < end) turn()'],
    ['random', 'if (Math.random() < 0.5) turn()'],
    ['garbage-collection', 'new FinalizationRegistry(turn)'],
    ['timers', 'setTimeout(turn, 1)'],
    ['asynchronous', 'await Promise.race(all)'],
    ['unknown', 'turn()'],
  ])('name the first difference and its probable cause: %s', (cause, line) => {
    const text = `${'\n'.repeat(5)}${line}`
    expect(unsteadyPlace([counted(4), counted(4), counted(7)], () => text)).toEqual({
      name: 'f',
      file: 'b.ts',
      line: 6,
      runs: [4, 7],
      differing: 1,
      cause,
    })
  })

  it('state no cause where the source cannot be read', () => {
    expect(unsteadyPlace([counted(4), []], () => undefined)).toMatchObject({
      file: 'a.ts',
      runs: [1, 0],
      differing: 4,
      cause: 'unknown',
    })
  })
})
