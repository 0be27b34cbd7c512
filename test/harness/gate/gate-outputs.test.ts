import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clearOutputs, makeCaseFolder } from '../../../harness/gate/gate-outputs.js'
import { gateOutput } from '../../../harness/measurement/written-files.js'
import { filesBelow } from '../../../harness/system/files.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const PLANS = ['pure', 'everyday', 'pure-confirmation', 'everyday-confirmation']

/** A folder as a gate leaves it. */
function outputs(): string {
  const out = temporaryDirectory()
  for (const plan of PLANS) writeFileSync(join(makeCaseFolder(out, plan), 'plan.json'), '{}')
  return out
}

describe('the outputs of a gate', () => {
  it('do not make the source of the next gate dirty', () => {
    const out = outputs()
    const written = filesBelow(out)
    expect(written).toHaveLength(PLANS.length + 1)
    const isOutput = gateOutput(out)
    expect(written.filter((name) => !isOutput(join(out, name)))).toEqual([])
    expect(isOutput(join(out, 'cases', 'notes.md'))).toBe(false)
  })

  it('are removed by the next gate, if all of it is from a gate', () => {
    const out = outputs()
    mkdirSync(join(out, 'cases', 'mine'))
    expect(() => clearOutputs(out)).toThrow(
      `${join(out, 'cases', 'mine')} was not written by assay`,
    )
    expect(filesBelow(out)).toHaveLength(PLANS.length + 1)
    const other = outputs()
    clearOutputs(other)
    expect(filesBelow(other)).toEqual([])
  })
})
