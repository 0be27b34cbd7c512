import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { functionChanges } from '../../../../harness/profile/flame/differential.js'
import { differentialFlameGraphSvg } from '../../../../harness/profile/flame/differential-flame-graph.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { anyFrame, HOSTILE_NAMES, js, profileOf } from '../hostile-names.js'
import { drawnPanels, elementsOf, parseXml, textsOf } from './svg-text.js'

const main = js('main', 'scenarios/main.ts', 3)
const slow = js('slowPath', 'engine/portal/slow.ts', 10)
const filter = js('filter', 'node_modules/arquero/src/filter.js', 5)
const fast = js('fastPath', 'engine/cache/fast.ts', 20)
const idle: Frame = { name: '(idle)', kind: 'idle' }

/** Ten iterations of 100 ms of CPU each, and some waiting. */
const baseline = {
  iterations: 10,
  profile: profileOf([
    [[main], 200_000],
    [[main, slow], 300_000],
    [[main, slow, filter], 500_000],
    [[idle], 9_000_000],
  ]),
}
/** Twenty of 30 ms; its file has two more lines above `main`. */
const candidate = {
  iterations: 20,
  profile: profileOf([
    [[js('main', 'scenarios/main.ts', 5)], 400_000],
    [[js('main', 'scenarios/main.ts', 5), fast], 200_000],
  ]),
}
const draw = () =>
  differentialFlameGraphSvg(baseline, candidate, {
    title: 'grid-search',
    subtitle: 'baseline → layer1',
  })

describe('the change of functions', () => {
  it('is in µs of self time per iteration, the largest first, and ignores moved lines', () => {
    expect(
      functionChanges(baseline, candidate).map(({ frame, ...change }) => ({
        name: frame.name,
        ...change,
      })),
    ).toEqual([
      { name: 'filter', kind: 'vanished', baselineMicros: 50_000, candidateMicros: 0 },
      { name: 'slowPath', kind: 'vanished', baselineMicros: 30_000, candidateMicros: 0 },
      { name: 'fastPath', kind: 'appeared', baselineMicros: 0, candidateMicros: 10_000 },
      { name: 'main', kind: 'same', baselineMicros: 20_000, candidateMicros: 20_000 },
    ])
  })

  it('sums a function over all its callers; one that only calls others has not vanished', () => {
    const before = {
      iterations: 1,
      profile: profileOf([
        [[main, filter], 10],
        [[slow, filter], 20],
        [[fast], 5],
      ]),
    }
    const after = { iterations: 1, profile: profileOf([[[fast, filter], 40]]) }
    const kinds = Object.fromEntries(
      functionChanges(before, after).map(({ frame, kind }) => [frame.name, kind]),
    )
    expect(kinds).toEqual({
      main: 'vanished',
      slowPath: 'vanished',
      filter: 'grew',
      fastPath: 'shrank',
    })
  })

  it('distinguishes functions without a name by their line', () => {
    const nameless = (line: number) => js('(anonymous)', 'a.ts', line)
    const before = {
      iterations: 1,
      profile: profileOf([
        [[nameless(1)], 10],
        [[nameless(2)], 20],
      ]),
    }
    expect(
      functionChanges(before, before).map(({ baselineMicros, kind }) => [baselineMicros, kind]),
    ).toEqual([
      [10, 'same'],
      [20, 'same'],
    ])
  })

  const anyProfile = fc
    .array(
      fc.tuple(
        fc.array(fc.constantFrom(main, slow, filter, fast, idle), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 1e6 }),
      ),
      {
        maxLength: 8,
      },
    )
    .map(profileOf)

  test.prop([anyProfile, anyProfile, fc.integer({ min: 1, max: 50 })], { numRuns: 1000 })(
    'adds up to the change of the whole, and is reversed if the arms are swapped',
    (before, after, iterations) => {
      const changes = functionChanges(
        { profile: before, iterations },
        { profile: after, iterations: 1 },
      )
      const cpuOf = (profile: typeof before) =>
        profile.stacks
          .filter(
            ({ frames }) =>
              profile.frames[frames.at(-1)!] !== idle &&
              profile.frames[frames.at(-1)!]!.kind !== 'idle',
          )
          .reduce((sum, { micros }) => sum + micros, 0)
      const sum = changes.reduce(
        (total, { baselineMicros, candidateMicros }) => total + candidateMicros - baselineMicros,
        0,
      )
      expect(sum).toBeCloseTo(cpuOf(after) - cpuOf(before) / iterations, 4)
      const opposite: Record<string, string> = {
        appeared: 'vanished',
        vanished: 'appeared',
        grew: 'shrank',
        shrank: 'grew',
        same: 'same',
      }
      const turned = functionChanges(
        { profile: after, iterations: 1 },
        { profile: before, iterations },
      )
      expect(turned.map(({ frame, kind }) => [frame.name, kind])).toEqual(
        changes.map(({ frame, kind }) => [frame.name, opposite[kind]!]),
      )
    },
  )

  it('refuses a profile without iterations', () => {
    expect(() => functionChanges({ ...baseline, iterations: 0 }, candidate)).toThrow(
      /over 0 iterations cannot be compared/,
    )
  })
})

