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

/** The texts of a calibration for a terminal: its codes in words, its table, and its quote. */

const REASONS: Readonly<Record<CalibrationReason, string>> = {
  'results-differ':
    'the same code gave different results; make it deterministic before measuring it',
  incomplete:
    'measuring ended early, because a result differed or because disturbance of the host voided more than a quarter of the pairs; stop other programs and calibrate again',
  biased:
    'two arms with the same code differ by more than noise explains, so the measurement favours one arm; see foreignLoad and startedAt in aa/runs.jsonl',
  'position-effect':
    'the ratio of the arms depends on which runs first, so runs disturb each other; stop other programs and calibrate again',
  'effect-missed':
    'the measured size of the injected effect is wrong, so this host does not time work correctly; check its clock rate and the programs that run beside',
}

const WARNINGS: Readonly<Record<CalibrationWarning, string>> = {
  'noise-red':
    'the noise of one pair is above 8 % (RED), so only certified verdicts count on this host; stop other programs',
  autocorrelated:
    'neighbouring pairs are more alike than chance explains, so the host drifts; let it cool down, or fix its clock rate',
  'bias-undecidable':
    'noise alone moves the difference of identical arms by more than two percentage points, so a bias could hide in it; stop other programs',
  'effect-undecidable':
    'noise alone moves the estimate of the injected effect by more than two percentage points, so this check is undecided; stop other programs',
  repeated:
    'a check failed, so it was repeated with fresh pairs, which decided; both attempts are in calibration.json',
}

/** One row per workload, below a heading. */
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
    `${injected} measured as`,
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

/** The calibration quoted by a plan: `calibration   GREEN 1.4 % grid-search, 3 days ago`. */
export function quoteLine(quote: CalibrationQuote): string {
  const { status, ageDays, command, workloads } = quote
  const age = ageDays === undefined ? [] : [formatDaysAgo(ageDays)]
  if (status === 'missing')
    return `calibration   missing for this host, Node version and scale; calibrate: ${command}`
  if (status === 'failed')
    return `calibration   ${['failed', ...age].join(', ')}: nothing is accepted; calibrate again: ${command}`
  const again = {
    stale: `: out of date; calibrate again: ${command}`,
    undecidable: `: too noisy to find a bias; calibrate again: ${command}`,
    passed: '',
  }[status]
  if (quote.short !== undefined)
    return `calibration   ${[...checkTexts(quote), ...age].join(', ')}${again}`
  const noise = workloads.map(
    ({ id, effectiveSd, class: noiseClass }) => `${noiseClass} ${formatPercent(effectiveSd)} ${id}`,
  )
  return `calibration   ${[noise.join(' · '), ...age].join(', ')}${again}`
}

/** `grid-search: identical arms differ by +0.1 % […]; 8.0 % are measured as 8.1 % […]` */
function checkTexts({ checks = [] }: CalibrationQuote): string[] {
  return checks.map(({ workload, identical, injected }) => {
    const difference = `${formatSignedPercent(identical.improvement)} [${formatPercentInterval(identical.ci95)}]`
    const effect =
      injected === undefined
        ? ''
        : `; ${formatPercent(injected.realised)} are measured as ${formatPercent(injected.improvement)} [${formatPercentInterval(injected.ci95)}]`
    return `${workload}: identical arms differ by ${difference}${effect}`
  })
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
