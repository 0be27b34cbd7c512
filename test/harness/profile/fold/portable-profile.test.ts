import { describe, expect, it } from 'vitest'
import { parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { foldCpuProfiles } from '../../../../harness/profile/fold/fold.js'
import { foldedText } from '../../../../harness/profile/fold/folded-text.js'
import { portableProfile } from '../../../../harness/profile/fold/portable-profile.js'

const frame = (functionName: string, url: string) => ({
  functionName,
  scriptId: '7',
  url,
  lineNumber: 3,
  columnNumber: 1,
})

/** A profile as V8 writes it: root → main → (work → decimal, startUp → loader), gc. */
const profile = {
  nodes: [
    { id: 1, callFrame: { ...frame('(root)', ''), lineNumber: -1 }, hitCount: 0, children: [2, 7] },
    {
      id: 2,
      callFrame: frame('main', 'file:///home/user/project/dist/main.js'),
      hitCount: 1,
      children: [3, 5],
    },
    {
      id: 3,
      callFrame: frame('work', 'file:///home/user/project/dist/engine/work.js'),
      hitCount: 0,
      children: [4],
      positionTicks: [{ line: 4, ticks: 900 }],
    },
    {
      id: 4,
      callFrame: frame('plus', 'file:///srv/shared/node_modules/decimal.js/decimal.mjs'),
      hitCount: 2,
    },
    {
      id: 5,
      callFrame: frame('startUp', 'file:///home/user/project/dist/start.js'),
      hitCount: 0,
      children: [6],
    },
    {
      id: 6,
      callFrame: frame('load', 'node:internal/modules/loader'),
      hitCount: 0,
      positionTicks: [{ line: 1, ticks: 40 }],
    },
    { id: 7, callFrame: { ...frame('(garbage collector)', ''), lineNumber: -1 }, hitCount: 1 },
  ],
  startTime: 1000,
  endTime: 1400,
  samples: [4, 2, 4, 7],
  timeDeltas: [0, 100, 100, 100],
}
const text = JSON.stringify(profile)
const portable = portableProfile(text, '/home/user/project')

describe('a portable profile', () => {
  it('contains no folder of this machine', () => {
    expect(portable).not.toMatch(/home|srv/)
    const urls = parseCpuProfile({ name: 'x', text: portable }).nodes.map(
      ({ callFrame }) => callFrame.url,
    )
    expect(urls).toEqual([
      '',
      'file:///dist/main.js',
      'file:///dist/engine/work.js',
      'file:///node_modules/decimal.js/decimal.mjs',
      '',
    ])
  })

  it('contains only sampled functions and their callers, and every time', () => {
    const { nodes, ...rest } = JSON.parse(portable) as typeof profile
    expect(nodes.map(({ id }) => id)).toEqual([1, 2, 3, 4, 7])
    expect(nodes.map(({ children }) => children)).toEqual([[2, 7], [3], [4], [], []])
    expect(nodes.map(({ hitCount }) => hitCount)).toEqual(
      profile.nodes.filter(({ id }) => id < 5 || id > 6).map((one) => one.hitCount),
    )
    expect(portable).not.toContain('positionTicks')
    const { nodes: _, ...times } = profile
    expect(rest).toEqual(times)
  })

  it('folds into the same stacks as the original', () => {
    const fold = (text: string) =>
      foldedText(foldCpuProfiles([parseCpuProfile({ name: 'x', text })], () => undefined))
    expect(fold(portable)).toBe(fold(text))
  })
})
