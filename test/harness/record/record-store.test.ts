import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimEvidence, prepareRoot, writePlan } from '../../../harness/evidence/evidence-store.js'
import { readRecords, writeIndex } from '../../../harness/record/record-store.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { planWith } from '../verdict/simulated-evidence.js'

function preparedRoot(): string {
  const root = temporaryDirectory()
  prepareRoot(root)
  return root
}

describe('records', () => {
  it('are refused, with their path, where they do not have the expected shape', () => {
    const root = preparedRoot()
    writeFileSync(join(root, 'decisions', '0001-layer1.json'), '{"schema":"assay/decision@1"}')
    expect(() => readRecords(root)).toThrow(
      /0001-layer1\.json is not a decision record; restore it, or delete it with its markdown/,
    )
  })
})

describe('the index', () => {
  it('lists an evaluation that has a plan and no record yet', () => {
    const root = preparedRoot()
    const plan = planWith({})
    expect(claimEvidence(root, plan.layer)).toBe(plan.id)
    writePlan(root, plan)
    writeIndex(root)
    expect(readFileSync(join(root, 'decisions', 'README.md'), 'utf8')).toContain(plan.id)
  })
})
