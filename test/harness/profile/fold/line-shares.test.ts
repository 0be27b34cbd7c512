import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { lineShares } from '../../../../harness/profile/fold/line-shares.js'
import { sourceLocator } from '../../../../harness/profile/fold/source-maps.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'

const root = packageRoot()
const locate = sourceLocator(root)

interface Node {
  readonly name: string
  readonly url: string
  readonly line: number
  readonly samples: number
  readonly ticks: Readonly<Record<number, number>>
}

/** A profile in which each node was sampled some times, and has ticks for lines. */
function profileOf(nodes: readonly Node[]) {
  const samples = nodes.flatMap((node, index) => Array<number>(node.samples).fill(index + 2))
  const text = JSON.stringify({
    nodes: [
      {
        id: 1,
        callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 },
        children: nodes.map((_, index) => index + 2),
      },
      ...nodes.map(({ name, url, line, ticks }, index) => ({
        id: index + 2,
        callFrame: { functionName: name, url, lineNumber: line - 1, columnNumber: 0 },
        positionTicks: Object.entries(ticks).map(([at, count]) => ({
          line: Number(at),
          ticks: count,
        })),
      })),
    ],
    startTime: 0,
    endTime: samples.length,
    samples,
    timeDeltas: samples.map(() => 1),
  })
  return parseCpuProfile({ name: 'x', text })
}

const plain = (name: string, samples: number, ticks: Node['ticks']): Node => ({
  name,
  url: 'file:///p/node_modules/lib/a.js',
  line: 10,
  samples,
  ticks,
})
const frame = (name: string): Frame => ({
  name,
  kind: 'js',
  file: 'node_modules/lib/a.js',
  line: 10,
})

describe('the lines of a function', () => {
  it('are those of all its nodes, each by its samples after the warm-up', () => {
    // The second node ran 90 of its 100 ticks in the warm-up.
    const lines = lineShares(
      [profileOf([plain('f', 30, { 11: 20, 12: 10 }), plain('f', 10, { 12: 50, 13: 50 })])],
      locate,
    )(frame('f'))
    expect(lines.map(({ line }) => line)).toEqual([11, 12, 13])
    expect(lines.map(({ share }) => share * 40)).toEqual(
      [20, 15, 5].map((n) => expect.closeTo(n, 9)),
    )
  })

  it('are added up over threads, and none of a node that ran only in the warm-up', () => {
    const thread = (samples: number, line: number) =>
      profileOf([plain('f', samples, { [line]: 100 }), plain('g', 1, { 20: 1 })])
    const lines = lineShares([thread(3, 11), thread(1, 12), thread(0, 13)], locate)
    expect(lines(frame('f'))).toEqual([
      { line: 11, share: 0.75 },
      { line: 12, share: 0.25 },
    ])
    expect(lines(frame('g'))).toEqual([{ line: 20, share: 1 }])
    expect(lines(frame('unknown'))).toEqual([])
  })

  it('are none without a source, and none if V8 gave no ticks', () => {
    const lines = lineShares(
      [profileOf([{ name: 'sort', url: '', line: 0, samples: 3, ticks: {} }, plain('f', 3, {})])],
      locate,
    )
    expect(lines({ name: 'sort', kind: 'native' })).toEqual([])
    expect(lines(frame('f'))).toEqual([])
  })

  test.prop(
    [
      fc.array(
        fc.tuple(
          fc.integer({ min: 1, max: 20 }),
          fc.dictionary(
            fc.integer({ min: 1, max: 9 }).map(String),
            fc.integer({ min: 1, max: 50 }),
            {
              minKeys: 1,
            },
          ),
        ),
        { minLength: 1, maxLength: 6 },
      ),
    ],
    { numRuns: 200 },
  )('add up to the whole function, the hottest first', (nodes) => {
    const profile = profileOf(nodes.map(([samples, ticks]) => plain('f', samples, ticks)))
    const shares = lineShares([profile], locate)(frame('f')).map(({ share }) => share)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
  })

  it('are lines of the source as written, which V8 does not see', () => {
    const compiled = join(root, 'dist', 'harness', 'profile', 'fold', 'fold.js')
    const source = join(root, 'harness', 'profile', 'fold', 'fold.ts')
    const find = (file: string, text: string) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((line) => line.includes(text)) + 1
    const [outer, inner] = ['function foldCpuProfiles(', 'for (const profile of profiles)']
    const node = {
      name: 'foldCpuProfiles',
      url: pathToFileURL(compiled).href,
      line: find(compiled, outer),
      samples: 5,
      ticks: { [find(compiled, inner)]: 5 },
    }
    const lines = lineShares([profileOf([node])], locate)
    const there = {
      name: 'foldCpuProfiles',
      kind: 'js',
      file: 'harness/profile/fold/fold.ts',
    } as const
    expect(lines({ ...there, line: find(source, outer) })).toEqual([
      { line: find(source, inner), share: 1 },
    ])
  })

  it('are left out if a source map places them in another file', () => {
    const folder = temporaryDirectory()
    mkdirSync(join(folder, 'dist'))
    // Two lines of generated code: the first comes from a.ts, the second from b.ts.
    writeFileSync(
      join(folder, 'dist', 'a.js'),
      'run()\n  inlined()\n//# sourceMappingURL=a.js.map\n',
    )
    writeFileSync(
      join(folder, 'dist', 'a.js.map'),
      JSON.stringify({
        version: 3,
        sources: ['../a.ts', '../b.ts'],
        names: [],
        mappings: 'AAAA;ECAA',
      }),
    )
    const node = {
      name: 'run',
      url: pathToFileURL(join(folder, 'dist', 'a.js')).href,
      line: 1,
      samples: 4,
      ticks: { 1: 3, 2: 1 },
    }
    const lines = lineShares([profileOf([node])], sourceLocator(folder))
    expect(lines({ name: 'run', kind: 'js', file: 'a.ts', line: 1 })).toEqual([
      { line: 1, share: 0.75 },
    ])
  })
})
