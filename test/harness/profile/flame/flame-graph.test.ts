import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  FILLS,
  groupClasses,
  INK,
  SIGNIFICANT_COLOURS,
} from '../../../../harness/profile/flame/flame-colours.js'
import { flameGraphSvg } from '../../../../harness/profile/flame/flame-graph.js'
import { LEVEL_LIMIT } from '../../../../harness/profile/flame/flame-layout.js'
import type { FoldedProfile, Frame } from '../../../../harness/profile/fold/stacks.js'
import { seededRandom } from '../../../../harness/statistics/random.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { clipText, wrapText } from '../../../../harness/text/clip-text.js'
import { visibleText } from '../../../../harness/text/visible-text.js'
import { drawn } from '../../../fixtures/drawn.js'
import { anyFrame, HOSTILE_NAMES, js, profileOf } from '../hostile-names.js'
import { drawnPanels, elementsOf, parseXml, textsOf } from './svg-text.js'

const main = js('main', 'scenarios/main.ts', 3)
const load = js('load', 'engine/bundle/open.ts', 10)
const compute = js('compute', 'engine/indicators/sma.ts', 20)
const collection: Frame = { name: '(garbage collector)', kind: 'gc' }

const profile = profileOf([
  [[main], 100_000],
  [[main, load], 200_000],
  [[main, load, collection], 50_000],
  [[main, compute], 650_000],
])

const draw = (given: FoldedProfile = profile) =>
  flameGraphSvg(given, { title: 'grid-search', subtitle: 'baseline' })
const frameNamed = (name: string, svg = draw()) =>
  drawnPanels(svg)[0]!.find(({ title }) => title[0] === name)!

