import { describe, expect, it } from 'vitest'
import {
  type ArmHotspots,
  type Hotspots,
  hotspotsSchema,
} from '../../../../harness/evidence/hotspots-schema.js'
import { bottlenecksMarkdown } from '../../../../harness/profile/figures/bottlenecks-markdown.js'
import { hotspotsText } from '../../../../harness/profile/figures/hotspot-tables.js'
import { armHotspots } from '../../../../harness/profile/figures/hotspots.js'
import type { ArmProfiles } from '../../../../harness/profile/fold/arm-profiles.js'
import type { FoldedProfile, Frame } from '../../../../harness/profile/fold/stacks.js'

const table = {
  categories: [
    { name: 'loading', sources: ['load.ts'] },
    { name: 'work', sources: ['work.ts'], purpose: true },
  ],
  callers: [],
}
const js = (name: string, file: string): Frame => ({ name, kind: 'js', file, line: 3 })
const frames: Frame[] = [
  js('load', 'load.ts'),
  js('work', 'work.ts'),
  { name: '(idle)', kind: 'idle' },
  js('stray', 'stray.ts'),
]
const folded = (...micros: number[]): FoldedProfile => ({
  frames,
  stacks: micros.map((amount, index) => ({ frames: [index], micros: amount })),
  totalMicros: micros.reduce((sum, amount) => sum + amount, 0),
})

const memory: NonNullable<ArmProfiles['memory']> = {
  allocations: { frames, stacks: [{ frames: [0], bytes: 400 }], totalBytes: 400 },
  allocationPasses: 2,
  calls: ({ name }) => (name === 'load' ? 30 : undefined),
  callPasses: 3,
}
/** Processes of ten passes, of which 1,000 µs were sampled, by their CPU, ms. */
const processes = (...cpuMs: readonly number[]): ArmProfiles['processes'] =>
  cpuMs.map((one) => ({ profile: folded(600, 380, 0, 20), passes: 10, cpuMs: one }))

function profiles(change: Partial<ArmProfiles> = {}): ArmProfiles {
  const exact = folded(600, 380, 5000, 20)
  return {
    arm: 'baseline',
    stack: [],
    passes: 10,
    cpuMs: 50,
    referenceCpuMs: 10,
    processes: processes(1.1),
    exactProcesses: [],
    lines: () => [],
    exact,
    inlined: exact,
    memory,
    samples: 5000,
    lostThreads: 0,
    ...change,
  }
}

const category = (arm: ArmHotspots, name: string) =>
  arm.categories.find((one) => one.name === name)!

