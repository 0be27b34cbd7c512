import { describe, expect, it } from 'vitest'
import { compareCommand } from '../../../harness/cli/compare-command.js'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import { gateCommand } from '../../../harness/cli/gate-command.js'
import type { Criterion } from '../../../harness/contract.js'
import { SLOWDOWN_PRESETS, withPreset } from '../../../harness/verdict/threshold-presets.js'
import { parseWords } from '../cli/parse-words.js'

describe('a preset of the threshold', () => {
  it.each<[Criterion, number, number]>([
    [{ kind: 'improvement', atLeast: 0.05 }, 0.1, 0.025],
    [{ kind: 'regression', atMost: 0.1 }, 0.05, 0.2],
    [{ kind: 'non-inferiority', atMost: 0.02 }, 0.01, 0.04],
    [{ kind: 'equivalence', within: 0.04 }, 0.02, 0.08],
  ])('makes %j twice or half as demanding', (criterion, strict, lenient) => {
    const limit = (one: Criterion) => Object.values(one).find((value) => typeof value === 'number')
    expect(withPreset(criterion, 'default')).toEqual(criterion)
    expect(limit(withPreset(criterion, 'strict'))).toBe(strict)
    expect(limit(withPreset(criterion, 'lenient'))).toBe(lenient)
    expect(withPreset(criterion, 'strict').kind).toBe(criterion.kind)
  })

  it('does not exist for a budget, nor for twice an improvement of half the time', () => {
    const budget: Criterion = { kind: 'budget', counter: 'wallMs', atMost: 50 }
    expect(withPreset(budget, 'default')).toEqual(budget)
    expect(() => withPreset(budget, 'strict')).toThrow(/^--threshold strict: the limit of a budget/)
    const half: Criterion = { kind: 'improvement', atLeast: 0.5 }
    expect(() => withPreset(half, 'strict')).toThrow(/^--threshold strict: twice .* give a number/)
  })

  it('is read where a threshold is', () => {
    const evaluated = parseWords(evaluateCommand, ['layer1', '--threshold', 'strict'], '/home/u')
    expect(evaluated).toMatchObject({ thresholdPreset: 'strict' })
    expect(evaluated).not.toHaveProperty('threshold')
    for (const [name, value] of Object.entries(SLOWDOWN_PRESETS)) {
      expect(JSON.stringify(parseWords(gateCommand, ['--threshold', name], '/home/u'))).toContain(
        `"limit":${value}`,
      )
      expect(
        JSON.stringify(
          parseWords(compareCommand, ['a', 'b', '--fail-on-regression', name], '/home/u'),
        ),
      ).toContain(String(value))
    }
  })

  it.each(['Strict', 'toString', 'none'])('has no other name: %s', (name) => {
    for (const [command, words] of [
      [evaluateCommand, ['layer1', '--threshold', name]],
      [gateCommand, ['--threshold', name]],
    ] as const)
      expect(() => parseWords(command as typeof gateCommand, words, '/home/u')).toThrow(
        new RegExp(`^--threshold ${name}: give`),
      )
  })
})
