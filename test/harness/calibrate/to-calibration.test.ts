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

  it('passes, with no reason and no warning', () => {
    expect(calibration.verdict).toBe('passed')
    expect(workload).toMatchObject({ verdict: 'passed', reasons: [], warnings: [], class: 'GREEN' })
    expect(workload.identical.attempts).toHaveLength(1)
    expect(workload.injected.attempts).toMatchObject([{ n: 20, outcome: 'seen' }])
  })

  it('has the noise of its pairs: √2 times that of a run', () => {
    expect(workload.effectiveSd).toBeGreaterThan(0.01 * Math.SQRT2 * 0.7)
    expect(workload.effectiveSd).toBeLessThan(0.01 * Math.SQRT2 * 1.4)
  })

  it('certifies smaller improvements with more pairs, and none below 5 %', () => {
    const improvements = workload.certifiable.map(({ improvement }) => improvement)
    expect(workload.certifiable.map(({ pairs }) => pairs)).toEqual([10, 20, 30, 40])
    expect(improvements).toEqual([...improvements].sort((a, b) => b - a))
    expect(improvements.at(-1)).toBeGreaterThan(0.05)
  })

  it('is what the schema describes, and a function of the evidence alone', () => {
    const stored = JSON.parse(JSON.stringify(calibration))
    expect(calibrationSchema.parse(stored)).toEqual(stored)
    expect(toCalibration(simulateCalibration())).toEqual(calibration)
  })

  it('carries the digest of every file of both parts', () => {
    const files = ['environment.json', 'equivalence.json', 'plan.json', 'runs.jsonl']
    expect(Object.keys(calibration.evidence).sort()).toEqual(
      ['aa', 'injected'].flatMap((part) => files.map((file) => `${part}/${file}`)),
    )
  })
})

describe('what fails a calibration', () => {
  it('a run that is voided though its covariates do not say so, or counts in spite of them: it is refused', () => {
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

  it('a host that voids more than a quarter of the pairs: measuring ends, and the attempt stays incomplete', () => {
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

  it('an arm that comes out 3 % slower than itself, twice', () => {
    const { calibration, workload } = calibrated({ bias: -0.03, pairs: 80 })
    expect(calibration.verdict).toBe('failed')
    expect(workload.reasons).toEqual(['biased'])
    expect(workload.identical.attempts.map(({ ok }) => ok)).toEqual([false, false])
    const bias = workload.identical.attempts[1]!.checks.find(({ code }) => code === 'bias')!
    expect(bias).toMatchObject({ ok: false, bound: 2.8 * workload.identical.attempts[1]!.se! })
    expect(bias.value).toBeGreaterThan(bias.bound)
  })

  it('runs that take longer in second place', () => {
    const { workload } = calibrated({
      pairs: 80,
      change: (run) => (run.position === 'second' ? { ...run, cpuMs: run.cpuMs * 1.03 } : run),
    })
    expect(workload.reasons).toEqual(['position-effect'])
    expect(Math.abs(workload.identical.attempts[1]!.positionT!)).toBeGreaterThan(3)
  })

  it.each([0, 0.03, 0.05, 0.115])(
    'an injected effect that is seen as %s instead of 0.08, twice',
    (effect) => {
      const { workload } = calibrated({ effect, injectedPairs: 40 })
      expect(workload).toMatchObject({ verdict: 'failed', reasons: ['effect-missed'] })
      expect(workload.injected.attempts.map(({ outcome }) => outcome)).toEqual(['missed', 'missed'])
    },
  )

  it('one run that computed something else, wherever it stands; it is named', () => {
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

  it('any one workload, for all of them', () => {
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

describe('what does not fail a calibration', () => {
  it('a check that fails once and holds when it is repeated', () => {
    const { workload } = calibrated({
      pairs: 80,
      change: (run) =>
        run.pair <= 40 && run.arm === 'candidate' ? { ...run, cpuMs: run.cpuMs * 1.03 } : run,
    })
    expect(workload).toMatchObject({ verdict: 'passed', reasons: [] })
    expect(workload.warnings).toContain('repeated')
    expect(workload.identical.attempts.map(({ ok }) => ok)).toEqual([false, true])
  })

  it('noise that hides the injected effect: undecidable, and said so', () => {
    const { workload } = calibrated({ noise: 0.12 })
    expect(workload.injected.attempts[0]!.outcome).toBe('undecidable')
    expect(workload).toMatchObject({
      verdict: 'passed',
      class: 'RED',
      warnings: ['noise-red', 'effect-undecidable'],
    })
  })

  it('but an effect farther off than noise and tolerance explain is missed on any host', () => {
    const { workload } = calibrated({ noise: 0.12, effect: -0.3, injectedPairs: 40 })
    expect(workload.reasons).toEqual(['effect-missed'])
  })

  it('pairs that resemble their neighbours, which is a warning', () => {
    const wave = (run: { pair: number }) => Math.exp(0.03 * Math.sin(run.pair / 3))
    const { workload } = calibrated({
      change: (run) => (run.arm === 'candidate' ? { ...run, cpuMs: run.cpuMs * wave(run) } : run),
    })
    expect(workload).toMatchObject({ verdict: 'passed', warnings: ['autocorrelated'] })
  })

  it('pairs that do not vary at all', () => {
    const { workload } = calibrated({ change: (run) => ({ ...run, cpuMs: 400 }) })
    expect(workload).toMatchObject({ verdict: 'passed', effectiveSd: 0, class: 'GREEN' })
    expect(workload.identical.attempts[0]).not.toHaveProperty('positionT')
    expect(JSON.stringify(workload)).not.toMatch(/null|NaN/)
  })
})

it('evidence without an injected effect is no calibration', () => {
  const { aa } = simulateCalibration()
  expect(() => toCalibration({ aa, injected: aa })).toThrow(InvalidEvidenceError)
})
