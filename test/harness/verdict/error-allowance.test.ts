import { describe, expect, it } from 'vitest'
import type { Arm } from '../../../harness/contract.js'
import { exceededAllowance } from '../../../harness/verdict/error-allowance.js'

const failure = (pair: number, arm: Arm, workload = 'spin') => ({
  workload,
  pair,
  arm,
  error: 'exited with code 3',
  startedAt: '2026-11-20T10:00:00.000Z',
})

describe('exceededAllowance', () => {
  it('allows one failure, and a second one in another arm of a later pair', () => {
    expect(exceededAllowance([], 'spin')).toBeUndefined()
    expect(exceededAllowance([failure(2, 'candidate')], 'spin')).toBeUndefined()
    expect(
      exceededAllowance([failure(2, 'candidate'), failure(7, 'baseline')], 'spin'),
    ).toBeUndefined()
  })

  it.each([
    ['two in the same arm', [failure(2, 'candidate'), failure(7, 'candidate')]],
    ['a pair whose retry fails too', [failure(2, 'candidate'), failure(3, 'baseline')]],
    [
      'three in a workload',
      [failure(2, 'candidate'), failure(5, 'baseline'), failure(9, 'incumbent')],
    ],
  ])('does not forgive %s', (_, runs) => {
    expect(exceededAllowance(runs, 'spin')).toMatch(
      /^spin failed \d times, last the \w+ in pair \d: exited with code 3$/,
    )
  })

  it('counts each workload separately', () => {
    expect(
      exceededAllowance([failure(2, 'candidate', 'guard'), failure(7, 'candidate')], 'spin'),
    ).toBeUndefined()
  })
})
