import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PairDesign } from '../../../harness/contract.js'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import {
  type InterferenceCell,
  readInterferenceCells,
} from '../../../scenarios/error-rates/interference-cell.js'
import { INTERFERENCE_SIZES } from '../../../scenarios/error-rates/interference-cell-id.js'
import { interferenceSection } from '../../../scenarios/error-rates/interference-page.js'
import {
  interferenceLeft,
  interferenceSchedule,
} from '../../../scenarios/error-rates/interference-schedule.js'
import {
  interferenceSummarySchema,
  summarizeInterference,
} from '../../../scenarios/error-rates/interference-summary.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { randomFrom } from '../../harness/verdict/simulated-evidence.js'

interface Simulated {
  readonly kind?: string
  readonly added?: InterferenceCell['added']
  readonly design: PairDesign
  readonly change: number
  /** The measured log ratio. */
  readonly m: number
  /** CPU time of the baseline, ms. */
  readonly baseMs?: number
  readonly injectedMs?: number
  readonly noise?: number
}

/** A cell of twenty pairs with a known log ratio. */
function simulateCell(setting: Simulated): InterferenceCell {
  const { kind = 'memory', added = 'same', design, change, m } = setting
  const { baseMs = 20, injectedMs, noise = 0.002 } = setting
  const random = randomFrom(3)
  return {
    kind,
    added,
    design,
    change,
    seed: 1,
    startedAt: '2026-11-27T23:00:00.000Z',
    commit: '1a2b3c4d',
    warmup: 3,
    iterations: 4,
    ...(injectedMs !== undefined && { injectTurns: 1000 }),
    pairs: Array.from({ length: 20 }, (_, index) => ({
      first: index % 2 === 0 ? ('baseline' as const) : ('candidate' as const),
      baseline: baseMs,
      candidate: baseMs * Math.exp(m + noise * random.normal()),
      ...(injectedMs !== undefined && { injectedMs }),
    })),
  }
}

const exact = (change: number) => Math.log1p(-change)

describe('the bias of a design', () => {
  it('is the measured minus the true improvement, with an interval that covers it', () => {
    const { cells, designs } = summarizeInterference([
      simulateCell({ design: 'lock-step', change: 0.1, m: exact(0.1) }),
      simulateCell({ design: 'co-scheduled', change: 0.1, m: exact(0.08) }),
    ])
    const [unbiased, biased] = cells
    expect(unbiased).toMatchObject({ truth: 0.1, pairs: 20 })
    expect(unbiased!.lower).toBeLessThan(0)
    expect(unbiased!.upper).toBeGreaterThan(0)
    expect(biased!.bias).toBeCloseTo(-0.02, 2)
    expect(biased!.lower).toBeLessThan(-0.02)
    expect(biased!.upper).toBeGreaterThan(-0.02)
    expect(designs.map(({ design, status }) => [design, status])).toEqual([
      ['co-scheduled', 'exceeded'],
      ['lock-step', 'shown'],
    ])
  })

  it('is not shown to be small where the pairs are too noisy', () => {
    const noisy = simulateCell({ design: 'adjacent', change: -0.1, m: exact(-0.1), noise: 0.1 })
    expect(summarizeInterference([noisy]).designs).toMatchObject([
      { design: 'adjacent', status: 'not shown', cells: 1 },
    ])
  })

  it('takes the true size of injected work from adjacent runs, for every design', () => {
    const injected = { added: 'integers', change: -0.1, injectedMs: 2.2 } as const
    // 22 ms with 2.2 ms of injected work, in truth 11.1 % slower; sharing the CPU hides a part.
    const { cells, designs } = summarizeInterference([
      simulateCell({
        ...injected,
        design: 'adjacent',
        m: Math.log(22 / 19.8),
        baseMs: 19.8,
        noise: 0,
      }),
      simulateCell({ ...injected, design: 'co-scheduled', m: Math.log(1.095), baseMs: 23.76 }),
    ])
    for (const { truth } of cells) expect(truth).toBeCloseTo(-2.2 / 19.8, 6)
    expect(cells[1]!.bias).toBeCloseTo(2.2 / 19.8 - 0.095, 2)
    expect(designs).toMatchObject([
      { design: 'co-scheduled', status: 'exceeded', cpuRatio: expect.closeTo(1.2, 3) },
      { design: 'adjacent', status: 'shown', cpuRatio: 1 },
    ])
  })

  it('is not known without the adjacent cell that gives the true size', () => {
    const alone = simulateCell({
      added: 'integers',
      change: 0.1,
      injectedMs: 2,
      design: 'lock-step',
      m: exact(0.1),
    })
    const { cells, designs } = summarizeInterference([alone])
    expect(cells).toEqual([])
    expect(designs).toEqual([{ kind: 'memory', design: 'lock-step', cells: 0 }])
  })

  it('has figures that keep their schema', () => {
    const summary = summarizeInterference([simulateCell({ design: 'adjacent', change: 0, m: 0 })])
    expect(interferenceSummarySchema.parse(summary)).toEqual(summary)
  })
})

