import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { campaignLedgerSchema } from '../../../harness/record/campaign-ledger.js'
import { decisionRecordSchema } from '../../../harness/record/decision-record.js'
import {
  assay,
  type CommandResult,
  createIo,
  kernelSuite,
  temporaryDirectory,
} from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

const root = temporaryDirectory()
const suite = writeSmallSuite(
  root,
  `{ workload: { passes: { smoke: PASSES, standard: PASSES, production: PASSES } } }`,
  'const PASSES = { warmup: 1, iterations: 6 }',
)
const WORDS = `evaluate less --campaign spring --scale smoke --max-pairs 10 --no-calibration --suite ${suite} --out ${root}`
const LEDGER = join('decisions', 'campaigns', 'spring.json')

const ledger = (from = root) =>
  campaignLedgerSchema.parse(JSON.parse(readFileSync(join(from, LEDGER), 'utf8')))

/** The command, interrupted as by Ctrl-C when a text appears. */
async function interruptedAt(text: string): Promise<CommandResult> {
  const { io, output, interrupt } = createIo({})
  const listening = {
    ...io,
    stderr: (line: string) => {
      io.stderr(line)
      if (output.stderr.endsWith(line) && line.includes(text)) interrupt()
    },
  }
  const code = await runCli(WORDS.split(' '), kernelSuite, listening)
  return { code, ...output }
}

// One story: each step begins where the one before it ended.
describe('assay evaluate <layer> --campaign <name>', () => {
  it('interrupted in its screening keeps the candidate, and prints how to continue', async () => {
    const { code, stdout, stderr } = await interruptedAt('pair 3/')
    expect(code).toBe(130)
    expect(stdout).toMatch(/^campaign spring, candidate 1: screening\nless · /)
    expect(stderr).toContain(
      `candidate 1 is kept; continue with: npx assay evaluate less --scale smoke --max-pairs 10 --suite ${suite} --campaign spring --resume --out ${root}\n`,
    )
    expect(ledger().candidates).toMatchObject([{ candidate: 1, outcome: 'unfinished' }])
    expect((await assay(`check --out ${root}`)).code).toBe(0)
  })

  it('continued, screens and confirms by itself; only the confirmation accepts', async () => {
    const { code, stdout, stderr } = await assay(`${WORDS} --resume --json`)
    expect(code).toBe(0)
    const record = decisionRecordSchema.parse(JSON.parse(stdout))
    expect(record).toMatchObject({
      id: '0002-less',
      verdict: 'accepted',
      regime: { alpha: 0.025 },
      campaign: { round: 'confirmation', candidate: 1, confirmation: 1, screening: '0001-less' },
    })
    expect(stderr).toContain('\npassed screening ')
    expect(stderr).toMatch(
      /campaign spring: candidate 1 is accepted · error budget 5\.00 %: spent 0\.00 %, left 5\.00 %\n$/,
    )
    expect(ledger()).toMatchObject({ spent: 0, candidates: [{ outcome: 'accepted' }] })
  }, 60_000)

  it('is listed with what is spent and left, and is derived again by check and replay', async () => {
    const listed = await assay(`list --suite ${suite} --out ${root}`)
    expect(listed.stdout).toMatch(
      /\ncampaigns\n {2}spring {2}1 candidate {2}1 accepted {2}error budget 5\.00 %: spent 0\.00 %/,
    )
    expect((await assay(`check --out ${root}`)).stdout).toMatch(/^2 records, 0 unfinished/)
    const replayed = await assay(`replay --all --out ${root}`)
    expect({ code: replayed.code, stderr: replayed.stderr }).toEqual({ code: 0, stderr: '' })
    expect(replayed.stdout).toContain('0001-less  passed screening  reproduced from ')
  })

  it.each<[string, (copy: string) => void, RegExp]>([
    [
      'was changed',
      (copy) => {
        const path = join(copy, LEDGER)
        writeFileSync(path, readFileSync(path, 'utf8').replace('"accepted"', '"rejected"'))
      },
      /spring\.json does not follow from the records of the campaign; restore it, or write it again with: .*replay.*--all --rewrite/,
    ],
    [
      'is damaged',
      (copy) => writeFileSync(join(copy, LEDGER), '{'),
      /spring\.json was changed or damaged; restore it, or write it again/,
    ],
    [
      'is missing',
      (copy) => rmSync(join(copy, LEDGER)),
      /spring\.json is missing|campaigns is empty; delete it/,
    ],
    [
      'is foreign',
      (copy) => writeFileSync(join(copy, 'decisions', 'campaigns', 'autumn.json'), '{}'),
      /autumn\.json was not written by assay, or its record is missing; move it elsewhere/,
    ],
    [
      'is a folder',
      (copy) => mkdirSync(join(copy, 'decisions', 'campaigns', 'winter')),
      /winter was not written by assay/,
    ],
  ])('is named by check and replay where its ledger %s (exit 5)', async (_, change, message) => {
    const copy = temporaryDirectory()
    cpSync(root, copy, { recursive: true })
    change(copy)
    const checked = await assay(`check --out ${copy}`)
    expect({ code: checked.code, stdout: checked.stdout }).toEqual({
      code: 5,
      stdout: expect.stringMatching(message),
    })
    const replayed = await assay(`replay --all --out ${copy}`)
    expect({ code: replayed.code, stderr: replayed.stderr }).toEqual({
      code: 5,
      stderr: expect.stringMatching(message),
    })
  })

  it('writes a changed ledger again with replay --all --rewrite', async () => {
    const copy = temporaryDirectory()
    cpSync(root, copy, { recursive: true })
    rmSync(join(copy, LEDGER))
    expect((await assay(`replay --all --rewrite --out ${copy}`)).code).toBe(0)
    expect(readFileSync(join(copy, LEDGER), 'utf8')).toBe(readFileSync(join(root, LEDGER), 'utf8'))
    expect((await assay(`check --out ${copy}`)).code).toBe(0)
  })

  it('has nothing to resume once its candidate has ended', async () => {
    const { code, stderr } = await assay(`${WORDS} --resume`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/nothing to resume: the newest candidate of the campaign spring, 1/)
    const other = await assay(`${WORDS} --campaign-budget 10%`)
    expect(other.code).toBe(2)
    expect(other.stderr).toMatch(/--campaign-budget 10 %: the campaign spring began with 5 %/)
  })
})
