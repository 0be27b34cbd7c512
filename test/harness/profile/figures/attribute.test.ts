import { describe, expect, it } from 'vitest'
import type { ProfileCategories } from '../../../../harness/contract.js'
import {
  attributeBy,
  categoryNames,
  covers,
} from '../../../../harness/profile/figures/attribute.js'
import { moduleOf } from '../../../../harness/profile/figures/module-of.js'
import { tally } from '../../../../harness/profile/figures/tally.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'

const table: ProfileCategories = {
  categories: [
    { name: 'loading', sources: ['src/load/', 'node_modules/reader/'] },
    { name: 'conversion', sources: ['src/load/convert.ts', 'src/table.ts#toColumns'] },
    { name: 'filtering', sources: ['src/table.ts'] },
  ],
  callers: ['src/load/arithmetic.ts'],
}
const js = (name: string, file?: string): Frame => ({
  name,
  kind: 'js',
  ...(file !== undefined && { file, line: 1 }),
})
const native: Frame = { name: 'slice', kind: 'native' }
const gc: Frame = { name: '(garbage collector)', kind: 'gc' }
const idle: Frame = { name: '(idle)', kind: 'idle' }
const program: Frame = { name: '(program)', kind: 'program' }
const main = js('main', 'src/main.ts')
const read = js('read', 'src/load/read.ts')
const loop = js('processTicks', 'node:internal/process/task_queues')

describe('the category of a sample', () => {
  const attribute = attributeBy(table)
  const of = (...stack: Frame[]) => attribute(stack, [...stack.keys()])

  it.each<[string, string | undefined, Frame[]]>([
    ['the nearest frame in the table', 'loading', [main, read]],
    [
      'a library belongs to its caller',
      'filtering',
      [read, js('filter', 'src/table.ts'), js('scan', 'node_modules/lib/x.js'), native],
    ],
    ['a file before its folder', 'conversion', [read, js('f', 'src/load/convert.ts')]],
    ['a function before its file', 'conversion', [js('toColumns', 'src/table.ts'), native]],
    [
      'shared arithmetic belongs to its caller',
      'filtering',
      [js('filter', 'src/table.ts'), js('add', 'src/load/arithmetic.ts')],
    ],
    [
      'a listed library, after an await',
      'loading',
      [loop, js('inflate', 'node_modules/reader/a/b.js')],
    ],
    ['collection, whatever caused it', 'GC', [main, read, gc]],
    ['the runtime, by the leaf', 'JIT and runtime', [main, read, program]],
    ['the event loop only', 'JIT and runtime', [loop, native]],
    ['no frame in the table', 'other', [main, js('x', 'node_modules/unknown/x.js')]],
    ['idle: no category', undefined, [idle]],
  ])('%s', (_name, category, stack) => {
    expect(of(...stack)).toBe(category)
  })

  it('is `other` for all busy time if the suite has no table', () => {
    expect(attributeBy(undefined)([main, read], [0, 1])).toBe('other')
    expect(categoryNames(undefined)).toEqual(['GC', 'JIT and runtime', 'other'])
  })

  it('does not come from inherited properties of objects', () => {
    expect(of(js('constructor', 'constructor'), js('__proto__', '__proto__'))).toBe('other')
  })

  it('covers a file that is listed itself, by its folder, or under callers', () => {
    expect(
      ['src/load/x/y.ts', 'src/table.ts', 'src/load/arithmetic.ts', 'src/main.ts'].map((file) =>
        covers(table, file),
      ),
    ).toEqual([true, true, true, false])
  })
})

describe('the sums of a profile', () => {
  const frames = [main, read, js('scan', 'node_modules/@a/lib/x.js'), gc, idle]
  const sums = tally(
    {
      frames,
      stacks: [
        { frames: [0, 1, 2], amount: 6 },
        { frames: [0, 1, 0, 1], amount: 3 },
        { frames: [0, 3], amount: 1 },
        { frames: [4], amount: 100 },
      ],
    },
    ({ amount }) => amount,
    attributeBy(table),
  )

  it('leave idle time out', () => {
    expect(sums.total).toBe(10)
  })

  it('count recursion once', () => {
    expect(sums.inclusive.get(main)).toBe(10)
    expect(sums.inclusive.get(read)).toBe(9)
  })

  it('add the libraries that an operation calls', () => {
    expect(sums.byOperation.get(read)).toEqual(new Map([['loading', 9]]))
    expect(sums.self.get(read)).toBe(3)
  })

  it('name modules by folder, package, or state', () => {
    expect([...sums.byModule]).toEqual([
      ['@a/lib', 6],
      ['src/load', 3],
      ['GC', 1],
    ])
    expect([loop, native, program, js('f', 'x.ts')].map(moduleOf)).toEqual([
      'node:internal',
      'native',
      'JIT and runtime',
      '.',
    ])
  })
})