describe('a flame graph', () => {
  it('draws each frame as wide as its time with callees, inside its caller, the largest first', () => {
    const [frames] = drawnPanels(draw())
    const shape = frames!.map(({ title, row, left, width }) => [
      title[0],
      row,
      Math.round(left),
      Math.round(width),
    ])
    expect(shape).toEqual([
      ['all', 0, 0, 1176],
      ['main', 1, 0, 1176],
      ['compute', 2, 0, Math.round(1176 * 0.65)],
      ['load', 2, Math.round(1176 * 0.65), Math.round(1176 * 0.25)],
      ['(garbage collector)', 3, Math.round(1176 * 0.65), Math.round(1176 * 0.05)],
    ])
  })

  it('gives name, place and time on each frame', () => {
    expect(frameNamed('load').title).toEqual([
      'load',
      'engine/bundle/open.ts:10',
      'self 200.0 ms (20.0 %), total 250.0 ms (25.0 %)',
      'engine/bundle',
    ])
  })

  it('is the same text for the same profile, whatever the order of its stacks', () => {
    const reversed = profileOf([
      [[main, compute], 650_000],
      [[main, load, collection], 50_000],
      [[main, load], 200_000],
      [[main], 100_000],
    ])
    expect(draw(reversed)).toBe(draw())
  })

  it('matches the reviewed picture', async () => {
    await expect(draw()).toMatchFileSnapshot(
      join(packageRoot(), 'test', 'golden', 'pictures', 'flame-graph.svg'),
    )
  })

  it('lists its groups with their self time, and gives all frames of a group one colour', () => {
    expect(textsOf(draw())).toEqual(
      expect.arrayContaining([
        '65.0 % engine/indicators',
        '20.0 % engine/bundle',
        '10.0 % scenarios',
        '5.0 % GC',
      ]),
    )
    const svg = flameGraphSvg(profile, {
      title: 't',
      groupOf: (frames, stack) => (frames[stack.at(-1)!]!.name === 'compute' ? 'work' : 'rest'),
    })
    const fills = drawnPanels(svg)[0]!
      .slice(1)
      .map(({ title, fill }) => [title.at(-1), fill])
    expect(new Set(fills.map(([group]) => group))).toEqual(new Set(['work', 'rest']))
    expect(new Set(fills.map((pair) => pair.join())).size).toBe(2)
  })

  it('counts the frames it leaves out, and marks their place', () => {
    const crumbs = Array.from(
      { length: 412 },
      (_, index) => [[main, js(`crumb${index}`)], 500] as const,
    )
    const svg = draw(profileOf([[[main], 794_000], ...crumbs]))
    expect(textsOf(svg).join(' ')).toContain('not shown: 412 frames below 0.1 %')
    expect(drawnPanels(svg)[0]).toHaveLength(2)
    const elided = elementsOf(parseXml(svg), ({ attributes }) => attributes.class === 'e')
    expect(elided.map(({ children }) => children[0]!.text)).toEqual([
      '412 frames not shown: together 20.6 %',
    ])
  })

  it.each<[string, FoldedProfile]>([
    ['no stacks', { frames: [], stacks: [], totalMicros: 0 }],
    ['stacks of no time', profileOf([[[main], 0]])],
  ])('of %s states that nothing was sampled', (_, empty) => {
    const svg = draw(empty)
    expect(textsOf(svg)).toContain('nothing was sampled')
    expect(drawnPanels(svg)).toEqual([[]])
  })

  it('of a recursion ten thousand deep ends at the limit of rows, and counts the frames below', () => {
    const svg = draw(profileOf([[Array.from({ length: 10_000 }, () => main), 1000]]))
    expect(drawnPanels(svg)[0]).toHaveLength(LEVEL_LIMIT)
    expect(textsOf(svg).join(' ')).toContain(
      `not shown: ${(10_001 - LEVEL_LIMIT).toLocaleString('en')} frames in rows`,
    )
  })

  it('loads nothing, evaluates no text as code, and contains no date', () => {
    const svg = draw()
    expect(
      svg.replace('http://www.w3.org/2000/svg', '').replace(/const (SVG|HTML) = '[^']*'/g, ''),
    ).not.toMatch(/https?:|href|@import|\beval\b|new Function|innerHTML|\bDate\b|fetch\(/)
  })

  it('has an accessible name and description', () => {
    const root = parseXml(flameGraphSvg(profile, { title: 'grid-search', prefix: 'before' }))
    expect(root.attributes).toMatchObject({
      role: 'img',
      id: 'before',
      'aria-labelledby': 'before-title before-desc',
    })
    const texts = Object.fromEntries(
      root.children.map(({ attributes, text }) => [attributes.id, text]),
    )
    expect(texts['before-title']).toBe('grid-search')
    expect(texts['before-desc']).toMatch(/^Flame graph, .*65\.0 % engine\/indicators/)
  })

  it('shares no id and no style rule with a picture of another prefix', () => {
    const idsOf = (prefix: string) =>
      elementsOf(
        parseXml(flameGraphSvg(profile, { title: 't', prefix })),
        ({ attributes }) => attributes.id !== undefined,
      ).map(({ attributes }) => attributes.id!)
    const both = [...idsOf('one'), ...idsOf('two')]
    expect(both.length).toBeGreaterThan(6)
    expect(new Set(both).size).toBe(both.length)
    const style = elementsOf(
      parseXml(flameGraphSvg(profile, { title: 't', prefix: 'one' })),
      ({ name }) => name === 'style',
    )[0]!.text
    const rules = style.replace(/@media[^{]*\{/g, '').match(/[^{}]+(?=\{)/g)!
    expect(rules.length).toBeGreaterThan(50)
    expect(
      rules
        .flatMap((rule) => rule.split(','))
        .filter((selector) => !selector.trim().startsWith('#one')),
    ).toEqual([])
  })

  it('refuses a prefix that could close an attribute', () => {
    expect(() => flameGraphSvg(profile, { title: 't', prefix: 'a"onload="x' })).toThrow(TypeError)
  })
})

describe('hostile names', () => {
  const hostile = profileOf(
    HOSTILE_NAMES.map((name, index) => [
      [main, js(name, HOSTILE_NAMES.at(-1 - index))],
      1000 + index,
    ]),
  )

  it('add no elements to the document, and appear in titles', () => {
    const svg = flameGraphSvg(hostile, {
      title: HOSTILE_NAMES.join(' '),
      subtitle: HOSTILE_NAMES[0]!,
      groupOf: (frames, stack) => frames[stack.at(-1)!]!.name,
    })
    const names = new Set(elementsOf(parseXml(svg), () => true).map(({ name }) => name))
    expect([...names].sort()).toEqual([
      'defs',
      'desc',
      'g',
      'path',
      'pattern',
      'rect',
      'script',
      'style',
      'svg',
      'text',
      'title',
    ])
    expect(elementsOf(parseXml(svg), ({ name }) => name === 'script')).toHaveLength(1)
    const shown = drawnPanels(svg)[0]!.map(({ title }) => title[0])
    for (const name of HOSTILE_NAMES)
      expect(shown).toContain(name.trim() === '' ? '(anonymous)' : visibleText(name))
    expect(Math.max(...shown.map((name) => [...name!].length))).toBeLessThanOrEqual(200)
  })

  test.prop(
    [
      fc.array(
        fc.tuple(
          fc.array(anyFrame, { minLength: 1, maxLength: 5 }),
          fc.integer({ min: 1, max: 1e6 }),
        ),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
    ],
    {
      numRuns: drawn(300),
    },
  )('keep the document well-formed, and every frame inside its caller', (stacks) => {
    const [frames] = drawnPanels(draw(profileOf(stacks)))
    const open: (typeof frames & object)[number][] = []
    for (const frame of frames!) {
      while (open.length > frame.row) open.pop()
      const caller = open.at(-1)
      expect(open).toHaveLength(frame.row)
      expect(frame.left).toBeGreaterThanOrEqual((caller?.left ?? 0) - 0.03)
      expect(frame.left + frame.width).toBeLessThanOrEqual(
        (caller === undefined ? 1176 : caller.left + caller.width) + 0.03,
      )
      open.push(frame)
    }
  })

  test.prop([fc.string({ unit: 'binary' })], { numRuns: drawn(2000) })(
    'are shown without invisible characters; showing them again changes nothing',
    (name) => {
      const shown = visibleText(name)
      expect(shown.replaceAll('\u200d', '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u,
      )
      expect(visibleText(shown)).toBe(shown)
    },
  )
})

describe('labels', () => {
  it('fit their boxes by the width of a monospaced character, and are absent if three do not fit', () => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `${'long name of a function '.repeat(index % 4)}${index}`,
    )
    const [frames] = drawnPanels(
      draw(profileOf(names.map((name, index) => [[main, js(name)], 10 + 3 * index]))),
    )
    for (const { label, width } of frames!)
      expect([...label].length * 11 * 0.602).toBeLessThanOrEqual(Math.max(0, width - 3))
    expect(frames!.filter(({ label }) => label.endsWith('…')).length).toBeGreaterThan(5)
    expect(frames!.filter(({ label }) => label === '').length).toBeGreaterThan(5)
  })

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['漢字漢字', 6, '漢字…'],
    ['Z̸̧̛͖̱͇algo', 5, 'Z̸̧̛͖̱͇algo'],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 4, '👩‍…'],
    ['abcdef', 2, ''],
  ])('%s in %i cells: %s', (text, cells, clipped) => {
    expect(clipText(text, cells)).toBe(clipped)
  })

  test.prop(
    [
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 3, max: 60 }),
      fc.integer({ min: 1, max: 5 }),
    ],
    {
      numRuns: drawn(1000),
    },
  )('wrap into lines that are never too long', (text, cells, limit) => {
    const lines = wrapText(text, cells, limit)
    expect(lines.length).toBeGreaterThanOrEqual(1)
    expect(lines.length).toBeLessThanOrEqual(limit)
    for (const line of lines) expect(clipText(line, cells)).toBe(line)
  })
})

