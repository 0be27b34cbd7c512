import type { Budget, Criterion, Metric } from '../contract.js'
import { formatCounter, formatLimit } from '../text/format.js'

/**
 * A criterion in words, plain text. Whoever prints it as markdown escapes it: a budget carries a
 * name somebody gave.
 */

/** What is asked for, as the beginning of a sentence: `Improvement of at least 5 % in cpu time`. */
export function demandOf(criterion: Criterion, metric: Metric): string {
  switch (criterion.kind) {
    case 'improvement':
      return `Improvement of at least ${formatLimit(criterion.atLeast)} in ${metric} time`
    case 'regression':
      return `No more than ${formatLimit(criterion.atMost)} slower in ${metric} time`
    case 'equivalence':
      return `No more than ${formatLimit(criterion.within)} faster or slower in ${metric} time (two one-sided tests)`
    case 'non-inferiority':
      return `Certified less than ${formatLimit(criterion.atMost)} slower in ${metric} time`
    case 'budget':
      return `Mean of ${criterion.counter} over the candidate's runs ${limitOf(criterion)}`
  }
}

/** The number a criterion sets, with its name: `threshold of 5 %`. */
export function thresholdOf(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'improvement':
      return `threshold of ${formatLimit(criterion.atLeast)}`
    case 'regression':
      return `gate of ${formatLimit(criterion.atMost)}`
    case 'equivalence':
      return `margin of ${formatLimit(criterion.within)}`
    case 'non-inferiority':
      return `limit of ${formatLimit(criterion.atMost)}`
    case 'budget':
      return `budget of ${limitOf(criterion)}`
  }
}

/** `at most 50.00 ms`. */
export function limitOf(budget: Budget): string {
  return 'atMost' in budget
    ? `at most ${formatCounter(budget.counter, budget.atMost)}`
    : `at least ${formatCounter(budget.counter, budget.atLeast)}`
}
