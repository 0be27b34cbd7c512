import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { frameText } from '../../../../harness/profile/fold/folded-frame.js'
import { foldedText } from '../../../../harness/profile/fold/folded-text.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'
import { anyFrame, HOSTILE_NAMES, js, profileOf } from '../hostile-names.js'
import { readFolded, readFrame } from './read-folded.js'

const RUNS = { numRuns: 2000 }

describe('the text of a frame', () => {
  it.each<[string, Frame]>([
    [
      'frame (engine/portal/frame.ts:12)',
      { name: 'frame', kind: 'js', file: 'engine/portal/frame.ts', line: 12 },
    ],
    [
      'readFileSync (node:fs:441)',
      { name: 'readFileSync', kind: 'js', file: 'node:fs', line: 441 },
    ],
    ['(anonymous)', { name: '(anonymous)', kind: 'js' }],
    ['[native] Map.get', { name: 'Map.get', kind: 'native' }],
    ['[gc]', { name: '(garbage collector)', kind: 'gc' }],
    ['[idle]', { name: '(idle)', kind: 'idle' }],
    ['[program]', { name: '(program)', kind: 'program' }],
    [
      '[Symbol.iterator] (a.ts:1)',
      { name: '[Symbol.iterator]', kind: 'js', file: 'a.ts', line: 1 },
    ],
    ['a\\x3bb', { name: 'a;b', kind: 'js' }],
    ['\\x5bgc]', { name: '[gc]', kind: 'js' }],
  ])('%s', (text, frame) => {
    expect(frameText(frame)).toBe(text)
    expect(readFrame(text)).toEqual(frame)
  })

  test.prop([anyFrame], RUNS)(
    'is one element of one line, and reads back as the same frame',
    (frame) => {
      const text = frameText(frame)
      expect(text).not.toMatch(/[;\p{Cc}\u2028\u2029]/u)
      expect(text).not.toBe('')
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
      expect(readFrame(text)).toEqual(frame)
    },
  )

  test.prop([anyFrame, anyFrame], RUNS)('is the same only for equal frames', (a, b) => {
    expect(frameText(a) === frameText(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
  })
})

describe('a folded profile as text', () => {
  it('is one line per stack, root first, self time last', () => {
    const profile = profileOf([
      [[js('main', 'main.ts', 3)], 40],
      [[js('main', 'main.ts', 3), { name: '(garbage collector)', kind: 'gc' }], 1500],
    ])
    expect(foldedText(profile)).toBe('main (main.ts:3) 40\nmain (main.ts:3);[gc] 1500\n')
  })

  test.prop(
    [
      fc.array(fc.tuple(fc.array(anyFrame, { minLength: 1, maxLength: 6 }), fc.nat(1e9)), {
        minLength: 1,
        maxLength: 8,
      }),
    ],
    {
      numRuns: 1000,
    },
  )(
    'reads back with the same stacks, frames and sum, and is then written as the same text',
    (stacks) => {
      const profile = profileOf(stacks)
      const read = readFolded(foldedText(profile))
      const amounts = new Map<string, number>()
      for (const [path, micros] of stacks)
        amounts.set(JSON.stringify(path), (amounts.get(JSON.stringify(path)) ?? 0) + micros)
      const readAmounts = read.stacks.map(
        ({ frames, micros }) =>
          [JSON.stringify(frames.map((frame) => read.frames[frame])), micros] as const,
      )
      expect(new Map(readAmounts)).toEqual(amounts)
      expect(readAmounts).toHaveLength(amounts.size)
      expect(read.totalMicros).toBe(profile.totalMicros)
      expect(foldedText(read)).toBe(foldedText(profile))
    },
  )

  it('keeps every hostile name as a separate frame', () => {
    const profile = profileOf(HOSTILE_NAMES.map((name, index) => [[js(name)], index + 1]))
    const read = readFolded(foldedText(profile))
    expect(read.frames.map(({ name }) => name).sort()).toEqual([...HOSTILE_NAMES].sort())
  })
})
