import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import { appendLine, readJournal } from '../../../harness/evidence/journal.js'
import { digestOf } from '../../../harness/system/files.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const schema = z.strictObject({ run: z.number(), previous: z.string().optional() })
const PLAN = digestOf('the plan')

function written(count: number): string {
  const path = join(temporaryDirectory(), 'runs.jsonl')
  for (let run = 1; run <= count; run++) appendLine(path, { run }, PLAN)
  return path
}

describe('a journal', () => {
  it('carries the hash of the plan in its first line, and of the line before in all others', () => {
    const path = written(3)
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(readJournal(path, schema, PLAN).map(({ previous }) => previous)).toEqual([
      PLAN,
      digestOf(lines[0]!),
      digestOf(lines[1]!),
    ])
  })

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['dropped', ([one, , ...rest]) => [one!, ...rest], /line 2 does not follow line 1/],
    [
      'dropped at the start',
      ([, ...rest]) => rest,
      /plan\.json was changed: line 1 does not follow the plan/,
    ],
    [
      'changed',
      ([one, ...rest]) => [one!.replace('"run":1', '"run":7'), ...rest],
      /line 2 does not follow line 1/,
    ],
    [
      'moved',
      ([one, two, ...rest]) => [two!, one!, ...rest],
      /plan\.json was changed: line 1 does not follow the plan/,
    ],
    ['copied', ([one, ...rest]) => [one!, one!, ...rest], /line 2 does not follow line 1/],
    [
      'stripped of its hash',
      ([one, ...rest]) => [one!.replace(/,"previous":"[^"]*"/, ''), ...rest],
      /plan\.json was changed: line 1 does not follow the plan/,
    ],
  ])('in which a line was %s is refused', (_, tamper, message) => {
    const path = written(4)
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    writeFileSync(path, `${tamper(lines).join('\n')}\n`)
    expect(() => readJournal(path, schema, PLAN)).toThrow(InvalidEvidenceError)
    expect(() => readJournal(path, schema, PLAN)).toThrow(message)
  })

  it('of another plan is refused', () => {
    expect(() => readJournal(written(2), schema, digestOf('another plan'))).toThrow(
      /line 1 does not follow the plan; restore it or evaluate again/,
    )
  })

  it('from before lines were chained is read as it is', () => {
    const path = join(temporaryDirectory(), 'runs.jsonl')
    writeFileSync(path, '{"run":1}\n{"run":2}\n')
    expect(readJournal(path, schema, undefined)).toEqual([{ run: 1 }, { run: 2 }])
  })
})
