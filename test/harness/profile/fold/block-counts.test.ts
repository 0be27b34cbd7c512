import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { readBlockCounts } from '../../../../harness/profile/fold/block-counts.js'
import type { Locate } from '../../../../harness/profile/fold/source-maps.js'

/** Lines of ten characters, so that offset 42 is on line 5, as a reader counts. */
const lineStarts = Array.from({ length: 20 }, (_, line) => 10 * line)
const locate: Locate = (url, line) => ({ file: url.replace('file:///', ''), line: line + 1 })

type Range = readonly [start: number, end: number, count: number]

function script(functions: Readonly<Record<string, readonly Range[]>>, steps?: readonly number[]) {
  return {
    url: 'file:///a.js',
    functions: Object.entries(functions).map(([functionName, ranges]) => ({
      functionName,
      ranges: ranges.map(([startOffset, endOffset, count]) => ({ startOffset, endOffset, count })),
      isBlockCoverage: true,
    })),
    ...(steps !== undefined && { steps, lineStarts }),
  }
}

const thread = (...scripts: readonly unknown[]) => ({ name: 'main', text: JSON.stringify(scripts) })
const read = (...threads: readonly { name: string; text: string }[]) =>
  readBlockCounts(threads, locate, () => true).map(({ lines, ...one }) => ({
    ...one,
    lines: Object.fromEntries([...lines].map(([at, { runs, steps }]) => [at, [runs, steps]])),
  }))

describe('the executions of a script', () => {
  it('are those of the innermost block around each statement', () => {
    const loop = script(
      {
        sum: [
          [10, 99, 2],
          [40, 70, 1_000],
          [50, 55, 300],
        ],
      },
      [20, 40, 45, 52, 90],
    )
    expect(read(thread(loop))).toEqual([
      {
        name: 'sum',
        file: 'a.js',
        line: 2,
        calls: 2,
        lines: { 3: [2, 2], 5: [1_000, 2_000], 6: [300, 300], 10: [2, 2] },
      },
    ])
  })

  it('belong to the innermost function, and threads are added', () => {
    const nested = script({ outer: [[0, 99, 1]], inner: [[30, 39, 50]] }, [5, 32, 80])
    const [outer, inner] = read(thread(nested), thread(nested))
    expect(outer).toMatchObject({ name: 'outer', calls: 2, lines: { 1: [2, 2], 9: [2, 2] } })
    expect(inner).toMatchObject({ name: 'inner', calls: 100, lines: { 4: [100, 100] } })
  })

  it('include the turns of a loop without a statement, and no branch of an expression', () => {
    const empty = (turns: number, branch: number) =>
      script(
        {
          wait: [
            [0, 99, 4],
            [40, 42, turns],
            [60, 65, branch],
          ],
        },
        [5, 90],
      )
    expect(read(thread(empty(9_000, 4)))[0]!.lines).toEqual({
      1: [4, 4],
      5: [8_996, 8_996],
      10: [4, 4],
    })
    expect(read(thread(empty(4, 1)))[0]!.lines).toEqual({ 1: [4, 4], 10: [4, 4] })
  })

  test.prop([fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })])(
    'do not depend on whether V8 joined blocks that ran equally often',
    (counts) => {
      // One block in another; V8 leaves out a block that ran as often as the one around it.
      const ranges = counts.map((count, depth): Range => [10 * depth, 190 - 10 * depth, count])
      const joined = ranges.filter(([, , count], depth) => count !== ranges[depth - 1]?.[2])
      const steps = counts.map((_, depth) => 10 * depth + 5)
      const linesOf = (blocks: readonly Range[]) => read(thread(script({ f: blocks }, steps)))
      expect(linesOf(joined)).toEqual(linesOf(ranges))
    },
  )

  it('leave out packages, the harness, and scripts that did not run', () => {
    const own = script({ f: [[0, 9, 1]] }, [5])
    const counted = readBlockCounts(
      [thread(own, { ...own, url: 'file:///harness.js' }, script({ g: [[0, 9, 1]] }))],
      (url, line) => ({ ...locate(url, line)! }),
      (url) => !url.includes('harness'),
    )
    expect(counted.map(({ file }) => file)).toEqual(['a.js'])
    const inPackage: Locate = () => ({ file: 'node_modules/x/a.js', line: 1 })
    expect(readBlockCounts([thread(own)], inPackage, () => true)).toEqual([])
  })

  it.each([
    ['[', 'it is cut off'],
    ['[{"url":1}]', '0.url'],
    [
      JSON.stringify([script({ f: [[0, 9, 2 ** 31 - 1]] }, [5])]),
      'a block ran more often than V8 can count',
    ],
  ])('refuses %s', (text, why) => {
    expect(() => readBlockCounts([{ name: 'x', text }], locate, () => true)).toThrow(why)
  })
})
