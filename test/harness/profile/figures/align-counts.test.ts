import { describe, expect, it } from 'vitest'
import { alignCounts } from '../../../../harness/profile/figures/align-counts.js'
import type { CountedFunction } from '../../../../harness/profile/fold/block-counts.js'

const counted = (
  name: string,
  line: number,
  calls: number,
  lines: Readonly<Record<number, number>>,
): CountedFunction => ({
  name,
  file: 'a.ts',
  line,
  calls,
  lines: new Map(
    Object.entries(lines).map(([at, runs]) => [Number(at), { runs, steps: 2 * runs }]),
  ),
})

describe('the counts of arms in one table', () => {
  it('stand beside each other where all arms run the same code', () => {
    const textOf = () => 'whatever\nit\nis'
    const table = alignCounts([
      { functions: [counted('f', 1, 5, { 2: 10 })], textOf },
      { functions: [counted('f', 1, 5, { 2: 1, 3: 4 }), counted('g', 3, 1, { 3: 1 })], textOf },
    ])
    expect(table).toEqual([
      {
        name: 'f',
        file: 'a.ts',
        line: [1],
        calls: [5, 5],
        lines: [
          { at: [2], runs: [10, 1], steps: [20, 2] },
          { at: [3], runs: [0, 4], steps: [0, 8] },
        ],
      },
      {
        name: 'g',
        file: 'a.ts',
        line: [3],
        calls: [0, 1],
        lines: [{ at: [3], runs: [0, 1], steps: [0, 2] }],
      },
    ])
  })

  it('never pairs two functions of the same code that only share a name', () => {
    const textOf = () => undefined
    const table = alignCounts([
      { functions: [counted('(anonymous)', 4, 7, { 4: 7 })], textOf },
      { functions: [counted('(anonymous)', 9, 2, { 9: 2 })], textOf },
    ])
    expect(table.map(({ line, calls }) => ({ line, calls }))).toEqual([
      { line: [4], calls: [7, 0] },
      { line: [9], calls: [0, 2] },
    ])
  })

  it('follows lines that moved, and names those that only one version has', () => {
    const before = 'a()\nfunction f() {\n  one()\n  old()\n  gone()\n}'
    const after = '// new\n// new\na()\nfunction f() {\n  one()\n}\nfunction g() {}'
    const [f, g] = alignCounts([
      { functions: [counted('f', 2, 1, { 3: 100, 4: 7 })], textOf: () => before },
      {
        functions: [counted('f', 4, 1, { 5: 90 }), counted('g', 7, 3, { 7: 3 })],
        textOf: () => after,
      },
    ])
    expect(f).toMatchObject({ line: [2, 4], calls: [1, 1] })
    expect(f!.lines).toEqual([
      { at: [4, null], runs: [7, 0], steps: [14, 0] },
      { at: [3, 5], runs: [100, 90], steps: [200, 180] },
    ])
    expect(g).toMatchObject({ line: [null, 7], calls: [0, 3] })
  })

  it('matches a function whose first line was rewritten by its name', () => {
    const before = 'x\nfunction f(a) {\n  one()\n}\ny'
    const after = 'x\nfunction f(\n  a,\n) {\n  one()\n}\ny'
    const table = alignCounts([
      { functions: [counted('f', 2, 5, { 3: 5 })], textOf: () => before },
      { functions: [counted('f', 2, 6, { 5: 6 })], textOf: () => after },
    ])
    expect(table).toMatchObject([
      { name: 'f', line: [2], calls: [5, 6], lines: [{ at: [3, 5], runs: [5, 6] }] },
    ])
  })
})
