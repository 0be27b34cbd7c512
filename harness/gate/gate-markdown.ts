import { signedChange } from '../record/change-text.js'
import { escapeCode, escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import {
  formatCount,
  formatDuration,
  formatLimit,
  formatMs,
  formatPercent,
} from '../text/format.js'
import { markdownTable } from '../text/table.js'
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

/** First line of the comment; the next gate finds the comment by it and replaces it. */
export const COMMENT_MARK = '<!-- assay gate -->'

/**
 * The report as a comment on a pull request or as the summary of a job: the verdict, the reasons,
 * and the command that repeats it.
 */
export function gateMarkdown(report: GateReport): string {
  const blocks = [
    COMMENT_MARK,
    `## Performance gate: ${verdictText(report)}`,
    versionsLine(report),
    report.problem === undefined
      ? undefined
      : `**Not comparable:** ${escapeMarkdown(report.problem)}`,
    resultsBlock(report),
    casesTable(report.cases),
    ...report.cases.map((one) => detailsOf(one, report.rule)),
    countedTable(report.cases),
    list(report.notes),
    repeatBlock(report),
  ]
  return `${blocks.filter((block) => block !== undefined && block !== '').join('\n\n')}\n`
}

function versionsLine({ base, head, rule, environment, durationMs }: GateReport): string {
  const commits =
    base && head
      ? `\`${head.commit.slice(0, 8)}\` against \`${base.commit.slice(0, 8)}\` (merge-base with ${escapeName(base.ref)}) · `
      : ''
  return `${commits}limit ${formatLimit(rule.limit)} slower, ${rule.metric} time, ${rule.scale} scale · Node ${environment.node}, ${environment.cpuCount} × ${escapeName(environment.cpuModel)} · took ${formatDuration(durationMs)}`
}

function resultsBlock({ equivalence }: GateReport): string | undefined {
  if (equivalence === undefined) return undefined
  if (equivalence.kind === 'equal')
    return `Results: equal, ${formatCount(equivalence.digests)} digests over ${equivalence.seeds.length} seeds.`
  const why =
    equivalence.changed === undefined
      ? 'so nothing was measured'
      : `announced: ${escapeMarkdown(equivalence.changed)}`
  return `Results: **different**, ${why}. First difference: ${escapeMarkdown(divergenceText(equivalence.divergence))}.`
}

function casesTable(cases: readonly GateCase[]): string | undefined {
  if (cases.length === 0) return undefined
  return markdownTable(
    [
      'case',
      'base → head',
      'slower by [interval over all looks]',
      'pairs',
      'noise',
      'certified with 80 % power',
      'verdict',
    ],
    cases.flatMap(({ name, rounds, verdict }) =>
      rounds.map((round, index) => [
        index === 0 ? escapeName(name) : '↳ measured again',
        ...roundCells(round),
        index === 0 ? `**${verdict}**` : '',
      ]),
    ),
  )
}

function roundCells(round: GateRound): string[] {
  const { baseMs, headMs, slowdown, pairs, noise, certifiable } = round
  return [
    baseMs === undefined || headMs === undefined
      ? '–'
      : `${formatMs(baseMs)} → ${formatMs(headMs)}`,
    slowdown === undefined ? '–' : signedChange(slowdown, slowdownInterval(round)),
    String(pairs),
    noise === undefined ? '–' : `${noise.class} ${formatPercent(noise.effectiveSd)}`,
    certifiable === undefined ? '–' : certifiableText(certifiable),
  ]
}

function detailsOf(one: GateCase, rule: GateReport['rule']): string | undefined {
  const lines = [
    ...(one.verdict === 'pass' ? [] : [`${one.verdict}: ${reasonText(one, rule)}`]),
    ...warningsOf(one).map(({ code, hint }) => `warning ${code}: ${hint}`),
    ...(one.profile?.grown ?? []).map((grown) => `grew: ${grownText(grown)} per pass`),
    ...executionsText(one).map((text) => `executed: ${text}`),
    ...(one.profile === undefined
      ? []
      : [
          `flame graph of the difference: ${one.profile.folder}/difference.svg in the outputs of this gate`,
        ]),
  ]
  if (lines.length === 0) return undefined
  return `**${escapeName(one.name)}** (${escapeMarkdown(one.content)})\n\n${list(lines)}`
}

function countedTable(cases: readonly GateCase[]): string {
  const rows = cases.flatMap(({ name, countedWork }) =>
    countedWork.different.map(({ name: counter, base, head }) => [
      escapeName(name),
      escapeName(counter),
      countText(base),
      countText(head),
    ]),
  )
  const unsteady = [...new Set(cases.flatMap(({ countedWork }) => countedWork.unsteady))]
  const left =
    unsteady.length === 0
      ? ''
      : `\n\nNot compared, because they vary from run to run: ${unsteady.map(escapeName).join(', ')}.`
  if (rows.length > 0)
    return `Counters that differ:\n\n${markdownTable(['case', 'counter', 'base', 'head'], rows)}${left}`
  return cases.length === 0
    ? ''
    : `Counted work: ${formatCount(totalOfEqual(cases))} counters, all equal.${left}`
}

function repeatBlock({ command, exitCode }: GateReport): string {
  return `Repeat with:\n\n\`\`\`\n${escapeCode(command)}\n\`\`\`\n\nExit code ${exitCode}. For an explanation, see docs/gate.md.`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')
}
