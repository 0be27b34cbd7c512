import { describe, expect, it } from 'vitest'
import type { BlockCounts } from '../../../harness/evidence/block-counts-schema.js'
import { renderDecision } from '../../../harness/record/decision-markdown.js'
import { recordText, toDecisionRecord } from '../../../harness/record/decision-record.js'
import { renderReport } from '../../../harness/report/report-html.js'
import { toReportSource } from '../../../harness/report/report-source.js'
import { simulateEvidence } from '../verdict/simulated-evidence.js'

const measured = simulateEvidence({
  seed: 5,
  pairs: 10,
  improvement: { 'grid-search': 0.4 },
  noise: 0.02,
})

const counts: BlockCounts = {
  schema: 'assay/block-counts@1',
  suite: 'assay',
  workload: 'grid-search',
  scale: 'standard',
  seed: 20251022,
  node: '20.20.2',
  processes: 2,
  arms: [
    { arm: 'baseline', stack: [] },
    { arm: 'candidate', stack: ['layer1'] },
  ],
  outcome: {
    kind: 'exact',
    functions: [
      {
        name: 'bars',
        file: 'engine/portal/long-table.ts',
        line: [40],
        calls: [1, 1],
        lines: [
          { at: [41], runs: [1, 1], steps: [1, 1] },
          { at: [42], runs: [1_000_000, 10_000], steps: [2_000_000, 20_000] },
        ],
      },
      {
        name: '<b>|`grouped`',
        file: 'engine/cache/groups.ts',
        line: [7],
        calls: [0, 50],
        lines: [{ at: [8], runs: [0, 50], steps: [0, 50] }],
      },
    ],
  },
}

const counted = { ...measured, blockCounts: { 'grid-search': counts } }
const record = toDecisionRecord(counted)

describe('executions in a record', () => {
  it('are absent where they were not counted, and change nothing else', () => {
    const without = toDecisionRecord(measured)
    expect(recordText(without)).not.toContain('executions')
    const { executions: _, ...workload } = record.workloads[0]!
    expect({ ...record, workloads: [workload, ...record.workloads.slice(1)] }).toEqual(without)
    expect(renderDecision(without, [])).not.toContain('How often the lines')
  })

  it('state the total, and the lines that changed most', () => {
    expect(record.workloads[0]!.executions).toMatchObject({
      kind: 'exact',
      processes: 2,
      against: 'baseline',
      before: 2_000_001,
      after: 20_051,
      changed: 2,
      lines: [
        { file: 'engine/portal/long-table.ts', line: 42, before: 1_000_000, after: 10_000 },
        { file: 'engine/cache/groups.ts', line: 8, before: 0, after: 50 },
      ],
      onlyAfter: { functions: 1, most: [{ line: 7, calls: 50 }] },
    })
    expect(record.workloads[1]).not.toHaveProperty('executions')
  })

  it('are a section of the page, with names escaped', () => {
    const page = renderDecision(record, [])
    expect(page).toContain('<summary>How often the lines of grid-search ran</summary>')
    expect(page).toContain('2,000,001 → 20,051 executions (−99.0 %) from baseline to candidate')
    expect(page).toContain('| engine/portal/long-table.ts line 42 | bars | 1,000,000 | 10,000 |')
    expect(page).not.toContain('<b>')
    expect(page).not.toMatch(/\n\n\n/)
  })

  it('are a section of the report', () => {
    const source = toReportSource({ record, records: [record], evidence: counted, profiles: [] })
    const html = renderReport(source)
    expect(html).toContain('<a href="#executions">How often lines ran</a>')
    expect(html).toContain('<bdi>engine/portal/long-table.ts line 42</bdi>')
    expect(html).toContain('1,000,000')
    expect(html).not.toContain('<b>|')
  })

  it('state why they are not compared', () => {
    const outcome = { kind: 'off', reason: 'lost-threads' } as const
    const off = toDecisionRecord({
      ...measured,
      blockCounts: { 'grid-search': { ...counts, outcome } },
    })
    expect(off.workloads[0]!.executions).toEqual({
      kind: 'off',
      processes: 2,
      reason: 'lost-threads',
    })
    expect(renderDecision(off, [])).toContain(
      'Executions are not compared: a worker thread ended before its counts could be taken.',
    )
  })
})