describe('the hot spots of an arm', () => {
  const arm = armHotspots(profiles(), table)

  it('are shares of the busy time, and times are these shares of the CPU without a profiler', () => {
    expect(category(arm, 'loading')).toEqual({
      name: 'loading',
      share: 0.6,
      inlinedShare: 0.6,
      cpuMs: 30,
      allocatedBytes: 200,
    })
    expect(arm.categories.map(({ name }) => name)).toEqual([
      'loading',
      'work',
      'GC',
      'JIT and runtime',
      'other',
    ])
    expect(arm.categories.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  it('state the sampled CPU of a pass, and that of each process', () => {
    const three = armHotspots(profiles({ processes: processes(1, 1.25, 1.5) }), table)
    // 1,000 µs in ten passes.
    expect(three.sampledMs).toBeCloseTo(0.1, 12)
    expect(three.processCpuMs).toEqual([0.1, 0.125, 0.15])
    expect(three.sampledShare).toBeCloseTo(0.8, 12)
  })

  it('include the overhead relative to the reference computation', () => {
    expect(arm.overheadToComputation).toBe(4)
    const { referenceCpuMs: _, ...without } = profiles()
    expect(armHotspots(without, table)).not.toHaveProperty('overheadToComputation')
  })

  it('list operations above 0.5 % with their calls per pass, and mark those above 5 %', () => {
    expect(arm.operations).toEqual([
      {
        name: 'load',
        file: 'load.ts',
        line: 3,
        category: 'loading',
        share: 0.6,
        cpuMs: 30,
        calls: 10,
        bottleneck: true,
      },
      {
        name: 'work',
        file: 'work.ts',
        line: 3,
        category: 'work',
        share: 0.38,
        cpuMs: 19,
        bottleneck: true,
      },
      { name: 'stray', file: 'stray.ts', line: 3, category: 'other', share: 0.02, cpuMs: 1 },
    ])
    const tiny = armHotspots(profiles({ exact: folded(996, 4) }), table)
    expect(tiny.operations.map(({ name }) => name)).toEqual(['load'])
  })

  it('flag a category whose share changes by more than five points with inlining', () => {
    const moved = armHotspots(profiles({ inlined: folded(540, 440, 0, 20) }), table)
    expect(category(moved, 'loading').differs).toBe(true)
    expect(moved.warnings.map(({ code }) => code)).toEqual(['inlining-differs', 'inlining-differs'])
    const still = armHotspots(profiles({ inlined: folded(560, 420, 0, 20) }), table)
    expect(still.warnings).toEqual([])
  })

  it('warn of few samples, lost threads and much time without a category', () => {
    const doubtful = armHotspots(
      profiles({
        samples: 100,
        lostThreads: 2,
        exact: folded(500, 400, 0, 100),
        inlined: folded(500, 400, 0, 100),
      }),
      table,
    )
    expect(doubtful.warnings).toEqual([
      {
        code: 'few-samples',
        hint: 'only 100 samples, so shares are rough; use a finer --interval or a longer --duration',
      },
      {
        code: 'much-is-other',
        hint: "10.0 % of the time has no category; add its files to the suite's table of categories",
      },
      {
        code: 'lost-threads',
        hint: '2 worker threads could not be profiled, so the time is missing; a worker with an execArgv of its own does not load the profiler, nor does one that another worker terminates write its profile',
      },
    ])
  })

  it('are not divided by category if less than 80 % of the CPU was sampled', () => {
    const starved = armHotspots(profiles({ processes: processes(1.6) }), table)
    expect(starved.warnings.map(({ code, hint }) => [code, hint])).toEqual([
      [
        'time-not-sampled',
        'only 62.5 % of the CPU time was sampled, so it is not divided by category: native threads did the rest, or threads that could not be profiled',
      ],
    ])
    for (const list of ['categories', 'operations', 'next'] as const)
      expect(starved[list]).toEqual([])
    const enough = armHotspots(profiles({ processes: processes(1.25) }), table)
    expect(enough.warnings).toEqual([])
    expect(enough.categories).toHaveLength(5)
  })

  it('have no allocations and calls if these were not profiled', () => {
    const { memory: _, ...onlyCpu } = profiles()
    const arm = armHotspots(onlyCpu, table)
    expect(arm.allocators).toEqual([])
    expect(category(arm, 'loading')).not.toHaveProperty('allocatedBytes')
    expect(arm.operations[0]).not.toHaveProperty('calls')
  })

  it('estimate the effort for collections by where they ran if allocations were not profiled', () => {
    const gc: Frame = { name: '(garbage collector)', kind: 'gc' }
    const all = [js('load', 'load.ts'), js('work', 'work.ts'), gc]
    const exact: FoldedProfile = {
      frames: all,
      stacks: [
        { frames: [0, 2], micros: 300 },
        { frames: [1, 2], micros: 200 },
        { frames: [1], micros: 500 },
      ],
      totalMicros: 1000,
    }
    const { memory: _, ...onlyCpu } = profiles({ exact, inlined: exact })
    expect(armHotspots(onlyCpu, table).next).toEqual([
      {
        category: 'GC',
        share: 0.5,
        effort: 'medium',
        operations: ['load (load.ts:3)', 'work (work.ts:3)'],
      },
    ])
  })

  it('list the five hottest lines of the ten functions with the most self time', () => {
    const all = Array.from({ length: 12 }, (_, index) => js(`f${index}`, 'load.ts'))
    const exact: FoldedProfile = {
      frames: all,
      stacks: all.map((_, index) => ({ frames: [index], micros: index === 0 ? 450 : 50 })),
      totalMicros: 1000,
    }
    const lines: ArmProfiles['lines'] = ({ name }) =>
      name === 'f1'
        ? []
        : Array.from({ length: 7 }, (_, index) => ({ line: 10 + index, share: (7 - index) / 28 }))
    const { functions } = armHotspots(profiles({ exact, inlined: exact, lines }), table)
    expect(functions[0]!.lines).toEqual(
      [7, 6, 5, 4, 3].map((weight, index) => ({
        line: 10 + index,
        share: expect.closeTo((0.45 * weight) / 28, 9),
      })),
    )
    const listed = functions.filter((one) => one.lines !== undefined)
    expect(listed).toHaveLength(10)
    expect(listed.map(({ name }) => name)).not.toContain('f1')
  })

  it('rank what to optimize next, without the purpose of the program', () => {
    expect(arm.next).toEqual([
      { category: 'loading', share: 0.6, effort: 'small', operations: ['load (load.ts:3)'] },
    ])
  })

  it('rank a small effort above a larger share', () => {
    const many = Array.from({ length: 6 }, (_, index) => js(`part${index}`, 'load.ts'))
    const all = [...many, js('filter', 'filter.ts')]
    const exact: FoldedProfile = {
      frames: all,
      stacks: all.map((_, index) => ({ frames: [index], micros: index < 6 ? 100 : 400 })),
      totalMicros: 1000,
    }
    const wide = {
      categories: [
        { name: 'loading', sources: ['load.ts'] },
        { name: 'filtering', sources: ['filter.ts'] },
      ],
      callers: [],
    }
    const { next } = armHotspots(profiles({ exact, inlined: exact }), wide)
    expect(next.map(({ category, effort }) => [category, effort])).toEqual([
      ['filtering', 'small'],
      ['loading', 'large'],
    ])
  })
})

describe('hot spots as text', () => {
  const hostile = `<script>alert(1)</script>|\`x\`\n# ${'n'.repeat(500)}\u001b[31m`
  const arms = [
    armHotspots(
      profiles({
        exact: {
          ...folded(600, 400),
          frames: [js(hostile, 'load.ts'), js('work', `${hostile}.ts`)],
        },
        lines: () => [{ line: 3, share: 0.5 }],
      }),
      table,
    ),
  ]
  const hotspots: Hotspots = {
    schema: 'assay/hotspots@1',
    suite: 'test',
    workload: 'w',
    title: hostile,
    content: hostile,
    scale: 'smoke',
    seed: 1,
    intervalMicros: 250,
    node: '20.20.2',
    changes: {
      against: 'baseline',
      processes: [3, 3],
      tested: 40,
      significant: 2,
      functions: [true, undefined].map((significant) => ({
        name: hostile,
        file: `${hostile}.ts`,
        line: 4,
        kind: 'js' as const,
        beforeMs: 12,
        afterMs: 30,
        changeMs: [16, 20],
        ...(significant && { significant }),
      })),
    },
    arms,
  }

  it('match the schema', () => {
    expect(hotspotsSchema.parse(JSON.parse(JSON.stringify(hotspots)))).toEqual(hotspots)
  })

  it('escape hostile names in the page: no markup, no extra cell, one line each', () => {
    const page = bottlenecksMarkdown(
      [hotspots],
      {
        platform: 'x',
        kernel: 'y',
        cpuModel: hostile,
        cpuCount: 1,
        memoryBytes: 1,
        node: '20',
        v8: '11',
        nodeFlags: [],
        fallbacks: [],
      },
      { command: 'npm run profile' },
    )
    expect(page).not.toMatch(/<script|[^\\]`x/)
    expect(page).toContain('2 of 40 tested, in 3 + 3 processes; the most significant:')
    expect(page).toContain('| 12.00 ms | 30.00 ms | 16.00 – 20.00 ms |')
    expect(page).toMatch(/Hottest lines .*:\n\n\| line \| in \| share \| CPU \|/)
    const rows = page.split('\n').filter((line) => line.startsWith('|'))
    const cells = rows.map((row) => row.replaceAll('\\|', '').split('|').length)
    expect(new Set(cells)).toEqual(new Set([8, 6, 7]))
    expect(page.split('\n').filter((line) => line.startsWith('# '))).toEqual([
      '# Where the time goes',
    ])
  })

  const page = (one: Partial<ArmProfiles>) => {
    const { memory: _, ...onlyCpu } = profiles(one)
    return bottlenecksMarkdown(
      [{ ...hotspots, title: 't', content: 'c', arms: [armHotspots(onlyCpu, table)] }],
      {
        platform: 'x',
        kernel: 'y',
        cpuModel: 'z',
        cpuCount: 1,
        memoryBytes: 1,
        node: '20',
        v8: '11',
        nodeFlags: [],
        fallbacks: [],
      },
      { command: 'npm run profile' },
    )
  }

  it('do not mention allocations and calls if only CPU was profiled', () => {
    expect(page({})).not.toMatch(/allocat|calls per pass/)
    expect(page({})).toContain('| loading | 60.0 % | 30.00 ms |')
  })

  it('say what was sampled instead of what to optimize if that was too little', () => {
    const starved = page({ processes: processes(5) })
    expect(starved).toContain('> time-not-sampled: only 20.0 % of the CPU time was sampled')
    expect(starved).not.toMatch(/Bottlenecks|worth optimizing/)
  })

  it('clean hostile names for a terminal: no control characters, bounded lines', () => {
    const text = hotspotsText(hotspots)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences must not be there
    expect(text).not.toMatch(/\u001b/)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(260)
    expect(text).toContain('2 of 40 functions tested changed significantly from the baseline')
    expect(text).toContain('hottest line')
  })
})
