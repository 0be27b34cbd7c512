import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibratedHost } from '../../../harness/calibrate/calibrated-host.js'
import {
  beginCalibration,
  calibrationId,
  isUnfinished,
  partId,
  publishCalibration,
  readCalibration,
  resultPath,
} from '../../../harness/calibrate/calibration-store.js'
import { quoteCalibration } from '../../../harness/calibrate/quote-calibration.js'
import type { CalibrationEvidence } from '../../../harness/calibrate/to-calibration.js'
import { calibrationQuoteSchema, type Environment } from '../../../harness/evidence/evidence.js'
import {
  appendRun,
  claimEvidence,
  evidenceOf,
  prepareRoot,
  unfinishedIds,
} from '../../../harness/evidence/evidence-store.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { planWith } from '../verdict/simulated-evidence.js'
import { simulateCalibration } from './simulated-calibration.js'

const MADE_AT = '2026-11-20T10:00:00.000Z'
const plan = planWith()
const good = simulateCalibration()
const { environment } = good.aa
const id = calibrationId(calibratedHost(environment, plan), 'standard')

/** Writes a simulated calibration to the place of a measured one. */
function store(root: string, evidence: CalibrationEvidence = good) {
  prepareRoot(root)
  beginCalibration(root, id, evidence)
  for (const part of ['aa', 'injected'] as const) {
    for (const run of evidence[part].runs) appendRun(root, partId(id, part), run)
  }
  return publishCalibration(root, id)
}

function stored(evidence?: CalibrationEvidence): string {
  const root = temporaryDirectory()
  store(root, evidence)
  return root
}

function quote(
  root: string,
  days: number,
  change: Partial<Environment> = {},
  planned: Partial<typeof plan> = {},
) {
  const now = new Date(Date.parse(MADE_AT) + days * 86_400_000)
  const query = {
    root,
    environment: { ...environment, ...change },
    plan: { ...plan, ...planned },
    command: 'calibrate',
  }
  return calibrationQuoteSchema.parse(quoteCalibration(query, now))
}

describe('the quote of a calibration', () => {
  const root = stored()

  it('has the status, the age, and the noise of the workloads that it covers', () => {
    expect(quote(root, 3)).toEqual({
      status: 'passed',
      madeAt: MADE_AT,
      ageDays: 3,
      command: 'calibrate',
      workloads: [{ id: 'grid-search', class: 'GREEN', effectiveSd: expect.closeTo(0.014, 2) }],
      checks: [
        {
          workload: 'grid-search',
          identical: {
            improvement: expect.closeTo(0, 1),
            ci95: [expect.closeTo(0, 1), expect.closeTo(0, 1)],
          },
          // The simulated runs do not time their kernel, so the planned size stands.
          injected: {
            realised: 0.08,
            improvement: expect.closeTo(0.08, 1),
            ci95: [expect.closeTo(0.08, 1), expect.closeTo(0.08, 1)],
          },
        },
      ],
    })
  })

  it('is stale after 30 days, and not earlier', () => {
    expect(quote(root, 30).status).toBe('passed')
    expect(quote(root, 30.01).status).toBe('stale')
  })

  it('has an age of zero if the clock was set back', () => {
    expect(quote(root, -2)).toMatchObject({ status: 'passed', ageDays: 0 })
  })

  it.each<[string, Partial<Environment>, Partial<typeof plan>]>([
    ['another Node', { node: '99.0.0' }, {}],
    ['other flags of Node', { nodeFlags: [] }, {}],
    ['another processor', { cpuModel: 'abacus' }, {}],
    ['more processors', { cpuCount: 64 }, {}],
    ['more memory', { memoryBytes: 64 * 2 ** 30 }, {}],
    ['another platform', { platform: 'darwin arm64' }, {}],
    ['another scale', {}, { scale: 'smoke' }],
    ['another metric', {}, { metric: 'wall' }],
    ['another suite', {}, { suite: 'other' }],
    ['other workloads', {}, { workloads: [{ ...plan.workloads[0]!, id: 'other' }] }],
  ])('is missing for %s', (_, change, planned) => {
    expect(quote(root, 3, change, planned)).toEqual({
      status: 'missing',
      command: 'calibrate',
      workloads: [],
    })
  })

  it('is the same for slightly more memory and another load', () => {
    expect(
      quote(root, 3, { memoryBytes: environment.memoryBytes + 2 ** 20, loadAverage: [9, 9, 9] })
        .status,
    ).toBe('passed')
  })

  it('stays failed at any age and for any workload', () => {
    const failed = stored(simulateCalibration({ bias: -0.03, pairs: 80 }))
    expect(quote(failed, 3).status).toBe('failed')
    expect(quote(failed, 300).status).toBe('failed')
    expect(
      quote(failed, 3, {}, { workloads: [{ ...plan.workloads[0]!, id: 'other' }] }),
    ).toMatchObject({
      status: 'failed',
      workloads: [],
    })
  })
})

