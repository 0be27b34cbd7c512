import type { Criterion } from '../contract.js'
import { formatCounter, formatPercent } from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { criterionFor } from '../verdict/criteria.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * What a workload's deciding look certifies, and what its noise could have certified; plain text.
 */

/** What the workload was judged by. */
export function criterionOf(
  { role }: Pick<WorkloadRecord, 'role'>,
  { criterion }: Pick<DecisionRecord, 'criterion'>,
): Criterion {
  return criterionFor(role, criterion)
}

/**
 * What the deciding look certifies: `at least 38.2 %`. Of a rejection, what makes it one, except
 * that an improvement is always told from below. Undefined where there was no look.
 */
export function certifiedClaim(workload: WorkloadRecord, criterion: Criterion): string | undefined {
  const { looks, verdict } = workload
  const look = looks.at(-1)
  if (look === undefined) return undefined
  const { lower, upper } = look
  const isRejected = verdict === 'rejected' && !isOverMemory(workload)
  switch (criterion.kind) {
    case 'improvement':
      return `at least ${formatPercent(improvementOf(upper))}`
    case 'regression':
    case 'non-inferiority':
      return isRejected ? slowerThan('at least', lower) : slowerThan('less than', upper)
    case 'equivalence':
      return isRejected
        ? `changed by at least ${formatPercent(Math.expm1(Math.min(Math.abs(lower), Math.abs(upper))))}`
        : `unchanged within ± ${formatPercent(Math.expm1(Math.max(Math.abs(lower), Math.abs(upper))))}`
    case 'budget':
      return 'atMost' in criterion === isRejected
        ? `at least ${formatCounter(criterion.counter, lower)}`
        : `at most ${formatCounter(criterion.counter, upper)}`
  }
}

/**
 * Whether only its memory keeps a workload from being accepted: its times are what was asked for.
 */
export function isOverMemory({ reasons }: WorkloadRecord): boolean {
  return reasons.includes('memory-over')
}

/** A log ratio as a slowdown, or as the speed-up it is where it lies below zero. */
function slowerThan(relation: 'at least' | 'less than', logRatio: number): string {
  if (logRatio > 0) return `${relation} ${formatPercent(Math.expm1(logRatio))} slower`
  return `${relation === 'less than' ? 'at least' : 'at most'} ${formatPercent(improvementOf(logRatio))} faster`
}

/**
 * What this many pairs of this noise certify four times in five: `certifies from 12.1 %`. Undefined
 * where nobody could tell.
 */
export function certifiableClaim(
  workload: WorkloadRecord,
  criterion: Criterion,
): string | undefined {
  const effect = certifiableEffect(workload, criterion)
  return effect === undefined ? undefined : `${VERBS[criterion.kind]} ${effect}`
}

const VERBS: Readonly<Record<Criterion['kind'], string>> = {
  improvement: 'certifies from',
  regression: 'passes',
  equivalence: 'certifies within',
  'non-inferiority': 'passes',
  budget: 'certifies',
}

/** The effect alone: `12.1 %`, `up to 4.1 % slower`, `± 1.9 %`, `cpuMs up to 48.20 ms`. */
export function certifiableEffect(
  { noise, budget }: WorkloadRecord,
  criterion: Criterion,
): string | undefined {
  switch (criterion.kind) {
    case 'improvement':
      return noise?.certifiable === undefined ? undefined : formatPercent(noise.certifiable)
    case 'regression':
    case 'non-inferiority':
      return noise?.certifiableSlowdown === undefined
        ? undefined
        : slowdown(noise.certifiableSlowdown)
    case 'equivalence':
      return noise?.certifiableEquivalence === undefined
        ? undefined
        : `± ${formatPercent(noise.certifiableEquivalence)}`
    case 'budget':
      if (budget?.certifiable === undefined) return undefined
      return `${criterion.counter} ${'atMost' in criterion ? 'up to' : 'from'} ${formatCounter(criterion.counter, budget.certifiable)}`
  }
}

/** How a certifiable claim is to be read, one sentence per kind; with its final period. */
export function certifiableMeaning(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'improvement':
      return '"Certifies from" is the smallest true improvement that this many pairs of this noise prove to reach the threshold, four times in five.'
    case 'regression':
    case 'non-inferiority':
      return '"Passes" is the largest true slowdown that this many pairs of this noise prove to stay below the limit, four times in five.'
    case 'equivalence':
      return '"Certifies within" is the smallest margin that this many pairs of this noise prove to hold where nothing changes, four times in five.'
    case 'budget':
      return '"Certifies" is the mean closest to the limit that this many runs of this spread prove to be within the budget, four times in five.'
  }
}

function slowdown(change: number): string {
  return change < 0
    ? `only from ${formatPercent(-change)} faster`
    : `up to ${formatPercent(change)} slower`
}
