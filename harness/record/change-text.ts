import { escapeName } from '../text/escape-markdown.js'
import {
  formatCounter,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
} from '../text/format.js'
import { neededFor } from '../verdict/criteria.js'
import { criterionOf } from './claim.js'
import { decidingInterval } from './deciding-interval.js'
import { workloadOutcome } from './outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** `40.1 % faster`, `7.6 % slower` */
export function changeText(improvement: number): string {
  return `${formatPercent(Math.abs(improvement))} ${improvement < 0 ? 'slower' : 'faster'}`
}

/** An interval of improvements in the direction of the change: of a slowdown if it is slower. */
export function directedInterval(
  improvement: number,
  interval: readonly number[],
): readonly number[] {
  return improvement < 0 ? interval.map((bound) => -bound).reverse() : interval
}

/** `**40.1 % faster** [38.6 – 41.5 %]`, or the change alone; markdown. */
export function changeWithInterval(
  improvement: number,
  interval: readonly number[] | undefined,
): string {
  const change = `**${changeText(improvement)}**`
  if (interval === undefined) return change
  return `${change} [${formatPercentInterval(directedInterval(improvement, interval))}]`
}

/** `+40.1 % [38.6 – 41.5 %]`: an improvement or a slowdown, and its interval. */
export function signedChange(change: number, interval: readonly number[] | undefined): string {
  const bounds = interval === undefined ? '' : ` [${formatPercentInterval(interval)}]`
  return `${formatSignedPercent(change)}${bounds}`
}

/**
 * The result of a workload in a list of records: its improvement with the interval of the look that
 * decided, or the mean of a budget's counter.
 *
 * @param escaped for the name of the counter; without it, the text is plain
 */
export function resultText(
  workload: WorkloadRecord,
  record: DecisionRecord,
  escaped = (name: string) => name,
): string {
  const { improvement, budget, reasons } = workload
  if (budget !== undefined) {
    const mean = formatCounter(budget.counter, budget.mean)
    return `${escaped(budget.counter)} ${mean} (${neededFor(criterionOf(workload, record))})`
  }
  if (improvement === undefined) return 'no statistics'
  const change = signedChange(improvement.estimate, decidingInterval(workload, record))
  return reasons.includes('not-needed') ? `${change}, ${workloadOutcome(workload)}` : change
}

/**
 * The result of each target of a record with its name; targets without statistics are left out.
 *
 * @param escaped as in `resultText`; for the names of targets, too
 */
export function targetResults(record: DecisionRecord, escaped = (name: string) => name): string[] {
  return record.workloads
    .filter(({ role, improvement }) => role === 'target' && improvement !== undefined)
    .map((workload) => `${escaped(workload.id)} ${resultText(workload, record, escaped)}`)
}

/** The name of the counter and its mean: `cpuMs **48.20 ms**`; markdown. */
export function budgetMean({ counter, mean }: NonNullable<WorkloadRecord['budget']>): string {
  return `${escapeName(counter)} **${formatCounter(counter, mean)}**`
}
