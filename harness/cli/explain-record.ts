import { join } from 'node:path'
import { defined } from '../evidence/defined.js'
import { decisionsOf } from '../evidence/evidence-store.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { judgeRecord } from '../record/judgement.js'
import type { Judgement } from '../record/judgement-schema.js'
import { readRecord } from '../record/record-store.js'
import { formatPercent } from '../text/format.js'
import { visibleLine } from '../text/visible-text.js'
import { judgementLines } from './judgement-lines.js'
import { resolveRecord } from './resolve-record.js'

/** A record for a program: its judgement, what it was about, and where the time goes. */
export interface Explanation {
  readonly judgement: Judgement
  readonly title: string
  readonly hypothesis: string
  readonly date: string
  readonly command: string
  /** Absolute path of the page about it. */
  readonly page: string
  /** Shares of the time by category, the largest in the baseline first; where it was profiled. */
  readonly hotSpots: readonly HotSpots[]
}

interface HotSpots {
  readonly workload: string
  readonly categories: readonly {
    readonly name: string
    readonly baseline?: number
    readonly candidate?: number
  }[]
}

const MOST_CATEGORIES = 8

/**
 * Explains a record.
 *
 * @param root evidence root, absolute
 * @param name id or number of the record
 * @throws {InputError} no such record
 * @throws {InvalidEvidenceError} it is damaged
 */
export function explainRecord(root: string, name: string): Explanation {
  const record = readRecord(root, resolveRecord(root, name))
  const { id, title, hypothesis, date, command } = record
  return {
    judgement: judgeRecord(record, root, { next: [] }),
    title,
    hypothesis,
    date,
    command,
    page: join(decisionsOf(root), `${id}.md`),
    hotSpots: record.workloads.flatMap(hotSpotsOf),
  }
}

function hotSpotsOf({ id, profile }: DecisionRecord['workloads'][number]): HotSpots[] {
  if (profile === undefined) return []
  const categories = [...profile.categories]
    .sort((a, b) => (b.baseline ?? 0) - (a.baseline ?? 0))
    .slice(0, MOST_CATEGORIES)
    .map(({ name, baseline, candidate }) => defined({ name, baseline, candidate }))
  return [{ workload: id, categories }]
}

/** An explanation for people. */
export function explanationLines({
  judgement,
  title,
  hypothesis,
  page,
  hotSpots,
}: Explanation): string[] {
  const { evidence, layer, workloads, warnings } = judgement
  return [
    `${evidence?.id ?? layer}: ${visibleLine(title)}`,
    ...judgementLines(judgement),
    `hypothesis: ${visibleLine(hypothesis)}`,
    ...workloads.map(workloadLine),
    ...warnings.map(({ where, code, hint }) => `warning: ${where}: ${code}: ${visibleLine(hint)}`),
    ...hotSpots.map(hotSpotLine),
    `page: ${page}`,
  ]
}

function workloadLine({ id, verdict, effect, pairs, needed }: Judgement['workloads'][number]) {
  const change = effect === undefined ? '' : `, improvement ${effectText(effect)}`
  return `${id}: ${verdict}${change}, ${pairs} pairs, needs ${needed}`
}

function effectText({
  improvement,
  interval,
}: NonNullable<Judgement['workloads'][number]['effect']>): string {
  const bounds =
    interval === undefined ? '' : ` [${interval.map((one) => formatPercent(one)).join(', ')}]`
  return `${formatPercent(improvement)}${bounds}`
}

function hotSpotLine({ workload, categories }: HotSpots): string {
  const shares = categories.map(
    ({ name, baseline, candidate }) =>
      `${visibleLine(name)} ${share(baseline)} → ${share(candidate)}`,
  )
  return `time of ${workload}, baseline → candidate: ${shares.join(', ')}`
}

function share(fraction: number | undefined): string {
  return fraction === undefined ? '–' : formatPercent(fraction)
}
