import { execFileSync } from 'node:child_process'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../../harness/errors.js'
import { type CpuProfile, parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { foldCpuProfiles } from '../../../../harness/profile/fold/fold.js'
import { foldedText } from '../../../../harness/profile/fold/folded-text.js'
import { packageRoot } from '../../../../harness/system/package-root.js'

const callFrame = (functionName: string, url = `file:///p/${functionName}.js`) => ({
  functionName,
  url,
  lineNumber: url === '' ? -1 : 0,
  columnNumber: url === '' ? -1 : 0,
})
const nowhere = () => undefined
const parsed = (profile: object) => parseCpuProfile({ name: 'x', text: JSON.stringify(profile) })
const sound: CpuProfile = {
  nodes: [
    { id: 1, callFrame: callFrame('(root)', ''), children: [2, 5, 6] },
    { id: 2, callFrame: callFrame('main'), children: [3, 4] },
    { id: 3, callFrame: callFrame('leaf') },
    { id: 4, callFrame: callFrame('leaf') },
    { id: 5, callFrame: callFrame('(garbage collector)', '') },
    { id: 6, callFrame: callFrame('(idle)', '') },
  ],
  startTime: 1000,
  endTime: 1600,
  samples: [2, 3, 4, 5, 6],
  timeDeltas: [100, 100, 100, 100, 100],
}

describe('a file that is not a valid CPU profile', () => {
  const change = (part: object) => JSON.stringify({ ...sound, ...part })
  it.each([
    ['empty', '', 'it is empty'],
    ['cut off', change({}).slice(0, -40), 'it is cut off'],
    ['not JSON', 'PK\u0003\u0004', 'it is not JSON'],
    ['another document', '{"traceEvents":[]}', 'nodes'],
    ['a heap profile', '{"head":{},"samples":[]}', 'nodes'],
    ['without nodes', change({ nodes: [] }), 'no node'],
    ['without samples', change({ samples: [], timeDeltas: [] }), 'it holds no samples'],
    ['fewer times than samples', change({ timeDeltas: [100, 100] }), '5 samples, but 2 times'],
    [
      'a sample of a missing node',
      change({ samples: [2, 3, 4, 5, 99] }),
      'sample 5 refers to node 99, which does not exist',
    ],
    [
      'a time that is not a number',
      change({ timeDeltas: [100, 'soon', 100, 100, 100] }),
      'the time of sample 2 is not a number',
    ],
    ['ends before it starts', change({ endTime: 1 }), 'ends before it starts'],
    ['two nodes with one id', change({ nodes: [...sound.nodes, sound.nodes[5]] }), 'share an id'],
    [
      'a node listed as a child twice',
      change({ nodes: sound.nodes.with(2, { ...sound.nodes[2]!, children: [4] }) }),
      'two parents',
    ],
    [
      'a cycle through the root',
      change({ nodes: sound.nodes.with(3, { ...sound.nodes[3]!, children: [1] }) }),
      'two parents',
    ],
    [
      'a missing child',
      change({ nodes: sound.nodes.with(3, { ...sound.nodes[3]!, children: [77] }) }),
      'node 4 has a child 77 that does not exist',
    ],
    [
      'a missing parent',
      change({ nodes: [...sound.nodes, { id: 9, callFrame: callFrame('x'), parent: 77 }] }),
      'node 9 has a parent 77 that does not exist',
    ],
    [
      'a root with a parent',
      change({ nodes: sound.nodes.with(0, { ...sound.nodes[0]!, parent: 3 }) }),
      'two parents',
    ],
    [
      'a parent that contradicts the children',
      change({ nodes: sound.nodes.with(2, { ...sound.nodes[2]!, parent: 1 }) }),
      'two parents',
    ],
    [
      'a cycle beside the tree',
      change({
        nodes: [
          ...sound.nodes,
          { id: 8, callFrame: callFrame('x'), parent: 9 },
          { id: 9, callFrame: callFrame('y'), parent: 8 },
        ],
      }),
      'is its own ancestor',
    ],
    [
      'a node that is its own child',
      change({ nodes: [...sound.nodes, { id: 8, callFrame: callFrame('x'), children: [8] }] }),
      'is its own ancestor',
    ],
    [
      'times out of range',
      change({ timeDeltas: [100, 1e308, 1e308, 100, 100] }),
      'the time of sample 2 is out of range',
    ],
    [
      'a node without a parent',
      change({ nodes: [...sound.nodes, { id: 9, callFrame: callFrame('x') }] }),
      'node 9 has no parent',
    ],
  ])('%s: is refused with the reason and the remedy', (_name, text, why) => {
    const parse = () => parseCpuProfile({ name: 'x.cpuprofile', text })
    expect(parse).toThrow(InvalidEvidenceError)
    expect(parse).toThrow(
      /^x\.cpuprofile is not a valid V8 profile \(.*\); capture it again with assay profile$/,
    )
    expect(parse).toThrow(why)
  })
})

describe('folding', () => {
  it('merges nodes of the same function, and keeps collection and idle time separate', () => {
    const folded = foldCpuProfiles([parsed(sound)], nowhere)
    expect(foldedText(folded)).toBe('[gc] 100\n[idle] 100\nmain 100\nmain;leaf 200\n')
    expect(folded.totalMicros).toBe(500)
  })

  it('adds up all threads', () => {
    const folded = foldCpuProfiles([sound, sound], nowhere)
    expect(folded.totalMicros).toBe(1000)
    expect(folded.stacks).toHaveLength(4)
  })

  it('sorts samples by time where V8 wrote them out of order', () => {
    // At 1100, 1300, 1200: the second one ran last of the three.
    const shuffled = { ...sound, samples: [2, 3, 5], timeDeltas: [100, 200, -100], endTime: 1400 }
    expect(foldedText(foldCpuProfiles([shuffled], nowhere))).toBe(
      '[gc] 100\nmain 100\nmain;leaf 100\n',
    )
  })

  it('caps the time of a sample at four medians, for threads that waited for a CPU', () => {
    const waited = {
      ...sound,
      samples: [2, 2, 2, 3, 2],
      timeDeltas: [0, 100, 100, 100, 50_000],
      endTime: 51_400,
    }
    expect(foldedText(foldCpuProfiles([waited], nowhere))).toBe('main 400\nmain;leaf 400\n')
  })

  const drawn = fc
    .array(fc.record({ parent: fc.nat(), name: fc.constantFrom('a', 'b', 'c') }), {
      minLength: 1,
      maxLength: 30,
    })
    .chain((drawnNodes) =>
      fc.record({
        drawnNodes: fc.constant(drawnNodes),
        samples: fc.array(fc.nat({ max: drawnNodes.length - 1 }), { minLength: 1, maxLength: 60 }),
      }),
    )

  test.prop([drawn], { numRuns: 1000 })(
    'agrees with counting every sample by its full stack',
    ({ drawnNodes, samples }) => {
      const parents = drawnNodes.map(({ parent }, index) =>
        index === 0 ? 0 : 1 + (parent % index),
      )
      const nodes = [
        { id: 1, callFrame: callFrame('(root)', '') },
        ...drawnNodes.map(({ name }, index) => ({
          id: index + 2,
          callFrame: callFrame(name),
          parent: parents[index]! + 1,
        })),
      ]
      const profile = {
        nodes,
        startTime: 0,
        endTime: samples.length,
        samples: samples.map((index) => index + 2),
        timeDeltas: samples.map((_, index) => (index === 0 ? 0 : 1)),
      }
      const counts = new Map<string, number>()
      for (const sample of samples) {
        const path: string[] = []
        for (let index = sample + 1; index > 0; index = parents[index - 1]!)
          path.unshift(drawnNodes[index - 1]!.name)
        counts.set(path.join(';'), (counts.get(path.join(';')) ?? 0) + 1)
      }
      const slow = [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([stack, count]) => `${stack} ${count}\n`)
      expect(foldedText(foldCpuProfiles([parsed(profile)], nowhere))).toBe(slow.join(''))
    },
  )

  it('sorts stacks by their frames from the root, in whatever order they were sampled', () => {
    const nodes = [
      { id: 1, callFrame: callFrame('(root)', ''), children: [2, 4] },
      { id: 2, callFrame: callFrame('b'), children: [3] },
      { id: 3, callFrame: callFrame('a') },
      { id: 4, callFrame: callFrame('a'), children: [5] },
      { id: 5, callFrame: callFrame('b') },
    ]
    const profile = {
      nodes,
      startTime: 0,
      endTime: 4,
      samples: [3, 2, 5, 4],
      timeDeltas: [0, 1, 1, 1],
    }
    const { frames, stacks } = foldCpuProfiles([profile], nowhere)
    expect(frames.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(stacks.map((stack) => stack.frames)).toEqual([[0], [0, 1], [1], [1, 0]])
  })

  it('folds a million samples on stacks of two hundred frames within a heap of 512 MB', () => {
    const script = `
      import { parseCpuProfile } from './dist/harness/profile/fold/cpuprofile.js'
      import { foldCpuProfiles } from './dist/harness/profile/fold/fold.js'
      const nodes = [{ id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 }, children: [] }]
      for (let id = 2; id <= 100_001; id++) {
        const parent = (id - 2) % 200 === 0 ? 1 : id - 1
        nodes.push({ id, callFrame: { functionName: 'aFunctionOfSomeLength' + (id % 2999), url: 'file:///p/some/folder/f.js', lineNumber: id % 2999, columnNumber: 0 }, children: [] })
        nodes[parent - 1].children.push(id)
      }
      // At 1, 3, 2, 4, 5, 7, 6, 8 …
      const timeDeltas = Array.from({ length: 1_000_000 }, (_, i) => [1, 2, -1, 2][i % 4])
      const samples = timeDeltas.map((_, i) => 2 + (i * 7919) % 100_000)
      const text = JSON.stringify({ nodes, startTime: 0, endTime: 1_000_000, samples, timeDeltas })
      const begin = process.cpuUsage()
      const { stacks, totalMicros } = foldCpuProfiles([parseCpuProfile({ name: 'x', text })], () => undefined)
      const { user, system } = process.cpuUsage(begin)
      console.log(JSON.stringify({ deepest: Math.max(...stacks.slice(0, 1000).map(({ frames }) => frames.length)), stacks: stacks.length, totalMicros, cpuMs: Math.round((user + system) / 1000), rssMb: Math.round(process.resourceUsage().maxRSS / 1024) }))`
    const output = execFileSync(
      process.execPath,
      ['--max-old-space-size=512', '--input-type=module', '-e', script],
      {
        cwd: packageRoot(),
        encoding: 'utf8',
      },
    )
    expect(JSON.parse(output), output).toMatchObject({
      deepest: 200,
      stacks: 100_000,
      totalMicros: 999_999,
    })
    expect(JSON.parse(output).rssMb, output).toBeLessThan(1024)
  })
})