describe('colours', () => {
  it('keep text readable on every fill, on light and on dark pages', () => {
    const fills = [...Object.values(FILLS), ...Object.values(SIGNIFICANT_COLOURS)]
    expect(fills.length).toBeGreaterThan(25)
    for (const scheme of ['light', 'dark'] as const) {
      const low = fills.filter((fill) => contrast(fill[scheme], INK[scheme]) < 4.5)
      expect(low).toEqual([])
    }
  })

  it('depend on the name of the group, not on the other groups', () => {
    const alone = groupClasses(['engine/portal']).get('engine/portal')
    expect(
      groupClasses(['engine/portal', 'arquero', 'GC', 'engine/bundle']).get('engine/portal'),
    ).toBe(alone)
  })

  it('differ between up to 14 groups, and states have greys of their own', () => {
    const groups = Array.from({ length: 14 }, (_, index) => `group ${index}`)
    const classes = groupClasses([
      ...groups,
      'GC',
      'JIT and runtime',
      'native',
      'idle',
      'constructor',
    ])
    expect(new Set(groups.map((group) => classes.get(group))).size).toBe(14)
    expect(['GC', 'JIT and runtime', 'native', 'idle'].map((group) => classes.get(group))).toEqual([
      'gc',
      'program',
      'native',
      'idle',
    ])
    expect(Object.keys(FILLS)).toContain(classes.get('constructor'))
  })
})

describe('a profile of a million samples on 20,000 stacks', () => {
  // As V8 gives them: few long stacks hold most, and very many hold little. Names of 500 hostile
  // characters in every tenth frame.
  const random = seededRandom(20251022)
  const frames: Frame[] = Array.from({ length: 3000 }, (_, index) =>
    index % 10 === 0
      ? js('<&漢"'.repeat(125) + index, `engine/${'&'.repeat(300)}/${index}.ts`)
      : js(`function${index}`, `engine/module${index % 30}/file${index}.ts`, index),
  )
  const stacks = Array.from({ length: 20_000 }, () => {
    const depth = 5 + Math.floor(random() * 45)
    let frame = Math.floor(random() ** 4 * 20)
    const path = Array.from({ length: depth }, () => {
      frame = (frame * 7 + 1 + Math.floor(random() ** 6 * 12)) % frames.length
      return frame
    })
    return { frames: path, micros: Math.ceil(100_000 * random() ** 8) * 1000 }
  })
  const large: FoldedProfile = {
    frames,
    stacks,
    totalMicros: stacks.reduce((sum, { micros }) => sum + micros, 0),
  }

  it('is below 600 kB, well-formed, and counts what is missing', () => {
    const svg = flameGraphSvg(large, { title: 'large' })
    expect(Buffer.byteLength(svg)).toBeLessThan(600_000)
    expect(drawnPanels(svg)[0]!.length).toBeGreaterThan(200)
    expect(textsOf(svg).join(' ')).toMatch(/not shown: [\d,]+ frames below/)
  })
})

/** @source WCAG 2.2, relative luminance and contrast ratio */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
