import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type CaseConclusion, concludeGate } from '../../../harness/verdict/gate.js'
import { concludeWithWork } from '../../../harness/verdict/strict-work.js'

const passed: CaseConclusion = { verdict: 'pass', reasons: ['certified-no-regression'] }
const failed: CaseConclusion = { verdict: 'fail', reasons: ['certified-regression'] }
const open: CaseConclusion = { verdict: 'inconclusive', reasons: ['too-noisy'] }
const anyTime = fc.constantFrom(passed, failed, open)
const count = fc.nat(2 ** 40)

describe('a verdict in which executions decide, too', () => {
  it('fails on work added beyond the limit, however small, whatever time shows', () => {
    const added = { before: 5_000_000, after: 5_001_000 }
    expect(concludeWithWork(passed, added, 0)).toEqual({ verdict: 'fail', reasons: ['added-work'] })
    expect(concludeWithWork(open, added, 0.0001).verdict).toBe('fail')
    expect(concludeWithWork(failed, added, 0).reasons).toEqual([
      'added-work',
      'certified-regression',
    ])
    expect(concludeWithWork(passed, added, 0.0002)).toBe(passed)
  })

  it('does not pass what cannot be compared exactly', () => {
    expect(concludeWithWork(passed, undefined, 0.5)).toEqual({
      verdict: 'inconclusive',
      reasons: ['work-not-exact'],
    })
    expect(concludeWithWork(failed, undefined, 0.5)).toBe(failed)
    expect(concludeWithWork(passed, { before: Number.NaN, after: 1 }, 0).verdict).toBe('fail')
    expect(concludeGate([concludeWithWork(passed, undefined, 0)])).toBe('inconclusive')
  })

  test.prop([anyTime, count, count, fc.double({ min: 0, max: 2, noNaN: true })])(
    'passes only what time passes and what executes no more than allowed',
    (time, before, after, limit) => {
      const { verdict } = concludeWithWork(time, { before, after }, limit)
      const isAllowed = after - before <= limit * before
      expect(verdict).toBe(isAllowed ? time.verdict : 'fail')
    },
  )
})
