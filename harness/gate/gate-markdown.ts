import { escapeCode, escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import {
  formatCount,
  formatDuration,
  formatLimit,
  formatMs,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
} from '../text/format.js'
import { markdownTable } from '../text/table.js'
import type { GateCase, GateReport, GateRound } from './gate-report.js'
import { divergenceText, reasonText, verdictText } from './gate-words.js'

/** Begins every comment, so that the next one can replace it. */
const COMMENT_MARK = '<!-- assay gate -->'

/**
 * The report as a comment on a pull request or the summary of a job: the verdict first, then why,
 * then how to repeat it.
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
    ...report.cases.map(detailsOf),
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
  const rows = cases.flatMap(({ name, rounds, verdict }) =>
    rounds.map((round, index) => [
      index === 0 ? escapeName(name) : '↳ measured again',
      round.baseMs === undefined || round.headMs === undefined
        ? '–'
        : `${formatMs(round.baseMs)} → ${formatMs(round.headMs)}`,
      slowdownText(round),
      String(round.pairs),
      round.noise === undefined
        ? '–'
        : `${round.noise.class} ${formatPercent(round.noise.effectiveSd)}`,
      certifiableText(round),
      index === 0 ? `**${verdict}**` : '',
    ]),
  )
  return markdownTable(
    ['case', 'base → head', 'slower by [95 % CI]', 'pairs', 'noise', 'certifies', 'verdict'],
    rows,
  )
}

function slowdownText({ slowdown, ci95 }: GateRound): string {
  if (slowdown === undefined) return '–'
  return `${formatSignedPercent(slowdown)}${ci95 === undefined ? '' : ` [${formatPercentInterval(ci95)}]`}`
}

function certifiableText({ certifiable }: GateRound): string {
  if (certifiable === undefined) return '–'
  return `≤ ${formatPercent(certifiable.passes)} passes, ≥ ${formatPercent(certifiable.fails)} fails`
}

function detailsOf(one: GateCase): string | undefined {
  const lines = [
    ...(one.verdict === 'pass' ? [] : [`${one.verdict}: ${reasonText(one)}`]),
    ...one.rounds.flatMap(({ warnings }) =>
      warnings.map(({ code, hint }) => `warning ${code}: ${hint}`),
    ),
    ...(one.profile?.grown ?? []).map(
      ({ name, place, baseMs, headMs }) =>
        `grew: ${name}${place === undefined ? '' : ` (${place})`} ${formatMs(baseMs)} → ${formatMs(headMs)} per pass`,
    ),
    ...(one.profile === undefined
      ? []
      : [`flame graphs: ${one.profile.folder}/difference.svg in the outputs of this gate`]),
  ]
  if (lines.length === 0) return undefined
  return `**${escapeName(one.name)}** (${escapeMarkdown(one.content)})\n\n${list(lines)}`
}

function countedTable(cases: readonly GateCase[]): string {
  const rows = cases.flatMap(({ name, countedWork }) =>
    countedWork.different.map(({ name: counter, base, head }) => [
      escapeName(name),
      escapeName(counter),
      base === undefined ? 'not counted' : formatCount(base),
      head === undefined ? 'not counted' : formatCount(head),
    ]),
  )
  const unsteady = [...new Set(cases.flatMap(({ countedWork }) => countedWork.unsteady))]
  const left =
    unsteady.length === 0
      ? ''
      : `\n\nNot compared, since not the same in every run: ${unsteady.map(escapeName).join(', ')}.`
  if (rows.length > 0)
    return `Counted work that differs:\n\n${markdownTable(['case', 'count', 'base', 'head'], rows)}${left}`
  const equal = cases.reduce((sum, { countedWork }) => sum + countedWork.equal, 0)
  return cases.length === 0 ? '' : `Counted work: ${formatCount(equal)} counts, all equal.${left}`
}

function repeatBlock({ command, exitCode }: GateReport): string {
  return `Repeat with:\n\n\`\`\`\n${escapeCode(command)}\n\`\`\`\n\nExit code ${exitCode}. How to read this: docs/gate.md.`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')
}
