import { describe, expect, it } from 'vitest'
import { calibrationSchema } from '../../../harness/calibrate/calibration.js'
import {
  identicalTrial,
  toCalibration,
  workloadsInNeed,
} from '../../../harness/calibrate/to-calibration.js'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { type SimulatedCalibration, simulateCalibration } from './simulated-calibration.js'

function calibrated(simulation: SimulatedCalibration = {}) {
  const calibration = toCalibration(simulateCalibration(simulation))
  return { calibration, workload: calibration.workloads[0]! }
}

describe('a harness that is not biased', () => {
  const { calibration, workload } = calibrated()

  it('passes without a reason or a warning', () => {
    expect(calibration.verdict).toBe('passed')
    expect(workload).toMatchObject({ verdict: 'passed', reasons: [], warnings: [], class: 'GREEN' })
    expect(workload.identical.attempts).toHaveLength(1)
    expect(workload.injected.attempts).toMatchObject([{ n: 20, outcome: 'seen' }])
  })

  it('has √2 times the noise of a run per pair', () => {
    expect(workload.effectiveSd).toBeGreaterThan(0.01 * Math.SQRT2 * 0.7)
    expect(workload.effectiveSd).toBeLessThan(0.01 * Math.SQRT2 * 1.4)
  })

  it('certifies smaller improvements with more pairs, and none below 5 %', () => {
    const improvements = workload.certifiable.map(({ improvement }) => improvement)
    expect(workload.certifiable.map(({ pairs }) => pairs)).toEqual([10, 20, 30, 40])
    expect(improvements).toEqual([...improvements].sort((a, b) => b - a))
    expect(improvements.at(-1)).toBeGreaterThan(0.05)
  })

  it('matches the schema, and depends only on the evidence', () => {
    const stored = JSON.parse(JSON.stringify(calibration))
    expect(calibrationSchema.parse(stored)).toEqual(stored)
    expect(toCalibration(simulateCalibration())).toEqual(calibration)
  })

  it('has the digest of every file of both parts', () => {
    const files = ['environment.json', 'equivalence.json', 'plan.json', 'runs.jsonl']
    expect(Object.keys(calibration.evidence).sort()).toEqual(
      ['aa', 'injected'].flatMap((part) => files.map((file) => `${part}/${file}`)),
    )
  })
})

