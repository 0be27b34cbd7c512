import {
  formatCount,
  formatDuration,
  formatMs,
  formatPercentBounds,
  formatSignedPercent,
} from '../text/format.js'
import { alignedRows } from '../text/table.js'
import type { GateCase, GateReport, GateRound } from './gate-report.js'
import {
  certifiableText,
  countText,
  divergenceText,
  executionsText,
  grownText,
  reasonText,
  slowdownInterval,
  totalOfEqual,
  verdictText,
  warningsOf,
} from './gate-words.js'

const NAME_WIDTH = 13

/**
 * The report for a terminal: one row per round, then explanations, and the verdict last.
 *
 * @param out folder of the outputs, as a reader types it
 */
export function gateText(report: GateReport, out: string): string {
  const { cases, equivalence, notes, base, head, durationMs } = report
  const lines = [
    ...(base && head
      ? [
          labelled(
            'compared',
            `base ${base.commit.slice(0, 8)} (${base.ref}) → head ${head.commit.slice(0, 8)}`,
          ),
        ]
      : []),
    ...(equivalence?.kind === 'different'
      ? [labelled('different', divergenceText(equivalence.divergence))]
      : []),
    ...alignedRows(cases.flatMap(rowsOf), '   '),
    ...cases.flatMap((one) => detailsOf(one, report.rule, out)),
    ...countedLines(cases),
    ...notes.map((note) => labelled('note', note)),
    labelled(
      report.verdict === 'not-equivalent' || report.verdict === 'not-comparable'
        ? 'no verdict'
        : 'verdict',
      `${verdictText(report)}, in ${formatDuration(durationMs)}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function rowsOf({ name, rounds, verdict }: GateCase): string[][] {
  return rounds.map((round, index) => [
    index === 0 ? name : '  measured again',
    ...cellsOf(round),
    index === rounds.length - 1 ? verdict : 'failed',
  ])
}

function cellsOf(round: GateRound): string[] {
  const { baseMs, headMs, slowdown, pairs, noise, certifiable } = round
  const bounds = slowdownInterval(round)
  const interval = bounds === undefined ? '' : `  ${formatPercentBounds(bounds)}`
  return [
    baseMs === undefined || headMs === undefined ? '' : `${formatMs(baseMs)} → ${formatMs(headMs)}`,
    slowdown === undefined ? '' : `${formatSignedPercent(slowdown)}${interval}`,
    `${pairs} pairs`,
    noise === undefined ? '' : noise.class,
    certifiable === undefined ? '' : certifiableText(certifiable),
  ]
}

function detailsOf(one: GateCase, rule: GateReport['rule'], out: string): string[] {
  return [
    ...(one.verdict === 'pass'
      ? []
      : [labelled(one.verdict, `${one.name}: ${reasonText(one, rule)}`)]),
    ...warningsOf(one).map(({ code, hint }) =>
      labelled('warning', `${one.name}: ${code}: ${hint}`),
    ),
    ...(one.profile?.grown ?? []).map((grown) =>
      labelled('grew', `${one.name}: ${grownText(grown)}`),
    ),
    ...executionsText(one).map((text) => labelled('executed', `${one.name}: ${text}`)),
    ...(one.profile === undefined
      ? []
      : [labelled('flame graph', `${out}/${one.profile.folder}/difference.svg`)]),
  ]
}

function countedLines(cases: readonly GateCase[]): string[] {
  if (cases.length === 0) return []
  const different = cases.flatMap(({ name, countedWork }) =>
    countedWork.different.map(({ name: counter, base, head }) =>
      labelled('counted', `${name}: ${counter} ${countText(base)} → ${countText(head)}`),
    ),
  )
  return [
    ...different,
    labelled(
      'counted',
      `${formatCount(totalOfEqual(cases))} counters equal, ${formatCount(different.length)} different`,
    ),
  ]
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(NAME_WIDTH)} ${text}`
}
