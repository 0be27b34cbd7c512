import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  type CaseConclusion,
  concludeCase,
  concludeGate,
  type GateVerdict,
  gateExitCode,
} from '../../../harness/verdict/gate.js'
import type { WorkloadReason } from '../../../harness/verdict/reasons.js'

const OUTCOMES = ['accepted', 'rejected', 'inconclusive', 'continue'] as const
const round = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  reasons: fc.array(fc.constantFrom<WorkloadReason>('certified-regression', 'too-noisy')),
})
const conclusion = fc.constantFrom('pass', 'fail', 'inconclusive').map(
  (verdict): CaseConclusion => ({
    verdict: verdict as CaseConclusion['verdict'],
    reasons: ['too-noisy'],
  }),
)

describe('one case', () => {
  test.prop([round, fc.option(round, { nil: undefined })], { numRuns: 2000 })(
    'passes exactly where its first round does, and fails exactly where both rounds do',
    (first, second) => {
      const { verdict } = concludeCase(first, second)
      expect(verdict === 'pass').toBe(first.outcome === 'accepted')
      expect(verdict === 'fail').toBe(
        first.outcome === 'rejected' && second?.outcome === 'rejected',
      )
    },
  )

  test.prop([round, fc.option(round, { nil: undefined })])(
    'that is undecided always has a reason',
    (first, second) => {
      const { verdict, reasons } = concludeCase(first, second)
      if (verdict === 'inconclusive') expect(reasons.length).toBeGreaterThan(0)
    },
  )

  it('whose failure is not confirmed is undecided and does not pass', () => {
    expect(
      concludeCase(
        { outcome: 'rejected', reasons: ['certified-regression'] },
        { outcome: 'accepted', reasons: ['certified-no-regression'] },
      ),
    ).toEqual({
      verdict: 'inconclusive',
      reasons: ['not-confirmed', 'certified-no-regression'],
    })
  })
})

describe('all cases', () => {
  it('are not comparable where there are none, and do not pass', () => {
    expect(concludeGate([])).toBe('not-comparable')
    expect(gateExitCode('not-comparable')).toBe(5)
  })

  test.prop([fc.array(conclusion, { minLength: 1 })], { numRuns: 2000 })(
    'pass only together; fail where one fails; otherwise are inconclusive',
    (cases) => {
      const verdicts = cases.map(({ verdict }) => verdict)
      const expected = verdicts.includes('fail') ? 1 : verdicts.includes('inconclusive') ? 3 : 0
      expect(gateExitCode(concludeGate(cases))).toBe(expected)
    },
  )

  it('exit with 0 only for a pass', () => {
    const verdicts: GateVerdict[] = [
      'pass',
      'fail',
      'inconclusive',
      'not-equivalent',
      'not-comparable',
    ]
    expect(verdicts.map(gateExitCode)).toEqual([0, 1, 3, 4, 5])
  })
})