describe('the section of the page', () => {
  it('claims nothing before anything is measured', () => {
    const text = interferenceSection(undefined, '').join('\n')
    expect(text).toMatch(/None of the \d+ cells has been measured yet, so nothing is shown/)
    expect(text).not.toContain('exceeded')
  })

  it('lists every measured cell, and what each workload of the suite may use', () => {
    const injected = { kind: 'grid-search', added: 'integers', injectedMs: 2 } as const
    const cells = [
      simulateCell({ ...injected, design: 'adjacent', change: -0.1, m: Math.log(1.1) }),
      simulateCell({ ...injected, design: 'lock-step', change: -0.1, m: Math.log(1.1) }),
      simulateCell({ design: 'co-scheduled', change: 0.2, m: exact(0.2) }),
    ]
    const text = interferenceSection(summarizeInterference(cells), ' The host.').join('\n')
    expect(text).toMatch(/3 of \d+ cells measured on 2026-11-27 on commit `1a2b3c4`\. The host\./)
    expect(text).toMatch(/\| grid-search \| lock-step \| [+−]0\.\d\d \| (shown|not shown) \| 1 \|/)
    expect(text).toMatch(/\| memory \| co-scheduled \| — \| not measured \| 0 \| — \|/)
    expect(text).toMatch(/\| memory \| same \| 20 % faster \| \+20\.00 % \| [+−]?0\.\d\d \[/)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('the schedule', () => {
  const tasks = interferenceSchedule()
  const keys = tasks.map(({ kind, added, design, change }) => [kind, added, design, change].join())

  it('has every size in every design for every kind of kernel, and no cell twice', () => {
    expect(new Set(keys).size).toBe(keys.length)
    for (const design of ['co-scheduled', 'lock-step', 'adjacent'])
      for (const change of INTERFERENCE_SIZES)
        expect(keys).toContain(['Parquet decoding', 'same', design, change].join())
  })

  it('measures an injected effect in adjacent runs first, which give its true size', () => {
    for (const { kind, added, design, change } of tasks) {
      if (added === 'same' || design === 'adjacent') continue
      const place = keys.indexOf([kind, added, design, change].join())
      const adjacent = keys.indexOf([kind, added, 'adjacent', change].join())
      expect(adjacent).toBeGreaterThanOrEqual(0)
      expect(adjacent).toBeLessThan(place)
    }
  })

  it('begins with the cells by which designs are judged, and leaves out what is measured', () => {
    const judged = tasks.filter(({ change }) => Math.abs(change) === 0.1).length
    expect(tasks.slice(0, judged).every(({ change }) => Math.abs(change) === 0.1)).toBe(true)
    expect(interferenceLeft(tasks.slice(0, 5))).toEqual(tasks.slice(5))
  })
})

describe('reading cells', () => {
  const cell = simulateCell({ design: 'adjacent', change: 0.1, m: exact(0.1) })
  const fileOf = (lines: readonly unknown[], tail = '') => {
    const path = join(temporaryDirectory(), 'interference.jsonl')
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join('') + tail)
    return path
  }

  it('returns the cells of the file, and none without a file', () => {
    expect(readInterferenceCells(fileOf([cell]))).toEqual([cell])
    expect(readInterferenceCells(join(temporaryDirectory(), 'none.jsonl'))).toEqual([])
  })

  it.each([
    ['a line that is cut off', fileOf([cell], '{"kind":"mem'), /line 2 is not a cell \(not JSON/],
    ['a cell twice', fileOf([cell, cell]), /line 2: this cell .* is that of line 1; remove one/],
    [
      'a time of zero',
      fileOf([{ ...cell, pairs: [{ ...cell.pairs[0], baseline: 0 }, cell.pairs[1]] }]),
      /line 1 is not a cell \(pairs\.0\.baseline/,
    ],
    ['a verdict', fileOf([{ ...cell, bias: 0 }]), /line 1 is not a cell/],
  ])('refuses %s', (_, path, message) => {
    expect(() => readInterferenceCells(path)).toThrow(InvalidEvidenceError)
    expect(() => readInterferenceCells(path)).toThrow(message)
  })
})
