import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../../harness/errors.js'
import { studyPool } from '../../../scenarios/error-rates/recorded-study.js'
import { readRecording } from '../../../scenarios/error-rates/recording.js'
import { toRunRecord } from '../../../scenarios/error-rates/timed-pair.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const HEADER = 'workload,pair,arm,position,cpu_ms,wall_ms'
const ROWS = Array.from({ length: 40 }, (_, pair) => [
  `sma,${pair},B,0,${10 + (pair % 3)},11`,
  `sma,${pair},A,1,${10 + (pair % 5)},12`,
]).flat()

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(temporaryDirectory(), name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

describe('a recording', () => {
  it('holds the pairs of every pool in the order they ran', () => {
    const { pools, sha256 } = readRecording(fileOf('noise.csv', [HEADER, ...ROWS]))
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(pools.map(({ pool, pairs }) => [pool, pairs.length])).toEqual([['sma', 40]])
    expect(pools[0]?.pairs[4]).toEqual({
      a: { cpuMs: 14, wallMs: 12, position: 'second' },
      b: { cpuMs: 11, wallMs: 11, position: 'first' },
    })
  })

  it('may be a journal: voided pairs do not count', () => {
    const lines = Array.from({ length: 42 }, (_, index) =>
      (['baseline', 'candidate'] as const).map((arm, place) =>
        JSON.stringify({
          ...toRunRecord(
            { cpuMs: 10 + place, wallMs: 11, position: place === 0 ? 'first' : 'second' },
            index + 1,
            arm,
          ),
          ...(index < 2 && { voided: 'steal 7 %' }),
        }),
      ),
    ).flat()
    const { pools } = readRecording(fileOf('runs.jsonl', lines))
    expect(pools.map(({ pool, pairs }) => [pool, pairs.length])).toEqual([['recorded', 40]])
    expect(pools[0]?.pairs[0]).toMatchObject({
      a: { cpuMs: 10, position: 'first' },
      b: { cpuMs: 11, position: 'second' },
    })
  })

  it.each([
    ['a row without a time', [HEADER, 'sma,0,A,0,,1'], /line 2: cpu_ms: /],
    ['an unknown arm', [HEADER, 'sma,0,C,0,1,1'], /line 2: arm: /],
    [
      'half a pair',
      [HEADER, ...ROWS.slice(1)],
      /pair 0 is not one A and one B at different positions/,
    ],
    ['too few pairs', [HEADER, ...ROWS.slice(2)], /39 pairs, and 40 are needed; record more$/],
    ['no rows', [HEADER], /holds no runs/],
  ])('is refused with %s', (_, lines, message) => {
    const path = fileOf('noise.csv', lines)
    expect(() => readRecording(path)).toThrow(InputError)
    expect(() => readRecording(path)).toThrow(message)
  })

  it('is refused where a line of a journal is not a run', () => {
    expect(() => readRecording(fileOf('runs.jsonl', ['{}']))).toThrow(
      /line 1 is not a run; give a runs\.jsonl written by assay$/,
    )
  })
})

describe('the study of a pool', () => {
  const [pool] = readRecording('test/golden/aa-noise.csv').pools

  it('is the same every time, with the given number of windows', () => {
    const cells = studyPool(pool?.pairs ?? [], 50)
    expect(studyPool(pool?.pairs ?? [], 50)).toEqual(cells)
    for (const { rule, tally } of cells)
      expect(tally.trials).toBe(/^(naive|compare)/.test(rule) ? 80 : 50)
  })

  it('accepts more the larger the improvement, and fails the gate more the larger the slowdown', () => {
    const cells = studyPool(pool?.pairs ?? [], 100)
    const counts = (rule: string, verdict: 'accepted' | 'rejected') =>
      cells
        .filter((cell) => cell.rule === rule)
        .sort((a, b) => a.change - b.change)
        .map(({ tally }) => tally[verdict])
    expect(counts('improvement-40', 'accepted')).toEqual(
      counts('improvement-40', 'accepted').sort((a, b) => a - b),
    )
    expect(counts('gate', 'rejected')).toEqual(counts('gate', 'rejected').sort((a, b) => b - a))
  })
})
