import type { CalibrationQuote } from '../evidence/evidence.js'
import {
  formatDaysAgo,
  formatLimit,
  formatNumber,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
} from '../text/format.js'
import { terminalTable } from '../text/table.js'
import { improvementOf } from '../verdict/compare.js'
import type {
  CalibratedWorkload,
  Calibration,
  CalibrationReason,
  CalibrationWarning,
} from './calibration.js'

/**
 * The lines a calibration shows in a terminal. Numbers and verdicts are taken from it as they are.
 */

const REASONS: Readonly<Record<CalibrationReason, string>> = {
  'results-differ':
    'the same code computed different results; make it deterministic before measuring it',
  incomplete:
    'measuring ended before all pairs were made: a result differed, or more than a quarter of the pairs were voided because of the host; quiet it and calibrate again',
  biased:
    'the same code as both arms differs by more than noise explains: something favours one arm; look at foreignLoad and startedAt in aa/runs.jsonl',
  'position-effect':
    'the ratio depends on which arm runs first: runs disturb each other; give the host more time between runs, or quiet it',
  'effect-missed':
    'the injected effect was not seen as large as it is: work is not timed truly on this host; look at the clock rate and at what else runs',
}

const WARNINGS: Readonly<Record<CalibrationWarning, string>> = {
  'noise-red':
    'one pair varies by more than 8 % (RED): only certified verdicts will count here; close other programs',
  autocorrelated:
    'neighbouring pairs resemble each other more than chance explains: the host drifts; let it cool down, or fix its clock rate',
  'effect-undecidable':
    'noise alone moves the estimate of the injected effect by more than two points, so this control says nothing; quiet the host',
  repeated:
    'a check failed at first and was repeated with fresh pairs, which decided; both attempts are in calibration.json',
}

/** One row per workload under a heading. */
export function calibrationTable({ workloads }: Calibration): string {
  const looks = [
    ...new Set(workloads.flatMap(({ certifiable }) => certifiable.map(({ pairs }) => pairs))),
  ]
  const injected = formatLimit(workloads[0]?.injected.improvement ?? 0)
  const heading = [
    'workload',
    'noise',
    'A/A difference',
    'position',
    'lag-1',
    `${injected} seen as`,
    `certifies from (${looks.join(', ')} pairs)`,
    '',
  ]
  return terminalTable([heading, ...workloads.map(rowOf)])
}

/** One line per reason and warning: `warning: grid-search: autocorrelated: …`. */
export function calibrationNotes({ workloads }: Calibration): string[] {
  return workloads.flatMap(({ id, reasons, warnings }) => [
    ...reasons.map((code) => `failed: ${id}: ${code}: ${REASONS[code]}`),
    ...warnings.map((code) => `warning: ${id}: ${code}: ${WARNINGS[code]}`),
  ])
}

/**
 * What an evaluation says about the calibration it quotes: `calibration   GREEN 1.4 % grid-search,
 * 3 days ago`.
 */
export function quoteLine({ status, ageDays, command, workloads }: CalibrationQuote): string {
  const age = ageDays === undefined ? [] : [formatDaysAgo(ageDays)]
  if (status === 'missing')
    return `calibration   none of this host, Node and scale; make one: ${command}`
  if (status === 'failed')
    return `calibration   ${['failed', ...age].join(', ')}: nothing is accepted; repeat it: ${command}`
  const noise = workloads.map(
    ({ id, effectiveSd, class: noiseClass }) => `${noiseClass} ${formatPercent(effectiveSd)} ${id}`,
  )
  return `calibration   ${[noise.join(' · '), ...age].join(', ')}${status === 'stale' ? `: out of date; repeat it: ${command}` : ''}`
}

function rowOf({
  id,
  class: noiseClass,
  effectiveSd,
  certifiable,
  identical,
  injected,
  verdict,
}: CalibratedWorkload): string[] {
  const { m, se, positionT, lag1 } = identical.attempts.at(-1)!
  const effect = injected.attempts.at(-1)!
  return [
    id,
    noiseClass === undefined || effectiveSd === undefined
      ? '–'
      : `${noiseClass} ${formatPercent(effectiveSd)}`,
    m === undefined || se === undefined
      ? '–'
      : `${formatSignedPercent(improvementOf(m), 2)}${se > 0 ? ` (${formatNumber(m / -se)} SE)` : ''}`,
    positionT === undefined ? '–' : `t ${formatNumber(positionT)}`,
    lag1 === undefined ? '–' : formatNumber(lag1, 2),
    describeEffect(effect),
    certifiable.map(({ improvement }) => formatPercent(improvement)).join(', ') || '–',
    verdict,
  ]
}

function describeEffect({
  improvement,
  ci95,
  outcome,
}: CalibratedWorkload['injected']['attempts'][number]): string {
  const seen = improvement === undefined ? '–' : formatPercent(improvement)
  const interval = ci95 === undefined ? '' : ` [${formatPercentInterval(ci95)}]`
  return `${seen}${interval}${outcome === 'seen' ? '' : ` ${outcome}`}`
}
