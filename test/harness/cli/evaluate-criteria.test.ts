import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decisionRecordSchema } from '../../../harness/record/decision-record.js'
import { assay, fixture, temporaryDirectory } from '../../fixtures/bench.js'

/**
 * Real processes: the candidate takes 60 % less time than the baseline and finds three of four in
 * its cache.
 */
const root = temporaryDirectory()
const QUICK = `--workload spin --scale smoke --out ${root} --suite ${fixture('criteria-suite.mjs')}`

describe('evaluating a layer held to', () => {
  it.each([
    [
      'unchanged',
      'rejected',
      0,
      /certified changed by at least .* rejected \(certified-difference\)$/m,
      /: \*\*beyond\*\* the margin of 2 %/,
    ],
    [
      'hits',
      'accepted',
      0,
      /cache\.hitRate 75\.0 % \(budget of at least 60\.0 %\) {3}certified ≥ 75\.0 % .* {3}accepted$/m,
      /its cache\.hitRate is \*\*75\.0 %\*\*, certified at least 75\.0 %/,
    ],
    [
      'uncounted',
      'inconclusive',
      3,
      /inconclusive \(counter-missing\)$/m,
      /did not count queue\.length/,
    ],
  ] as const)('%s: %s', async (layer, verdict, exitCode, line, page) => {
    const { code, stdout } = await assay(`evaluate ${layer} ${QUICK}`)
    expect(code).toBe(exitCode)
    expect(stdout).toMatch(line)
    const id = /(\d{4}-[a-z]+)\.md/.exec(stdout)![1]!
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
