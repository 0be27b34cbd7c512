import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrationSchema } from '../../../harness/calibrate/calibration.js'
import { quoteCalibration } from '../../../harness/calibrate/quote-calibration.js'
import { calibrateShortly, isShortDue } from '../../../harness/cli/calibrate-shortly.js'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import type { Metric } from '../../../harness/contract.js'
import type { EvaluateCommand } from '../../../harness/evaluation/plan.js'
import type { CalibrationQuote } from '../../../harness/evidence/evidence.js'
import { readEnvironment } from '../../../harness/measurement/environment.js'
import { nodeFlagsFor } from '../../../harness/measurement/run-environment.js'
import { decisionRecordSchema } from '../../../harness/record/record-schema.js'
import { assay, createIo, temporaryDirectory } from '../../fixtures/bench.js'
import { parseWords } from './parse-words.js'

describe('whether a short calibration is due', () => {
  const quote: CalibrationQuote = { status: 'missing', command: 'assay calibrate', workloads: [] }
  const short = { workload: 'host-check', scale: 'smoke' as const }

  it('only if the host has none, or its short one is old, undecidable or failed', () => {
    expect(isShortDue(quote)).toBe(true)
    for (const status of ['stale', 'undecidable', 'failed'] as const)
      expect(isShortDue({ ...quote, status, short })).toBe(true)
    expect(isShortDue({ ...quote, status: 'passed', short })).toBe(false)
  })

  it('never instead of a long one', () => {
    for (const status of ['passed', 'stale', 'undecidable', 'failed'] as const)
      expect(isShortDue({ ...quote, status })).toBe(false)
  })
})

const parse = (...words: string[]) =>
  parseWords(evaluateCommand, ['faster', ...words], process.cwd()) as EvaluateCommand

/** The short calibration before an evaluation. */
function check(root: string, mostMs?: number) {
  const { io, output } = createIo()
  const command = parse('--workload', 'spin', '--scale', 'smoke', '--out', root)
  return calibrateShortly({
    command,
    packageVersion: '0',
    io,
    metric: 'cpu',
    ...(mostMs !== undefined && { mostMs }),
  }).then(() => output)
}

function calibrationsIn(root: string): { readonly folder: string; readonly names: string[] } {
  const calibrations = join(root, 'profiling-results', 'calibration')
  const [fingerprint = ''] = existsSync(calibrations) ? readdirSync(calibrations) : []
  const folder = join(calibrations, fingerprint)
  return { folder, names: fingerprint === '' ? [] : readdirSync(folder) }
}

describe('a short calibration', () => {
  const root = temporaryDirectory()

  it('is made of identical arms and of a known effect, and stored beside the long ones', async () => {
    const { stderr } = await check(root, 600_000)
    expect(stderr).toContain('checking this host: identical arms, and a known effect\n')
    const { folder, names } = calibrationsIn(root)
    expect(names).toEqual(['short'])
    const stored = calibrationSchema.parse(
      JSON.parse(readFileSync(join(folder, 'short', 'calibration.json'), 'utf8')),
    )
    expect(stored).toMatchObject({ schema: 'assay/calibration@2', scale: 'smoke' })
    const [{ identical, injected } = { identical: undefined, injected: undefined }] =
      stored.workloads
    expect(identical?.attempts[0]?.n).toBe(10)
    expect(injected?.attempts[0]?.realised).toBeGreaterThan(0.02)
  }, 600_000)

  it('stands for every suite, scale and workload', () => {
    const environment = readEnvironment(nodeFlagsFor('cpu'))
    const quoteFor = (metric: Metric) =>
      quoteCalibration(
        {
          root,
          environment,
          plan: { metric, suite: 'another', scale: 'production', workloads: [] },
          command: 'assay calibrate',
        },
        new Date(),
      )
    expect(quoteFor('cpu')).toMatchObject({ short: { workload: 'host-check', scale: 'smoke' } })
    expect(quoteFor('wall').status).toBe('missing')
  })

  it('is quoted by an evaluation, which then does not warn that there is none', async () => {
    const { code, stdout } = await assay(
      `evaluate faster --workload spin --scale smoke --json --out ${root}`,
    )
    expect(code).toBe(0)
    const { calibration, warnings } = decisionRecordSchema.parse(JSON.parse(stdout))
    expect(calibration).toMatchObject({
      short: { workload: 'host-check', scale: 'smoke' },
      checks: [
        { workload: 'host-check', identical: { ci95: [expect.any(Number), expect.any(Number)] } },
      ],
    })
    expect(warnings.map(({ code: warning }) => warning)).not.toContain('calibration-missing')
    expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
  }, 240_000)

  it('is given up, with nothing left, if it would take too long', async () => {
    const other = temporaryDirectory()
    const { stderr } = await check(other, 1)
    expect(stderr).toMatch(/this host was not checked within .*: /)
    expect(existsSync(join(other, 'profiling-results', 'calibration'))).toBe(false)
  }, 240_000)
})
