import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Suite } from '../../../harness/contract.js'
import { decisionRecordSchema } from '../../../harness/record/decision-record.js'
import { assay, type CommandResult, fixture, temporaryDirectory } from '../../fixtures/bench.js'
import { unfinishedAs } from '../../fixtures/evaluated.js'

/**
 * Real processes, measured once for all criteria: the candidate takes 60 % less time than the
 * baseline and finds three of four in its cache.
 */
const measuredRoot = temporaryDirectory()
const { suite } = (await import('../../fixtures/criteria-suite.mjs' as string)) as { suite: Suite }
const QUICK = `--workload spin --scale smoke --design lock-step --suite ${fixture('criteria-suite.mjs')}`

let measured: CommandResult

beforeAll(async () => {
  measured = await assay(`evaluate hits ${QUICK} --out ${measuredRoot}`)
}, 120_000)

/** The layers compute the same, so the others are judged by the runs of `hits`. */
async function judge(id: string): Promise<CommandResult & { readonly root: string }> {
  if (id === 'hits') return { ...measured, root: measuredRoot }
  const layer = suite.layers.find((one) => one.id === id)!
  const root = unfinishedAs(layer, { root: measuredRoot }, '0001-hits')
  return { ...(await assay(`evaluate ${id} ${QUICK} --resume --out ${root}`)), root }
}

describe('evaluating a layer held to', () => {
  it.each([
    [
      'unchanged',
      'rejected',
      0,
      /sure of changed by at least .* rejected \(certified-difference\)$/m,
      /^\| spin \| .* \| changed by at least .* \| within ± 2 % \| rejected \|$/m,
    ],
    [
      'hits',
      'accepted',
      0,
      /cache\.hitRate 75\.0 % {3}sure of ≥ 75\.0 %, .* \(needs ≥ 60\.0 %\) .* {3}accepted$/m,
      /^\| spin \| .* \| cache\.hitRate \*\*75\.0 %\*\* \| .* \| at least 75\.0 % \| ≥ 60\.0 % \| accepted \|$/m,
    ],
    [
      'uncounted',
      'inconclusive',
      3,
      /inconclusive \(counter-missing\)$/m,
      /did not count queue\.length/,
    ],
  ] as const)('%s: %s', async (layer, verdict, exitCode, line, page) => {
    const { code, stdout, root } = await judge(layer)
    const id = `0001-${layer}`
    expect(code).toBe(exitCode)
    expect(stdout).toMatch(line)
    expect(stdout).toContain(`${id}.md`)
    const record = decisionRecordSchema.parse(
      JSON.parse(readFileSync(join(root, 'decisions', `${id}.json`), 'utf8')),
    )
    expect(record).toMatchObject({ layer, verdict, recordVersion: 3 })
    expect(readFileSync(join(root, 'decisions', `${id}.md`), 'utf8')).toMatch(page)
    expect((await assay(`replay ${id} --out ${root}`)).code).toBe(0)
    const list = await assay(`list --out ${root} --suite ${fixture('criteria-suite.mjs')}`)
    expect(list.stdout).toMatch(new RegExp(`${id} +${verdict}`))
  })
})
