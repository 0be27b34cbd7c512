import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import {
  FRESH_CELL_NAMES,
  FRESH_CELLS,
  type FreshDecision,
  readFreshDecisions,
} from '../../../scenarios/error-rates/fresh-decision.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { simulateDecisions } from './simulated-decisions.js'

const decisions = simulateDecisions({ none: 2, '12% slower': 1 }, 10)

function fileOf(text: string): string {
  const path = join(temporaryDirectory(), 'fresh-decisions.jsonl')
  writeFileSync(path, text)
  return path
}

const lines = (members: readonly unknown[]) =>
  members.map((one) => `${JSON.stringify(one)}\n`).join('')
const changed = (change: Record<string, unknown>) =>
  lines([{ ...(decisions[0] as FreshDecision), ...change }])

describe('reading fresh decisions', () => {
  it('returns the decisions of the file, in order', () => {
    expect(readFreshDecisions(fileOf(lines(decisions)))).toEqual(decisions)
  })

  it('returns none without a file', () => {
    expect(readFreshDecisions(join(temporaryDirectory(), 'none.jsonl'))).toEqual([])
  })

  it.each([
    [
      'a last line that is cut off',
      lines(decisions).slice(0, -40),
      /line 3 is not a fresh decision \(not JSON, perhaps cut off/,
    ],
    [
      'a change that is not the one of its cell',
      changed({ change: 0.03 }),
      /line 1 .*change is not the one of its cell/,
    ],
    [
      'a time of zero',
      changed({ runs: [{ ...decisions[0]?.runs[0], cpuMs: 0 }] }),
      /line 1 .*runs\.0\.cpuMs/,
    ],
    ['a verdict', changed({ verdict: 'accepted' }), /line 1 is not a fresh decision/],
    ['no runs', changed({ runs: [] }), /line 1 .*runs/],
    [
      'a decision that stands there twice',
      lines([...decisions, decisions[1]]),
      /line 4: this decision started at \S+, like that of line 2; remove one of the two, since a decision must not count twice$/,
    ],
    [
      'a decision that was measured twice',
      lines([
        ...decisions,
        { ...(decisions[2] as FreshDecision), startedAt: '2026-11-22T00:00:00.000Z' },
      ]),
      /line 4: this decision has seed 5000 \(12 % slower, grid-search\), like that of line 3; remove one of the two/,
    ],
  ])('refuses %s', (_, text, message) => {
    const path = fileOf(text)
    expect(() => readFreshDecisions(path)).toThrow(InvalidEvidenceError)
    expect(() => readFreshDecisions(path)).toThrow(message)
  })

  it('names every cell by its signed improvement', () => {
    for (const cell of FRESH_CELL_NAMES) {
      const [, percent, direction] = /^(?:none|(\d+)% (faster|slower))$/.exec(cell) ?? []
      expect(FRESH_CELLS[cell]).toBe(
        (direction === 'slower' ? -1 : 1) * (Number(percent ?? 0) / 100),
      )
    }
  })
})
