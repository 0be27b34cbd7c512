import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimEvidence, prepareRoot, writePlan } from '../../../harness/evidence/evidence-store.js'
import { sweepEvidence } from '../../../harness/evidence/sweep.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { planWith } from '../verdict/simulated-evidence.js'

const { pid: gone } = spawnSync(process.execPath, ['--version'])

describe('the sweep of an evidence root', () => {
  it('removes numbers without a plan and unfinished writes of processes that are gone', () => {
    const root = temporaryDirectory()
    prepareRoot(root)
    const planned = claimEvidence(root, 'layer1')
    writePlan(root, planWith({ id: planned }))
    const unplanned = claimEvidence(root, 'layer2')
    const folder = (id: string) => join(root, 'profiling-results', id)
    writeFileSync(join(folder(unplanned), 'environment.json'), '{}')
    writeFileSync(join(folder(planned), `.runs.jsonl.${gone}`), '')
    mkdirSync(join(folder(planned), `.grid-search.${gone}`))
    writeFileSync(join(folder(planned), `.plan.json.${process.pid}`), '')
    writeFileSync(join(root, 'decisions', `.README.md.${gone}`), '')
    writeFileSync(join(root, 'reports', '.notes'), '')
    expect(sweepEvidence(root)).toHaveLength(4)
    expect(existsSync(folder(unplanned))).toBe(false)
    expect(readdirSync(folder(planned)).sort()).toEqual([
      `.plan.json.${process.pid}`,
      'plan.json',
      'runs.jsonl',
    ])
    expect(readdirSync(join(root, 'decisions'))).toEqual([])
    expect(readdirSync(join(root, 'reports'))).toEqual(['.notes'])
    expect(sweepEvidence(root)).toEqual([])
  })

  it('keeps a folder that holds anything else', () => {
    const root = temporaryDirectory()
    prepareRoot(root)
    const folder = join(root, 'profiling-results', claimEvidence(root, 'layer1'))
    writeFileSync(join(folder, 'notes.md'), 'mine')
    expect(sweepEvidence(root)).toEqual([])
    expect(readdirSync(folder)).toEqual(['notes.md'])
  })

  it('leaves numbers alone that files of the user have', () => {
    const root = temporaryDirectory()
    prepareRoot(root)
    writeFileSync(join(root, 'decisions', '0004-use-postgres.md'), 'mine')
    expect(claimEvidence(root, 'layer1')).toBe('0005-layer1')
  })
})
