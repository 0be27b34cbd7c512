import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedFigure } from '../../../harness/record/same-figures.js'

const record = {
  recordVersion: 1,
  verdict: 'accepted',
  workloads: [
    {
      id: 'grid',
      looks: [{ m: -0.5 }],
      ci95: [0.38, 0.41],
      warnings: [{ code: 'noisy', hint: 'varies by 9 %' }],
    },
  ],
  warnings: [
    { code: 'dirty', hint: 'commit' },
    { code: 'dirty', hint: 'again' },
  ],
  supersedes: null,
}
const like = (change: (copy: typeof record & Record<string, unknown>) => void) => {
  const copy = structuredClone(record)
  change(copy)
  return copy
}

describe('an older record and the one derived again', () => {
  it('agree where the newer one only adds fields or rewords hints', () => {
    const newer = like((copy) => {
      copy.recordVersion = 2
      copy.calibration = { status: 'passed' }
      Object.assign(copy.workloads[0]!, { budget: { mean: 3 } })
      copy.workloads[0]!.warnings = [
        { code: 'outliers', hint: 'new' },
        { code: 'noisy', hint: 'in other words' },
      ]
    })
    expect(changedFigure(record, newer)).toBeUndefined()
  })

  it.each<[string, (copy: typeof record & Record<string, unknown>) => void]>([
    ['verdict', (copy) => (copy.verdict = 'rejected')],
    ['supersedes', (copy) => Object.assign(copy, { supersedes: '0001-x' })],
    ['supersedes', (copy) => Reflect.deleteProperty(copy, 'supersedes')],
    ['workloads', (copy) => copy.workloads.push(copy.workloads[0]!)],
    ['workloads.0.looks', (copy) => (copy.workloads[0]!.looks = [])],
    ['workloads.0.looks.0.m', (copy) => (copy.workloads[0]!.looks[0]!.m = -0.5000000000000001)],
    ['workloads.0.ci95.1', (copy) => (copy.workloads[0]!.ci95[1] = 0.42)],
    [
      'workloads.0.ci95',
      (copy) => Object.assign(copy.workloads[0]!, { ci95: { 0: 0.38, 1: 0.41 } }),
    ],
    ['workloads.0.warnings.0', (copy) => (copy.workloads[0]!.warnings[0]!.code = 'outliers')],
    ['warnings.1', (copy) => copy.warnings.pop()],
    ['warnings', (copy) => Reflect.deleteProperty(copy, 'warnings')],
  ])('differ in %s', (path, change) => {
    expect(changedFigure(record, like(change))).toBe(path)
  })

  it('agree in zeros of different sign: JSON has only one zero', () => {
    expect(changedFigure({ share: 0 }, { share: -0 })).toBeUndefined()
  })

  it('agree with themselves, and with a record that adds a key', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        expect(changedFigure(value, structuredClone(value))).toBeUndefined()
        expect(changedFigure({ value }, { value, other })).toBeUndefined()
        if (!Object.is(JSON.stringify(value), JSON.stringify(other)) && typeof value !== 'object')
          expect(changedFigure({ value }, { value: other })).toBe('value')
      }),
      { numRuns: 1000 },
    )
  })
})
