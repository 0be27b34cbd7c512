import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differentialFlameGraphSvg } from '../../../../harness/profile/flame/differential-flame-graph.js'
import { SIGNIFICANT_COLOURS } from '../../../../harness/profile/flame/flame-colours.js'
import {
  type SampledArm,
  significantChanges,
} from '../../../../harness/profile/flame/significant-changes.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { js, profileOf } from '../hostile-names.js'
import { drawnPanels, parseXml, textsOf } from './svg-text.js'

const main = js('main', 'scenarios/main.ts', 3)
const slow = js('slowPath', 'engine/portal/slow.ts', 10)
const fast = js('fastPath', 'engine/cache/fast.ts', 20)
const shaky = js('readFile', 'engine/bundle/read.ts', 7)

/** Samples of 1 ms in three processes of ten passes, by stack. */
function armOf(counts: readonly (readonly [readonly Frame[], readonly number[]])[]): SampledArm {
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const stacksOf = (amount: (samples: readonly number[]) => number) =>
    profileOf(counts.map(([stack, samples]) => [stack, 1000 * amount(samples)] as const))
  return {
    profile: stacksOf(sumOf),
    iterations: 30,
    processes: [0, 1, 2].map((process) => ({
      profile: stacksOf((samples) => samples[process]!),
      samples: sumOf(counts.map(([, samples]) => samples[process]!)),
    })),
  }
}

const baseline = armOf([
  [[main], [400, 410, 395]],
  [
    [main, slow],
    [500, 480, 490],
  ],
  [
    [main, shaky],
    [40, 10, 70],
  ],
])
const candidate = armOf([
  [[main], [405, 398, 402]],
  [
    [main, fast],
    [100, 97, 104],
  ],
  [
    [main, shaky],
    [80, 30, 60],
  ],
])
const changes = significantChanges(baseline, candidate, { error: 0.005, df: 9 })
const svg = differentialFlameGraphSvg(baseline, candidate, {
  title: 'grid-search',
  subtitle: 'baseline → layer1',
  changes,
})
const [before, after] = drawnPanels(svg)
const shapeOf = (frames: typeof before) =>
  frames!.map(({ title, fill, patterns }) => [title[0], fill, patterns])

describe('a differential flame graph of several processes', () => {
  it('colours only the frames whose change is significant', () => {
    expect(shapeOf(before)).toEqual([
      ['▼ all', 'less3', 0],
      ['▼ main', 'less3', 0],
      ['× slowPath', 'less3', 1],
      ['· readFile', 'unsure', 0],
    ])
    expect(shapeOf(after)).toEqual([
      ['▼ all', 'less3', 0],
      ['▼ main', 'less3', 0],
      ['+ fastPath', 'more3', 1],
      ['· readFile', 'unsure', 0],
    ])
  })

  it('gives the interval of every change, and whether it may be none', () => {
    expect(after!.find(({ title }) => title[0] === '· readFile')!.title[3]).toMatch(
      /^change within −\d.* ms to \+\d.* ms: may be none$/,
    )
    expect(after!.find(({ title }) => title[0] === '+ fastPath')!.title[3]).toMatch(
      /^change within \+\d.* ms to \+\d.* ms: significant$/,
    )
  })

  it('states in ms what the colours mean, and lists the changed functions', () => {
    const texts = textsOf(svg)
    for (const text of ['▲ 5.000 ms or more', '▼ 0.500 ms or more', '· may be no change'])
      expect(texts).toContain(text)
    expect(texts.join(' ')).toContain('over 3 + 3 processes')
    const listed = texts.slice(texts.indexOf('Changed functions (self time), by significance'))
    expect(listed.slice(1).map((text) => text.trim().split(/\s+/)[2])).toEqual([
      'slowPath',
      'fastPath',
    ])
  })

  it('matches the reviewed picture', async () => {
    await expect(svg).toMatchFileSnapshot(
      join(packageRoot(), 'test', 'golden', 'pictures', 'difference-significant.svg'),
    )
  })

  it('is grey, and lists nothing, if nothing changed', () => {
    const same = significantChanges(baseline, baseline, { error: 0.005, df: 9 })
    const grey = differentialFlameGraphSvg(baseline, baseline, { title: 't', changes: same })
    const fills = new Set(
      drawnPanels(grey)
        .flat()
        .map(({ fill }) => fill),
    )
    expect(fills).toEqual(new Set(['unsure']))
    expect(textsOf(grey)).toContain('No function changed significantly (self time)')
  })

  it('stays below 600 kB for many long names', () => {
    const arm = (first: number) =>
      armOf(
        Array.from({ length: 700 }, (_, index) => [
          [main, js(`${'<'.repeat(490)}${index}`), js(`${'&'.repeat(490)}${index + first}`)],
          [60 + (index % 7), 61, 62],
        ]),
      )
    const [one, other] = [arm(0), arm(350)]
    const large = differentialFlameGraphSvg(one, other, {
      title: 't',
      changes: significantChanges(one, other, { error: 0.005, df: 9 }),
    })
    expect(Buffer.byteLength(large)).toBeLessThan(600_000)
    expect(() => parseXml(large)).not.toThrow()
  })
})

describe('orange and blue', () => {
  it.each([
    // What red, green and blue add to yellow, in linear RGB; blue stays as it is.
    ['protanopia', [0.11238, 0.88762, 0]],
    ['deuteranopia', [0.29275, 0.70725, 0]],
  ])('differ with %s in every step, on light and dark pages', (_, row) => {
    for (const scheme of ['light', 'dark'] as const)
      for (const step of [1, 2, 3] as const) {
        const [more, less] = ([`more${step}`, `less${step}`] as const).map((name) => {
          const rgb = linear(SIGNIFICANT_COLOURS[name][scheme])
          const yellow = row.reduce((sum, part, index) => sum + part * rgb[index]!, 0)
          return { yellow, blue: rgb[2]! }
        })
        const balance = ({ yellow, blue }: typeof more & object) => Math.log(blue / yellow)
        expect(balance(less!) - balance(more!)).toBeGreaterThan(0.5)
      }
  })
})

/** @source Viénot, Brettel & Mollon 1999, Color Research & Application 24, for the rows above */
function linear(colour: string): number[] {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
}
