import { describe, expect, it } from 'vitest'
import type { JournalLine } from '../../harness/evidence/run-record.js'
import { createPace } from '../../harness/measurement/pace.js'
import { createProgress, type RunProgress } from '../../harness/progress.js'
import { createIo } from '../fixtures/bench.js'

const state: RunProgress = {
  workload: 'grid-search',
  pair: 7,
  pairs: 10,
  arm: 'candidate',
  elapsedMs: 72_000,
  remainingMs: 31_000,
  estimate: 0.398,
}

describe('progress', () => {
  it('redraws one line in a terminal, with bar, arm, pair, times and the estimate so far', () => {
    const { io, output } = createIo({ isTTY: true, env: {} })
    createProgress(io).run(state)
    expect(output.stderr).toBe(
      '\r\u001b[Kgrid-search   █████████████░░░░░░░░  pair 7/10  candidate  1m12s, about 31s left   39.8 % faster',
    )
  })

  it('never draws wider than the terminal, where a line would wrap and stay', () => {
    const { io, output } = createIo({ isTTY: true, env: {}, columns: 40 })
    createProgress(io).run(state)
    expect(output.stderr.replace('\r\u001b[K', '')).toHaveLength(39)
  })

  it.each([{ CI: 'true' }, { TERM: 'dumb' }])(
    'prints plain lines, one per pair, with %o',
    (env) => {
      const { io, output } = createIo({ isTTY: true, env })
      const progress = createProgress(io)
      progress.run({ workload: 'spin', pair: 1, pairs: 10, arm: 'baseline', elapsedMs: 0 })
      progress.run({ workload: 'spin', pair: 1, pairs: 10, arm: 'candidate', elapsedMs: 400 })
      progress.run(state)
      progress.done()
      expect(output.stderr.split('\n')).toEqual([
        'spin          pair 1/10  baseline   0s',
        'grid-search   pair 7/10  candidate  1m12s, about 31s left   39.8 % faster',
        '',
      ])
    },
  )

  it('says slower where the candidate takes longer', () => {
    const { io, output } = createIo()
    createProgress(io).run({ ...state, estimate: -0.188 })
    expect(output.stderr).toMatch(/ {3}18\.8 % slower\n$/)
  })

  it('keeps notes on lines of their own', () => {
    const { io, output } = createIo({ isTTY: true, env: {} })
    const progress = createProgress(io)
    progress.run(state)
    progress.note('spin pair 7 candidate failed: exited with code 3')
    progress.phase('pilot: spin')
    progress.done()
    expect(output.stderr).toContain('\r\u001b[Kspin pair 7 candidate failed: exited with code 3\n')
    expect(output.stderr.endsWith('\r\u001b[Kpilot: spin\r\u001b[K')).toBe(true)
    expect(output.stdout).toBe('')
  })
})

describe('the pace of the measuring phase', () => {
  const run = (warmupMs: number, wallMs: number, iterations: number) =>
    ({ warmupMs, wallMs, iterations }) as JournalLine

  it('counts what lies outside warm-up and timed iterations as overhead', () => {
    let clock = 1000
    const pace = createPace(() => clock)
    expect(pace.overheadShare()).toBeUndefined()
    expect(pace.now(20)).toEqual({ elapsedMs: 0 })
    clock = 2000
    pace.add(run(300, 20, 30))
    expect(pace.overheadShare()).toBeCloseTo(0.1, 12)
    clock = 3000
    pace.add({ workload: 'spin', pair: 1, arm: 'candidate', error: 'timed out', startedAt: '' })
    clock = 3500
    expect(pace.now(4)).toEqual({ elapsedMs: 2500, remainingMs: 5000 })
    expect(pace.overheadShare()).toBeCloseTo(0.55, 12)
  })
})
