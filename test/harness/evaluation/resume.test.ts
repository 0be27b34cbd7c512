import { describe, expect, it } from 'vitest'
import { InputError } from '../../../harness/errors.js'
import { resumePlan } from '../../../harness/evaluation/resume.js'
import type { CalibrationQuote } from '../../../harness/evidence/evidence.js'
import {
  claimEvidence,
  prepareRoot,
  writeModules,
  writePart,
  writePlan,
} from '../../../harness/evidence/evidence-store.js'
import { kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'

const quote = (status: CalibrationQuote['status']): CalibrationQuote => ({
  status,
  command: 'npm run calibrate -- --scale standard',
  workloads: [],
})

/** Resumes an evaluation with another status of the calibration than at its start. */
function resumedWith(then: CalibrationQuote['status'], now: CalibrationQuote['status']) {
  const root = temporaryDirectory()
  const plan = planWith({ calibration: quote(then) })
  const { environment, equivalence } = simulateEvidence(
    { seed: 1, pairs: 0, improvement: {}, noise: 0.01 },
    plan,
  )
  prepareRoot(root)
  claimEvidence(root, plan.layer)
  writePart(root, plan.id, 'environment', environment)
  writePart(root, plan.id, 'equivalence', equivalence)
  writeModules(root, plan.id, {})
  writePlan(root, plan)
  return resumePlan({
    root,
    draft: { ...plan, calibration: quote(now) },
    environment,
    loaded: { address: kernelSuite.module },
  }).plan
}

describe('a resumed evaluation', () => {
  it.each(['passed', 'stale', 'missing'] as const)(
    'is refused where the calibration has failed since; at the start it was %s',
    (then) => {
      expect(() => resumedWith(then, 'failed')).toThrow(InputError)
      expect(() => resumedWith(then, 'failed')).toThrow(
        /^cannot resume 0001-layer1: the calibration of this host has failed since it was begun; .*: npm run calibrate -- --scale standard, /,
      )
    },
  )

  it('continues where the calibration had failed before: its plan has that status', () => {
    expect(resumedWith('failed', 'failed').calibration?.status).toBe('failed')
    expect(resumedWith('failed', 'passed').calibration?.status).toBe('failed')
  })

  it('keeps the calibration of its plan where another one has passed meanwhile', () => {
    expect(resumedWith('missing', 'passed').calibration?.status).toBe('missing')
  })
})
