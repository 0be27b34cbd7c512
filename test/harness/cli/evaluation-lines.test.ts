import { describe, expect, it } from 'vitest'
import { workloadLine } from '../../../harness/cli/evaluation-lines.js'
import type { Criterion } from '../../../harness/contract.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { headline } from '../../../harness/record/headline.js'
import { planWith, type Simulation, simulateEvidence } from '../verdict/simulated-evidence.js'

/** The lines of target and guard. */
function lines(criterion: Criterion, change: Partial<Simulation> = {}): string[] {
  const simulation = { seed: 2, pairs: 40, improvement: {}, noise: 0.01, ...change }
  const record = toDecisionRecord(simulateEvidence(simulation, planWith({ criterion })))
  return record.workloads.map((workload) => workloadLine(workload, record))
}

const slower = (fraction: number) => ({ improvement: { 'grid-search': -fraction } })

describe('the line of a workload shows what is certified, what could be certified, and the verdict:', () => {
  it.each<[string, Criterion, Partial<Simulation>, RegExp]>([
    [
      'an improvement',
      { kind: 'improvement', atLeast: 0.05 },
      { improvement: { 'grid-search': 0.4 } },
      /^grid-search .* faster {2}\[.*\] {3}Welch t .* {3}certified ≥ 3\d\.\d % faster {3}certifies from [56]\.\d % .* {3}accepted$/,
    ],
    [
      'a gate',
      { kind: 'regression', atMost: 0.1 },
      {},
      /certified less than \d\.\d % slower {3}passes up to [78]\.\d % slower/,
    ],
    [
      'a failed gate',
      { kind: 'regression', atMost: 0.1 },
      slower(0.3),
      /certified ≥ 2\d\.\d % slower .*rejected \(certified-regression\)$/,
    ],
    [
      'an equivalence',
      { kind: 'equivalence', within: 0.02 },
      {},
      /certified unchanged within ± \d\.\d % {3}certifies within ± \d\.\d % .* {3}accepted$/,
    ],
    [
      'a difference',
      { kind: 'equivalence', within: 0.02 },
      slower(0.3),
      /certified changed by at least 2\d\.\d % .*rejected/,
    ],
    [
      'a price',
      { kind: 'non-inferiority', atMost: 0.3 },
      slower(0.1),
      /certified less than 1\d\.\d % slower {3}passes up to 2\d\.\d % slower/,
    ],
    [
      'a gain where a price was allowed',
      { kind: 'non-inferiority', atMost: 0.3 },
      slower(-0.2),
      /certified ≥ 1\d\.\d % faster/,
    ],
    [
      'a budget',
      { kind: 'budget', counter: 'cpuMs', atMost: 450 },
      {},
      / {3}cpuMs \d+\.\d ms \(budget at most 450\.0 ms\) {3}certified at most \d+\.\d ms {3}certifies cpuMs up to 4\d\d\.\d ms .*accepted$/,
    ],
    [
      'a broken budget',
      { kind: 'budget', counter: 'pre-grouped.hits', atMost: 20 },
      {},
      /pre-grouped\.hits 48,120 \(budget at most 20\) {3}certified ≥ 48,120 .*rejected \(certified-outside-budget\)$/,
    ],
    [
      'a missing counter',
      { kind: 'budget', counter: 'queue', atMost: 20 },
      {},
      /^(?!.*queue).*inconclusive \(counter-missing\)$/,
    ],
  ])('%s', (_, criterion, change, expected) => {
    const [target, guard] = lines(criterion, change)
    expect(target).toMatch(expected)
    expect(guard).toMatch(/^walk-forward .* {3}passes up to [78]\.\d % slower .* {3}accepted$/)
    expect(`${target}${guard}`).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('memory that rejects what its times accept', () => {
    const plan = planWith({
      criterion: { kind: 'equivalence', within: 0.02 },
      regime: { looks: [40], fixed: true, alpha: 0.05, memory: 'blocking' },
    })
    const record = toDecisionRecord(
      simulateEvidence({ seed: 2, pairs: 40, improvement: {}, noise: 0.01, memory: 0.2 }, plan),
    )
    expect(workloadLine(record.workloads[0]!, record)).toMatch(
      /certified unchanged within .* rejected \(memory-over\)$/,
    )
    expect(headline(record.workloads[0]!, record)).toMatch(
      /: \*\*rejected\*\*, certified unchanged within ± .* \(margin ± 2 %\), \*\*but its peak memory grows beyond the limit\*\*$/,
    )
    expect(headline(record.workloads[1]!, record)).toMatch(
      /: \*\*fails the gate\*\*, certified less than .* slower \(gate 10 % slower\), \*\*but its peak memory/,
    )
  })
})
