import { formatCounted, formatLimit, formatPercent } from '../format.js'
import { GATE_LIMIT } from '../verdict/criteria.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** What a reason of a workload means, as a sentence without its final period. Unknown codes read as themselves. */
export function workloadReason(code: string, workload: WorkloadRecord, record: DecisionRecord): string {
  const threshold = formatLimit(record.criterion.atLeast)
  const gate = formatLimit(GATE_LIMIT)
  const certifiable = workload.noise?.certifiable
  const sentences: Readonly<Record<string, string>> = {
    'certified-improvement': `the whole bound lies at or above the threshold of ${threshold}: certified`,
    'estimated-improvement': `the estimate reaches ${threshold} and at least ${formatLimit(0.4 * record.criterion.atLeast)} is certified after the last look`,
    'certified-below-threshold': `the whole bound lies below the threshold of ${threshold}: certified`,
    'estimate-below-threshold': `the estimate misses ${threshold} after the last look, and the bound is narrow enough to say so`,
    'certified-no-regression': `certified less than ${gate} slower`,
    'estimated-no-regression': `the estimate is less than ${gate} slower after the last look, and more than ${formatLimit(1.5 * GATE_LIMIT)} is excluded`,
    'certified-regression': `certified at least ${gate} slower`,
    'estimated-regression': `the estimate is at least ${gate} slower after the last look, and slower beyond doubt`,
    'too-noisy': `the machine is too noisy for ${formatCounted(workload.pairs, 'pair')}${certifiable === undefined ? '' : `: an improvement of ${formatPercent(certifiable)} could have been certified four times in five`}`,
    'noise-red': 'noise is RED and the bounds alone do not decide',
    'not-significant': 'the difference from no change is not significant (p ≥ 0.05)',
    'means-disagree': 'the plain means do not show an improvement',
    discordant: 'cpu time and wall time tell different stories',
    'memory-over': 'peak memory grows beyond the limit, and memory is blocking',
    'memory-undecided': 'memory is blocking and it is undecided whether the peak stays within the limit',
    'memory-unmeasured': 'memory is blocking and this host does not tell the peak',
    contaminated: 'more than a quarter of the pairs were voided because of the host',
    'not-needed': 'measuring stopped early: another workload had already settled the layer',
  }
  return sentences[code] ?? code
}

/** What a reason of the whole decision means, as a sentence without its final period. */
export function decisionReason(code: string): string {
  const sentences: Readonly<Record<string, string>> = {
    'all-targets-accepted': 'every target workload shows the improvement',
    'all-guards-passed': 'no other workload fails the regression gate',
    'target-rejected': 'a target workload does not show the improvement',
    'guard-failed': 'a workload that must not lose fails the regression gate',
    'target-inconclusive': 'a target workload is undecided',
    'guard-inconclusive': 'it is undecided whether another workload passes the regression gate',
    'not-equivalent': 'the candidate does not compute what the baseline computes',
  }
  return sentences[code] ?? code
}
