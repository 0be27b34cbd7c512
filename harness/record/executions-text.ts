import type { Arm } from '../contract.js'
import type { UNCOUNTABLE, UNSTEADY_CAUSES } from '../evidence/block-counts-schema.js'
import { workRatio } from '../profile/figures/work-change.js'
import { capitalize } from '../text/capitalize.js'
import { formatCount, formatSignedPercent } from '../text/format.js'
import { visibleText } from '../text/visible-text.js'
import type { Executions } from './executions-schema.js'

/** Executions as plain text, to be escaped by who shows it. */

type Exact = Extract<Executions, { kind: 'exact' }>
type Off = Extract<Executions, { kind: 'off' }>

/** The words for arms: their own names, or `base` and `head`. */
export type ArmNames = Readonly<Record<Arm, string>>

/** The arms of an evaluation. */
export const OWN_NAMES: ArmNames = {
  baseline: 'baseline',
  incumbent: 'incumbent',
  candidate: 'candidate',
}

/**
 * What was counted: the total and the number of changed lines, or why there is nothing to compare.
 * Without a final period.
 */
export function executionsSentence(executions: Executions, names: ArmNames): string {
  if (executions.kind === 'off') return `executions are not compared: ${offText(executions, names)}`
  const { against, before, after, changed, processes } = executions
  const [from, to] = [names[against], names.candidate]
  const total =
    before === after
      ? `${formatCount(after)} executions, as many in ${from} as in ${to}`
      : `${formatCount(before)} → ${formatCount(after)} executions (${workPercent(executions)}) from ${from} to ${to}`
  const lines = changed === 1 ? '1 line changed' : `${formatCount(changed)} lines changed`
  return `${total}; ${lines}, the same counts in ${processes} processes of each`
}

/** The lines that changed most, and the functions that only one arm ran. */
export function executionLines(executions: Executions, names: ArmNames): string[] {
  if (executions.kind === 'off') return []
  return [...executions.lines.map(lineText), ...oneSidedLines(executions, names)]
}

/** The functions that only one of the two arms ran: at most two sentences. */
export function oneSidedLines(executions: Executions, names: ArmNames): string[] {
  if (executions.kind === 'off') return []
  const { against, onlyBefore, onlyAfter } = executions
  return [...oneSidedText(onlyAfter, names.candidate), ...oneSidedText(onlyBefore, names[against])]
}

/** A line as a row of a table: its place, and its executions before and after. */
export function executionRow(line: Exact['lines'][number]): [string, string, string, string] {
  return [placeOf(line), visibleText(line.name), formatCount(line.before), formatCount(line.after)]
}

/** A change of the work in percent, with more digits the smaller it is: `+3.1 %`, `+0.020 %`. */
function workPercent(change: Pick<Exact, 'before' | 'after'>): string {
  const ratio = workRatio(change)
  const size = Math.max(1e-6, Math.abs(100 * ratio))
  return formatSignedPercent(ratio, Math.max(1, 1 + Math.ceil(-Math.log10(size))))
}

/** `engine/portal/long-table.ts line 42 (bars) ran 1,000,000 → 10,000 times` */
function lineText(line: Exact['lines'][number]): string {
  const [place, name, before, after] = executionRow(line)
  return line.before === line.after
    ? `${place} (${name}) ran ${after} times in both, with other branches`
    : `${place} (${name}) ran ${before} → ${after} times`
}

/** The line of the candidate, and that of the other arm if it differs. */
function placeOf({ file, line, lineBefore }: Exact['lines'][number]): string {
  const path = visibleText(file)
  if (line === undefined) return `${path} line ${lineBefore} (removed)`
  return `${path} line ${line}${lineBefore === undefined ? '' : ` (before: ${lineBefore})`}`
}

function oneSidedText(one: Exact['onlyBefore'], arm: string): string[] {
  if (one === undefined) return []
  const { functions, most } = one
  const named = most.map(
    ({ name, file, line, calls }) =>
      `${visibleText(name)} (${visibleText(file)}:${line}) ${formatCount(calls)} times`,
  )
  const count = functions === 1 ? '1 function runs' : `${formatCount(functions)} functions run`
  return [`${count} only in ${arm}${functions > most.length ? ', e.g.' : ':'} ${named.join(', ')}`]
}

const REASONS: Readonly<Record<(typeof UNCOUNTABLE)[number], string>> = {
  unsteady: 'two processes of the same arm count differently',
  'lost-threads': 'a worker thread ended before its counts could be taken',
  'started-processes': 'other processes work for the pass, and their code is not counted',
  'nothing-counted': 'an arm runs no code of the project that can be counted',
}

const CAUSES: Readonly<Record<(typeof UNSTEADY_CAUSES)[number], string>> = {
  clock: 'the code there reads a clock',
  random: 'the code there draws random numbers',
  timers: 'the code there waits for timers',
  'garbage-collection': 'the code there depends on garbage collection',
  threads: 'the code there depends on the order of threads',
  'folder-order': 'the code there reads the order of files in a folder',
  asynchronous: 'the code there depends on the order of asynchronous events',
  unknown: 'the source shows no cause',
}

/** Why executions are not compared, with the first place that differs. */
function offText({ reason, place }: Off, names: ArmNames): string {
  if (place === undefined) return REASONS[reason]
  const { arm, name, file, line, runs, differing, cause } = place
  const [one, other] = runs.map(formatCount)
  const ran =
    one === other ? `ran ${one} times in both, by other branches` : `ran ${one} and ${other} times`
  const more = differing === 1 ? '' : `, the first of ${formatCount(differing)} lines that differ`
  return `${REASONS[reason]}: in ${names[arm]}, ${visibleText(file)} line ${line} (${visibleText(name)}) ${ran}${more}; probably because ${CAUSES[cause]}`
}

/** The sentence with a capital, and a period. */
export function executionsHeadline(executions: Executions, names: ArmNames): string {
  return `${capitalize(executionsSentence(executions, names))}.`
}
