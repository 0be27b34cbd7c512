import { describe, expect, it } from 'vitest'
import { InputError } from '../../../harness/errors.js'
import { resumePlan } from '../../../harness/evaluation/resume.js'
import type { CalibrationQuote } from '../../../harness/evidence/evidence.js'
import {
  claimEvidence,
  prepareRoot,
  writeEnvironment,
  writeEquivalence,
  writePlan,
} from '../../../harness/evidence/store.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'

const quote = (status: CalibrationQuote['status']): CalibrationQuote => ({
  status,
  command: 'npm run calibrate -- --scale standard',
  workloads: [],
})

/** An evaluation that was begun with one calibration and is resumed with another. */
function resumedWith(then: CalibrationQuote['status'], now: CalibrationQuote['status']) {
  const root = temporaryDirectory()
  const plan = planWith({ calibration: quote(then) })
  const { environment, equivalence } = simulateEvidence(
    { seed: 1, pairs: 0, improvement: {}, noise: 0.01 },
    plan,
  )
  prepareRoot(root)
  claimEvidence(root, plan.layer)
  writeEnvironment(root, plan.id, environment)
  writeEquivalence(root, plan.id, equivalence)
  writePlan(root, plan)
  return resumePlan(root, { ...plan, calibration: quote(now) }, environment)
}

describe('an evaluation that is resumed', () => {
  it.each(['passed', 'stale', 'missing'] as const)(
    'is refused where the host has failed a calibration since: %s before',
    (then) => {
      expect(() => resumedWith(then, 'failed')).toThrow(InputError)
      expect(() => resumedWith(then, 'failed')).toThrow(
        /^cannot resume 0001-layer1: the calibration of this host has failed since it was begun; .*: npm run calibrate -- --scale standard, /,
      )
    },
  )

  it('goes on where the calibration had failed before: its plan says so and accepts nothing', () => {
    expect(resumedWith('failed', 'failed').calibration?.status).toBe('failed')
    expect(resumedWith('failed', 'passed').calibration?.status).toBe('failed')
  })

  it('goes on with the calibration of its plan where another one passed meanwhile', () => {
    expect(resumedWith('missing', 'passed').calibration?.status).toBe('missing')
  })
})