describe('a calibration on disk', () => {
  it('is replaced by the next one as a whole', () => {
    const root = stored(simulateCalibration({ bias: -0.03, pairs: 80 }))
    const newer = store(root)
    expect(newer.verdict).toBe('passed')
    expect(readCalibration(root, id)).toEqual(newer)
    expect(isUnfinished(root, id)).toBe(false)
  })

  it('is read only when it is complete', () => {
    const root = temporaryDirectory()
    prepareRoot(root)
    beginCalibration(root, id, good)
    expect(isUnfinished(root, id)).toBe(true)
    expect(readCalibration(root, id)).toBeUndefined()
    expect(quote(root, 0).status).toBe('missing')
  })

  it('takes no record number, and is not listed as an unfinished evaluation', () => {
    const root = stored()
    beginCalibration(root, id, good)
    expect(unfinishedIds(root)).toEqual([])
    expect(claimEvidence(root, 'layer1')).toBe('0001-layer1')
  })

  it.each<[string, RegExp, (folder: string) => void]>([
    [
      'a changed run',
      /runs\.jsonl is not the file that .*calibration\.json was derived from/,
      (folder) => edit(join(folder, 'aa', 'runs.jsonl'), /"gcCount":9/, '"gcCount":8'),
    ],
    [
      'an added run',
      /runs\.jsonl does not hold a run in line 41/,
      (folder) => appendFileSync(join(folder, 'injected', 'runs.jsonl'), '{}\n'),
    ],
    [
      'a removed plan',
      /plan\.json is missing/,
      (folder) => rmSync(join(folder, 'injected', 'plan.json')),
    ],
    [
      'an added file',
      /notes\.txt is not the file that .* was derived from/,
      (folder) => writeFileSync(join(folder, 'aa', 'notes.txt'), ''),
    ],
    [
      'a changed verdict',
      /calibration\.json differs from what its runs yield/,
      (folder) =>
        edit(join(folder, 'calibration.json'), /"verdict": "failed"/g, '"verdict": "passed"'),
    ],
    [
      'a changed figure',
      /calibration\.json differs from what its runs yield/,
      (folder) => edit(join(folder, 'calibration.json'), /"n": 40/, '"n": 41'),
    ],
    [
      'invalid text',
      /calibration\.json is not a valid calibration/,
      (folder) => writeFileSync(join(folder, 'calibration.json'), '{}'),
    ],
  ])('with %s is an error that names the file, never a calibration', (_, message, damage) => {
    const root = stored(simulateCalibration({ bias: -0.03, pairs: 80 }))
    damage(join(evidenceOf(root), id))
    expect(() => quote(root, 3)).toThrow(message)
    expect(() => quote(root, 3)).toThrow(expect.objectContaining({ exitCode: 5 }))
  })

  it('is JSON with a schema name and without null or NaN', () => {
    const root = stored()
    const text = readFileSync(resultPath(root, id), 'utf8')
    expect(text).toContain('"schema": "assay/calibration@1"')
    expect(text).not.toMatch(/null,\n.*"verdict"|NaN/)
  })
})

function edit(path: string, what: RegExp, by: string): void {
  const text = readFileSync(path, 'utf8')
  const changed = text.replace(what, by)
  expect(changed).not.toBe(text)
  writeFileSync(path, changed)
}
