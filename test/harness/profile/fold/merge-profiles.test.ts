import { describe, expect, it } from 'vitest'
import { scaledTo } from '../../../../harness/profile/fold/arm-profiles.js'
import { foldedText } from '../../../../harness/profile/fold/folded-text.js'
import { mergeProfiles } from '../../../../harness/profile/fold/merge-profiles.js'
import type { FoldedProfile, Frame } from '../../../../harness/profile/fold/stacks.js'

const js = (name: string): Frame => ({ name, kind: 'js', file: 'a.ts', line: 1 })
const idle: Frame = { name: '(idle)', kind: 'idle' }
const profile = (
  frames: readonly Frame[],
  ...stacks: (readonly [readonly number[], number])[]
): FoldedProfile => ({
  frames,
  stacks: stacks.map(([path, micros]) => ({ frames: path, micros })),
  totalMicros: stacks.reduce((sum, [, micros]) => sum + micros, 0),
})

describe('several profiles together', () => {
  it('have each stack once, with its time in all, whatever number a frame has in each', () => {
    const merged = mergeProfiles([
      profile([js('run'), js('load')], [[0], 10], [[0, 1], 20]),
      profile([js('load'), js('run'), js('work')], [[1, 0], 5], [[1, 2], 7]),
    ])
    expect(merged.totalMicros).toBe(42)
    expect(merged.stacks.map(({ micros }) => micros)).toEqual([10, 25, 7])
    expect(merged.frames.map(({ name }) => name)).toEqual(['run', 'load', 'work'])
  })

  it('are those profiles if there is one', () => {
    const one = mergeProfiles([profile([js('run'), js('load')], [[0], 10], [[0, 1], 20])])
    expect(foldedText(mergeProfiles([one]))).toBe(foldedText(one))
  })
})

describe('a profile weighed by CPU', () => {
  it('sums to the CPU of its threads, without idle time, and keeps its proportions', () => {
    const waited = profile([js('run'), idle], [[0], 900], [[0, 1], 5000], [[1], 80])
    expect(scaledTo(waited, 0.3)).toMatchObject({
      stacks: [{ frames: [0], micros: 300 }],
      totalMicros: 300,
    })
    const shares = profile([js('run'), js('load')], [[0], 3000], [[0, 1], 1000])
    expect(scaledTo(shares, 2).stacks.map(({ micros }) => micros)).toEqual([1500, 500])
  })

  it('is empty if nothing was sampled', () => {
    expect(scaledTo(profile([idle], [[0], 80]), 5)).toMatchObject({ stacks: [], totalMicros: 0 })
  })
})