describe('a differential flame graph', () => {
  const [byBaseline, byCandidate] = drawnPanels(draw())
  const shapeOf = (frames: typeof byBaseline) =>
    frames!.map(({ title, row, width, fill, patterns }) => [
      title[0],
      row,
      Math.round(width),
      fill,
      patterns,
    ])

  it('shows what vanished by the time of the baseline, and what appeared by the time of the candidate', () => {
    expect(shapeOf(byBaseline)).toEqual([
      ['▼ all', 0, 1176, 'shrank3', 0],
      ['▼ main', 1, 1176, 'shrank3', 0],
      ['× slowPath', 2, 941, 'shrank3', 1],
      ['× filter', 3, 588, 'shrank3', 1],
    ])
    expect(shapeOf(byCandidate)).toEqual([
      ['▼ all', 0, 1176, 'shrank3', 0],
      ['▼ main', 1, 1176, 'shrank3', 0],
      ['+ fastPath', 2, 392, 'grew3', 1],
    ])
  })

  it('gives the time per iteration in both arms on each frame', () => {
    expect(byCandidate!.find(({ title }) => title[0] === '▼ main')!.title).toEqual([
      '▼ main',
      'scenarios/main.ts:3',
      'baseline 100.0 ms, candidate 30.00 ms per iteration, −70.00 ms (−70.0 %)',
      'self 20.00 ms, then 20.00 ms',
      '100.0 % of candidate',
    ])
  })

  it('states what is compared and the totals, and lists what vanished and what appeared', () => {
    const text = textsOf(draw()).join('\n')
    expect(text).toContain('CPU time per iteration (absolute, not as\nshares); idle time left out')
    expect(text).toContain('baseline 100.0 ms\n')
    expect(text).toContain('candidate 30.00 ms, −70.00 ms (−70.0 %)')
    expect(text).toMatch(/vanished: 2 functions, −80\.00 ms/)
    expect(text).toContain('  −50.00 ms  filter (node_modules/arquero/src/…')
    expect(text).toMatch(/appeared: 1 function, \+10\.00 ms/)
    expect(text).toContain('  +10.00 ms  fastPath (engine/cache/fast.ts:20)')
  })

  it('matches the reviewed picture', async () => {
    await expect(draw()).toMatchFileSnapshot(
      join(packageRoot(), 'test', 'golden', 'pictures', 'difference.svg'),
    )
  })

  it('draws both totals to one scale', () => {
    const bars = elementsOf(
      parseXml(draw()),
      ({ name, attributes }) => name === 'rect' && attributes.height === '8',
    )
    expect(bars.map(({ attributes }) => attributes.width)).toEqual(['98%', '29.4%'])
  })

  it('is grey for two equal profiles, and nothing vanished or appeared', () => {
    const svg = differentialFlameGraphSvg(baseline, baseline, { title: 't' })
    expect(
      new Set(
        drawnPanels(svg)
          .flat()
          .map(({ fill }) => fill),
      ),
    ).toEqual(new Set(['same']))
    expect(textsOf(svg).join(' ')).toMatch(/nothing vanished.*nothing appeared/)
  })

  it('lists eight functions and counts the others', () => {
    const many = profileOf(
      Array.from({ length: 14 }, (_, index) => [[js(`gone${index}`)], 1000 * (index + 1)] as const),
    )
    const svg = differentialFlameGraphSvg({ profile: many, iterations: 1 }, candidate, {
      title: 't',
    })
    expect(textsOf(svg)).toContain('  and 6 more, −21.00 ms together')
  })

  it('still shows the other arm if one has no samples', () => {
    const nothing = { iterations: 1, profile: { frames: [], stacks: [], totalMicros: 0 } }
    const svg = differentialFlameGraphSvg(baseline, nothing, { title: 't' })
    expect(drawnPanels(svg).map((frames) => frames.length)).toEqual([4, 0])
    expect(textsOf(svg)).toContain('candidate: nothing was sampled')
    expect(drawnPanels(differentialFlameGraphSvg(nothing, nothing, { title: 't' }))).toEqual([
      [],
      [],
    ])
  })

  it('is the same text for the same profiles, and below 600 kB for many long names', () => {
    const stacks = (seed: number) =>
      profileOf(
        Array.from(
          { length: 900 },
          (_, index) =>
            [
              [
                main,
                js(`${'<'.repeat(490)}${index % 700}`),
                js(`${'&'.repeat(490)}${index + seed}`),
              ],
              1000 + index,
            ] as const,
        ),
      )
    const [before, after] = [stacks(0), stacks(450)].map((profile) => ({ profile, iterations: 3 }))
    const svg = differentialFlameGraphSvg(before!, after!, { title: 't' })
    expect(differentialFlameGraphSvg(before!, after!, { title: 't' })).toBe(svg)
    expect(Buffer.byteLength(svg)).toBeLessThan(600_000)
    expect(() => parseXml(svg)).not.toThrow()
  })

  const anyStacks = fc.array(
    fc.tuple(
      fc.array(fc.oneof(anyFrame, fc.constantFrom(main, slow, filter)), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.integer({ min: 0, max: 1e6 }),
    ),
    { maxLength: 6 },
  )

  test.prop([anyStacks, anyStacks], { numRuns: 300 })(
    'is well-formed for all names',
    (before, after) => {
      const svg = differentialFlameGraphSvg(
        { profile: profileOf(before), iterations: 2 },
        { profile: profileOf(after), iterations: 3 },
        {
          title: HOSTILE_NAMES[before.length]!,
        },
      )
      const root = parseXml(svg)
      expect(elementsOf(root, ({ attributes }) => attributes.class === 'panel')).toHaveLength(2)
      expect(elementsOf(root, ({ name }) => name === 'script')).toHaveLength(1)
    },
  )
})
