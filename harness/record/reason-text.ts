import type { Criterion } from '../contract.js'
import { formatCounted, formatLimit } from '../text/format.js'
import { certifiableEffect, criterionOf } from './claim.js'
import { limitOf } from './criterion-text.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * What a reason of a workload means, as a sentence without its final period; plain text. Unknown
 * codes read as themselves.
 */
export function workloadReason(
  code: string,
  workload: WorkloadRecord,
  record: DecisionRecord,
): string {
  const criterion = criterionOf(workload, record)
  const sentences: Readonly<Record<string, string>> = {
    ...criterionSentences(criterion),
    'too-noisy': tooNoisy(workload, criterion),
    'noise-red': 'noise is RED and the bounds alone do not decide',
    'not-significant': 'the difference from no change is not significant (p ≥ 0.05)',
    'means-disagree': 'the plain means do not show an improvement',
    discordant: 'cpu time and wall time tell different stories',
    'calibration-failed':
      'the calibration of this host and Node failed: the harness itself is biased here, so nothing is accepted',
    'memory-over': 'peak memory grows beyond the limit, and memory is blocking',
    'memory-undecided':
      'memory is blocking and it is undecided whether the peak stays within the limit',
    'memory-unmeasured': 'memory is blocking and this host does not tell the peak',
    contaminated: 'more than a quarter of the pairs were voided because of the host',
    'not-needed': 'measuring stopped early: another workload had already settled the layer',
  }
  return sentences[code] ?? code
}

/**
 * What a reason of the whole decision means, as a sentence without its final period; plain text.
 */
export function decisionReason(
  code: string,
  { criterion }: Pick<DecisionRecord, 'criterion'>,
): string {
  const meets =
    criterion.kind === 'improvement'
      ? ['shows the improvement', 'does not show the improvement']
      : ['meets the criterion', 'does not meet the criterion']
  const sentences: Readonly<Record<string, string>> = {
    'all-targets-accepted': `every target workload ${meets[0]}`,
    'all-guards-passed': 'no other workload fails the regression gate',
    'target-rejected': `a target workload ${meets[1]}`,
    'guard-failed': 'a workload that must not lose fails the regression gate',
    'target-inconclusive': 'a target workload is undecided',
    'guard-inconclusive': 'it is undecided whether another workload passes the regression gate',
    'nothing-accepted': 'no layer of the sequence was accepted',
    'not-equivalent': 'the candidate does not compute what the baseline computes',
  }
  return sentences[code] ?? code
}

function criterionSentences(criterion: Criterion): Readonly<Record<string, string>> {
  switch (criterion.kind) {
    case 'improvement': {
      const threshold = formatLimit(criterion.atLeast)
      return {
        'certified-improvement': `the whole bound lies at or above the threshold of ${threshold}: certified`,
        'estimated-improvement': `the estimate reaches ${threshold} and at least ${formatLimit(0.4 * criterion.atLeast)} is certified after the last look`,
        'certified-below-threshold': `the whole bound lies below the threshold of ${threshold}: certified`,
        'estimate-below-threshold': `the estimate misses ${threshold} after the last look, and the bound is narrow enough to say so`,
      }
    }
    case 'regression': {
      const gate = formatLimit(criterion.atMost)
      return {
        'certified-no-regression': `certified less than ${gate} slower`,
        'estimated-no-regression': `the estimate is less than ${gate} slower after the last look, and more than ${formatLimit(1.5 * criterion.atMost)} is excluded`,
        'certified-regression': `certified at least ${gate} slower`,
        'estimated-regression': `the estimate is at least ${gate} slower after the last look, and slower beyond doubt`,
      }
    }
    case 'equivalence': {
      const margin = formatLimit(criterion.within)
      return {
        'certified-equivalence': `both bounds lie within ${margin} of no change: certified`,
        'certified-difference': `both bounds lie beyond ${margin} of no change, on the same side: certified`,
      }
    }
    case 'non-inferiority': {
      const limit = formatLimit(criterion.atMost)
      return {
        'certified-non-inferiority': `certified less than ${limit} slower`,
        'certified-inferiority': `certified at least ${limit} slower`,
      }
    }
    case 'budget':
      return {
        'certified-within-budget': `the bound of the mean of ${criterion.counter} keeps the limit of ${limitOf(criterion)}: certified`,
        'certified-outside-budget': `the bound of the mean of ${criterion.counter} breaks the limit of ${limitOf(criterion)}: certified`,
        'counter-missing': `a run of the candidate did not count ${criterion.counter}, and what was not counted is within no budget`,
      }
  }
}

function tooNoisy(workload: WorkloadRecord, criterion: Criterion): string {
  const effect = certifiableEffect(workload, criterion)
  const could = effect === undefined ? '' : `: ${couldHave(effect, criterion)} four times in five`
  return `the machine is too noisy for ${formatCounted(workload.pairs, 'pair')}${could}`
}

function couldHave(effect: string, criterion: Criterion): string {
  switch (criterion.kind) {
    case 'improvement':
      return `an improvement of ${effect} could have been certified`
    case 'regression':
    case 'non-inferiority':
      return `a candidate ${effect} could have passed`
    case 'equivalence':
      return `no change could have been certified within ${effect}`
    case 'budget':
      return `a mean of ${effect} could have been certified`
  }
}
