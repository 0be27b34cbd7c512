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
      /^grid-search .* faster {2}\[3\d\.\d, 4\d\.\d\] {3}sure of ≥ 3\d\.\d % faster, 95 % over all looks \(needs ≥ 5 % faster\) {3}10 pairs {3}resolution 5\.\d % at 40 pairs .* {3}accepted$/,
    ],
    [
      'a gate',
      { kind: 'regression', atMost: 0.1 },
      {},
      /sure of less than \d\.\d % slower, .* {3}resolution [89]\.\d % slower at 30 pairs/,
    ],
    [
      'a failed gate',
      { kind: 'regression', atMost: 0.1 },
      slower(0.3),
      /sure of ≥ 2\d\.\d % slower, .*rejected \(certified-regression\)$/,
    ],
    [
      'an equivalence',
      { kind: 'equivalence', within: 0.02 },
      {},
      /sure of unchanged within ± \d\.\d %, .* {3}resolution ± \d\.\d % at 40 pairs .* {3}accepted$/,
    ],
    [
      'a difference',
      { kind: 'equivalence', within: 0.02 },
      slower(0.3),
      /sure of changed by at least 2\d\.\d %, .*rejected/,
    ],
    [
      'a price',
      { kind: 'non-inferiority', atMost: 0.3 },
      slower(0.1),
      /sure of less than 1\d\.\d % slower, .* {3}resolution 2\d\.\d % slower at 40 pairs/,
    ],
    [
      'a gain where a price was allowed',
      { kind: 'non-inferiority', atMost: 0.3 },
      slower(-0.2),
      /sure of ≥ 1\d\.\d % faster/,
    ],
    [
      'a budget',
      { kind: 'budget', counter: 'cpuMs', atMost: 450 },
      {},
      /^(?!.* faster)(?!.* slower).* {3}cpuMs \d+\.\d ms {3}sure of at most \d+\.\d ms, .* \(needs ≤ 450\.0 ms\) .* {3}resolution cpuMs 4\d\d\.\d ms at 40 pairs .*accepted$/,
    ],
    [
      'a broken budget',
      { kind: 'budget', counter: 'pre-grouped.hits', atMost: 20 },
      {},
      /pre-grouped\.hits 48,120 {3}sure of ≥ 48,120, .* \(needs ≤ 20\) .*rejected \(certified-outside-budget\)$/,
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
    expect(guard).toMatch(
      /^walk-forward .* {3}resolution [89]\.\d % slower at 30 pairs .* {3}within limit$/,
    )
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
      /sure of unchanged within .* rejected \(memory-over\)$/,
    )
    expect(headline(record.workloads[0]!, record)).toMatch(
      /: \*\*rejected\*\*, sure of unchanged within ± .* \(margin ± 2 %\), \*\*but its peak memory grows beyond the limit\*\*$/,
    )
    expect(headline(record.workloads[1]!, record)).toMatch(
      /: \*\*over limit\*\*, sure of less than .* slower \(limit 10 % slower\), \*\*but its peak memory/,
    )
  })
})
