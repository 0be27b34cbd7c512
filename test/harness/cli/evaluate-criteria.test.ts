import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { planSchema } from '../../../harness/evidence/evidence.js'
import { decisionRecordSchema } from '../../../harness/record/decision-record.js'
import { assay, type CommandResult, fixture, temporaryDirectory } from '../../fixtures/bench.js'

/**
 * Real processes, measured once for all criteria: the candidate takes 60 % less time than the
 * baseline and finds three of four in its cache.
 */
const root = temporaryDirectory()
const evidence = join(root, 'profiling-results')
const { suite } = (await import('../../fixtures/criteria-suite.mjs' as string)) as { suite: Suite }
const QUICK = `--workload spin --scale smoke --out ${root} --suite ${fixture('criteria-suite.mjs')}`

let measured: CommandResult

beforeAll(async () => {
  measured = await assay(`evaluate hits ${QUICK}`)
}, 120_000)

/** The layers compute the same: the runs of `hits` as those of another one, not decided yet. */
function takeOver(id: string, layer: string): void {
  cpSync(join(evidence, '0001-hits'), join(evidence, id), { recursive: true })
  const path = join(evidence, id, 'plan.json')
  const plan = planSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const { criterion } = suite.layers.find((one) => one.id === layer)!
  const stacks = { ...plan.stacks, candidate: [layer] }
  writeFileSync(path, JSON.stringify({ ...plan, id, layer, title: layer, criterion, stacks }))
}

describe('evaluating a layer held to', () => {
  it.each([
    [
      '0002-unchanged',
      'unchanged',
      'rejected',
      0,
      /certified changed by at least .* rejected \(certified-difference\)$/m,
      /: \*\*beyond\*\* the margin of 2 %/,
    ],
    [
      '0001-hits',
      'hits',
      'accepted',
      0,
      /cache\.hitRate 75\.0 % \(budget at least 60\.0 %\) {3}certified ≥ 75\.0 % .* {3}accepted$/m,
      /its mean cache\.hitRate is \*\*75\.0 %\*\*: accepted, certified at least 75\.0 %/,
    ],
    [
      '0003-uncounted',
      'uncounted',
      'inconclusive',
      3,
      /inconclusive \(counter-missing\)$/m,
      /did not count queue\.length/,
    ],
  ] as const)('%s: %s', async (id, layer, verdict, exitCode, line, page) => {
    if (layer !== 'hits') takeOver(id, layer)
    const { code, stdout } =
      layer === 'hits' ? measured : await assay(`evaluate ${layer} ${QUICK} --resume`)
    expect(code).toBe(exitCode)
    expect(stdout).toMatch(line)
    expect(stdout).toContain(`${id}.md`)
    const record = decisionRecordSchema.parse(
      JSON.parse(readFileSync(join(root, 'decisions', `${id}.json`), 'utf8')),
    )
    expect(record).toMatchObject({ layer, verdict, recordVersion: 2 })
    expect(readFileSync(join(root, 'decisions', `${id}.md`), 'utf8')).toMatch(page)
    expect((await assay(`replay ${id} --out ${root}`)).code).toBe(0)
    const list = await assay(`list --out ${root} --suite ${fixture('criteria-suite.mjs')}`)
    expect(list.stdout).toMatch(new RegExp(`${id} +${verdict}`))
  })
})
