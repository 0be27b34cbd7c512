import type { Budget } from '../../contract.js'
import { tQuantile } from '../../statistics/student-t.js'
import { formatCounter } from '../../text/format.js'
import type { Bounds } from '../bounds.js'
import { POWER } from '../noise.js'
import { type CriterionKind, certified, isSound, undecided } from './criterion-kind.js'

const reasons = {
  'certified-within-budget': (budget: Budget) =>
    `the bounds of the mean of ${budget.counter} lie within the budget of ${limitText(budget)}`,
  'certified-outside-budget': (budget: Budget) =>
    `the bounds of the mean of ${budget.counter} lie outside the budget of ${limitText(budget)}`,
  'counter-missing': ({ counter }: Budget) =>
    `at least one run of the candidate did not count ${counter}, so the budget cannot be checked`,
}

/**
 * A budget: the mean of a counter over the candidate's runs keeps a limit. The runs of the other
 * arm do not matter. Only bounds decide, in the unit of the counter.
 */
export const budget: CriterionKind<Budget, keyof typeof reasons> = {
  judge(position, criterion) {
    const { lower, upper, last } = position
    if (!isSound(position)) return undecided(last)
    const [isWithin, isOutside] =
      'atMost' in criterion
        ? [upper <= criterion.atMost, lower > criterion.atMost]
        : [lower >= criterion.atLeast, upper < criterion.atLeast]
    if (isWithin) return certified('accepted', 'certified-within-budget')
    if (isOutside) return certified('rejected', 'certified-outside-budget')
    return undecided(last)
  },
  reasons,
  demand: (criterion) =>
    `Mean of ${criterion.counter} over the candidate's runs ${limitText(criterion)}`,
  threshold: (criterion) => `budget ${limitText(criterion)}`,
  needed: (criterion) => {
    const limit = formatCounter(criterion.counter, limitOf(criterion))
    return `${'atMost' in criterion ? '≤' : '≥'} ${limit}`
  },
  certified: ({ lower, upper }, isRejected, criterion) =>
    'atMost' in criterion === isRejected
      ? `at least ${formatCounter(criterion.counter, lower)}`
      : `at most ${formatCounter(criterion.counter, upper)}`,
  margins: (criterion) => [limitOf(criterion)],
  certifiable: () => ({}),
  resolution: (_, bounds, criterion) =>
    `${criterion.counter} ${formatCounter(criterion.counter, certifiableMean(criterion, bounds))}`,
  resolutionMeaning:
    '"Resolution" of a budget: the mean closest to the limit that the last planned look certifies as within the budget with 80 % power, at the spread of these runs.',
}

/** The limit of a budget, in the unit of its counter. */
export function limitOf(criterion: Budget): number {
  return 'atMost' in criterion ? criterion.atMost : criterion.atLeast
}

/**
 * The mean closest to the limit that would be certified as within the budget with 80 % power: the
 * limit ∓ (c + t⁻¹(0.8, df))·SE.
 *
 * @returns in the unit of the counter
 */
export function certifiableMean(criterion: Budget, { critical, df, seUsed }: Bounds): number {
  const reach = (critical + tQuantile(POWER, df)) * seUsed
  return 'atMost' in criterion ? criterion.atMost - reach : criterion.atLeast + reach
}

/** `at most 50.00 ms` */
function limitText(criterion: Budget): string {
  const limit = formatCounter(criterion.counter, limitOf(criterion))
  return 'atMost' in criterion ? `at most ${limit}` : `at least ${limit}`
}