describe('a calibration fails because of', () => {
  it('(refused) a run that is voided or counted against its covariates', () => {
    const wished = simulateCalibration({
      change: (run) => (run.pair === 3 ? { ...run, voided: 'too slow' } : run),
    })
    expect(() => toCalibration(wished)).toThrow(InvalidEvidenceError)
    const stolen = simulateCalibration({
      change: (run) => (run.pair === 3 ? { ...run, stealShare: 0.4 } : run),
    })
    expect(() => toCalibration(stolen)).toThrow(
      /pair 3 of grid-search counts in spite of its covariates/,
    )
  })

  it('more than a quarter of voided pairs: measuring ends, and the attempt stays incomplete', () => {
    const voiding = (last: number) => (run: RunRecord) =>
      run.pair <= last ? { ...run, stealShare: 0.4, voided: 'steal 40 %' } : run
    const { aa } = simulateCalibration({ change: voiding(10) })
    expect(workloadsInNeed(aa.plan, aa.runs, identicalTrial(aa.plan))).toEqual(['grid-search'])
    const hostile = simulateCalibration({ change: voiding(11) })
    expect(
      workloadsInNeed(hostile.aa.plan, hostile.aa.runs, identicalTrial(hostile.aa.plan)),
    ).toEqual([])
    expect(toCalibration(hostile)).toMatchObject({
      verdict: 'failed',
      workloads: [{ reasons: ['incomplete'] }],
    })
  })

  it('a bias of 3 % in both attempts', () => {
    const { calibration, workload } = calibrated({ bias: -0.03, pairs: 80 })
    expect(calibration.verdict).toBe('failed')
    expect(workload.reasons).toEqual(['biased'])
    expect(workload.identical.attempts.map(({ ok }) => ok)).toEqual([false, false])
    const bias = workload.identical.attempts[1]!.checks.find(({ code }) => code === 'bias')!
    expect(bias).toMatchObject({ ok: false, bound: 2.8 * workload.identical.attempts[1]!.se! })
    expect(bias.value).toBeGreaterThan(bias.bound)
  })

  it('runs that take longer in second position', () => {
    const { workload } = calibrated({
      pairs: 80,
      change: (run) => (run.position === 'second' ? { ...run, cpuMs: run.cpuMs * 1.03 } : run),
    })
    expect(workload.reasons).toEqual(['position-effect'])
    expect(Math.abs(workload.identical.attempts[1]!.positionT!)).toBeGreaterThan(3)
  })

  it.each([0, 0.03, 0.05, 0.115])(
    'an injected effect measured as %s instead of 0.08 in both attempts',
    (effect) => {
      const { workload } = calibrated({ effect, injectedPairs: 40 })
      expect(workload).toMatchObject({ verdict: 'failed', reasons: ['effect-missed'] })
      expect(workload.injected.attempts.map(({ outcome }) => outcome)).toEqual(['missed', 'missed'])
    },
  )

  it('one run with another result, anywhere; the run is named', () => {
    const evidence = simulateCalibration()
    const digest = `sha256:${'0'.repeat(64)}`
    const runs = evidence.injected.runs.map((run, index) =>
      index === 7 ? { ...run, digest } : run,
    )
    const strange = runs[7] as { pair: number; arm: string }
    const { workloads, verdict } = toCalibration({
      ...evidence,
      injected: { ...evidence.injected, runs },
    })
    expect(verdict).toBe('failed')
    expect(workloads[0]!.reasons).toEqual(['results-differ'])
    expect(workloads[0]!.difference).toEqual({
      among: 'injected',
      pair: strange.pair,
      arm: strange.arm,
    })
  })

  it('measuring that ended early', () => {
    expect(calibrated({ pairs: 39 }).workload.reasons).toEqual(['incomplete'])
    expect(calibrated({ injectedPairs: 19 }).workload.reasons).toEqual(['incomplete'])
    const nothing = calibrated({ pairs: 1, injectedPairs: 0 }).workload
    expect(nothing).toMatchObject({ verdict: 'failed', reasons: ['incomplete'], certifiable: [] })
    expect(nothing).not.toHaveProperty('effectiveSd')
  })

  it('any single workload', () => {
    const evidence = simulateCalibration()
    const other = { ...evidence.aa.plan.workloads[0]!, id: 'other' }
    const digests = (name: 'aa' | 'injected') =>
      evidence[name].equivalence.digests.flatMap((entry) => [
        entry,
        { ...entry, workload: 'other' },
      ])
    const withOther = (name: 'aa' | 'injected') => ({
      ...evidence[name],
      plan: { ...evidence[name].plan, workloads: [...evidence[name].plan.workloads, other] },
      equivalence: { kind: 'equal' as const, digests: digests(name) },
    })
    const { workloads, verdict } = toCalibration({
      aa: withOther('aa'),
      injected: withOther('injected'),
    })
    expect(workloads.map((workload) => workload.verdict)).toEqual(['passed', 'failed'])
    expect(verdict).toBe('failed')
  })
})

describe('a calibration passes in spite of', () => {
  it('a check that fails once and passes when repeated', () => {
    const { workload } = calibrated({
      pairs: 80,
      change: (run) =>
        run.pair <= 40 && run.arm === 'candidate' ? { ...run, cpuMs: run.cpuMs * 1.03 } : run,
    })
    expect(workload).toMatchObject({ verdict: 'passed', reasons: [] })
    expect(workload.warnings).toContain('repeated')
    expect(workload.identical.attempts.map(({ ok }) => ok)).toEqual([false, true])
  })

  it('noise that hides the injected effect, with a warning that it is undecidable', () => {
    const { workload } = calibrated({ noise: 0.12 })
    expect(workload.injected.attempts[0]!.outcome).toBe('undecidable')
    expect(workload).toMatchObject({
      verdict: 'passed',
      class: 'RED',
      warnings: ['noise-red', 'effect-undecidable'],
    })
  })

  it('(not) an effect farther off than noise and tolerance explain', () => {
    const { workload } = calibrated({ noise: 0.12, effect: -0.3, injectedPairs: 40 })
    expect(workload.reasons).toEqual(['effect-missed'])
  })

  it('pairs that resemble their neighbours, with a warning', () => {
    const wave = (run: { pair: number }) => Math.exp(0.03 * Math.sin(run.pair / 3))
    const { workload } = calibrated({
      change: (run) => (run.arm === 'candidate' ? { ...run, cpuMs: run.cpuMs * wave(run) } : run),
    })
    expect(workload).toMatchObject({ verdict: 'passed', warnings: ['autocorrelated'] })
  })

  it('pairs without any variation', () => {
    const { workload } = calibrated({ change: (run) => ({ ...run, cpuMs: 400 }) })
    expect(workload).toMatchObject({ verdict: 'passed', effectiveSd: 0, class: 'GREEN' })
    expect(workload.identical.attempts[0]).not.toHaveProperty('positionT')
    expect(JSON.stringify(workload)).not.toMatch(/null|NaN/)
  })
})

it('evidence without an injected effect is refused as a calibration', () => {
  const { aa } = simulateCalibration()
  expect(() => toCalibration({ aa, injected: aa })).toThrow(InvalidEvidenceError)
})
