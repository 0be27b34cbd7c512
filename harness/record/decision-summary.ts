import { noiseClassSchema } from '../evidence/field-schemas.js'
import { divergencePlace } from '../text/divergence-place.js'
import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { formatCounted, formatLimit, formatSpeedup } from '../text/format.js'
import { MEMORY_LIMIT } from '../verdict/memory.js'
import { memoryChange } from './evidence-rows.js'
import { changeWithInterval, headline } from './headline.js'
import type { DecisionRecord } from './record-schema.js'
import { numberOf, supersededBy } from './supersession.js'

/** One row of the table at the top of a decision; the value is inline markdown. */
export interface SummaryRow {
  readonly label: string
  readonly value: string
}

/**
 * The table at the top of a decision.
 *
 * @param records all records; one of them may supersede this one
 */
export function summaryOf(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): SummaryRow[] {
  const newer = supersededBy(record, records)
  return [
    { label: 'Date', value: dateLine(record) },
    { label: 'Decision', value: decisionLine(record) },
    { label: 'Against the pure baseline', value: cumulativeLine(record) },
    { label: 'Equivalence', value: equivalenceLine(record) },
    { label: 'Memory', value: memoryLine(record) },
    {
      label: 'Supersedes',
      value: record.supersedes === null ? '—' : escapeName(record.supersedes),
    },
    ...(newer === undefined
      ? []
      : [{ label: 'Superseded by', value: `**${numberOf(newer.id)}** (${newer.verdict})` }]),
  ]
}

function dateLine({ date, git, host, workloads, scale }: DecisionRecord): string {
  const commit =
    git === null ? 'no commit' : `commit ${git.commit.slice(0, 7)}${git.dirty ? ' (dirty)' : ''}`
  const classes = workloads.flatMap(({ noise }) => (noise === undefined ? [] : [noise.class]))
  const worst = noiseClassSchema.options.findLast((name) => classes.includes(name))
  const node = `Node ${host.node.replace(/^v/, '')}`
  const parts = [
    date,
    commit,
    node,
    `${host.cpuCount} × ${host.cpuModel}`,
    `scale ${scale}`,
    ...(worst ? [`noise ${worst}`] : []),
  ]
  return parts.map(escapeMarkdown).join(' · ')
}

function decisionLine(record: DecisionRecord): string {
  const control =
    record.injected === undefined ? [] : ['**control, not a decision about the layer**']
  if (record.equivalence.kind === 'different')
    return [...control, '**rejected**: the results differ, so timings are not shown'].join('<br>')
  if (record.workloads.length === 0)
    return [...control, `**${record.verdict}**: no layer was accepted`].join('<br>')
  return [...control, ...record.workloads.map((workload) => headline(workload, record))].join(
    '<br>',
  )
}

function cumulativeLine(record: DecisionRecord): string {
  if (record.cumulative === undefined) return '—'
  const { improvement, ci95, speedup } = record.cumulative
  const targets = record.workloads.filter(({ role }) => role === 'target').length
  const over = targets > 1 ? `, geometric mean of ${targets} target workloads` : ''
  return `${changeWithInterval(improvement, ci95)}, speedup ${formatSpeedup(speedup)}${over}`
}

function equivalenceLine({ equivalence, workloads }: DecisionRecord): string {
  if (equivalence.kind === 'equal' && workloads.length === 0) return '—'
  if (equivalence.kind === 'equal') {
    const contents = workloads
      .map(({ id, content }) => `${escapeName(id)}: ${escapeName(content)}`)
      .join('; ')
    return `identical results for ${formatCounted(equivalence.seeds.length, 'seed')} and in all ${formatCounted(equivalence.measuredRuns, 'measured run')} (${contents})`
  }
  const { found, arm, field, baseline, candidate } = equivalence.divergence
  const place = divergencePlace(equivalence.divergence, escapeName)
  return `**different**, found ${found}: ${place}: ${escapeName(field)} is ${escapeName(candidate)} (${arm}) instead of ${escapeName(baseline)}`
}

function memoryLine({ workloads, regime }: DecisionRecord): string {
  const measured = workloads.flatMap(({ id, memory }) =>
    memory === undefined
      ? []
      : [
          `${workloads.length > 1 ? `${escapeName(id)} ` : ''}${memoryChange(memory)} (${memory.verdict})`,
        ],
  )
  if (measured.length === 0)
    return workloads.length === 0
      ? '—'
      : `not measured: this host does not report peak memory (${regime.memory})`
  const against = workloads.some((workload) => workload.against === 'incumbent')
    ? ' against the incumbent'
    : ''
  return `peak${against}: ${measured.join(', ')}; limit +${formatLimit(MEMORY_LIMIT)}, ${regime.memory}`
}

/** The layers of each arm. */
export function armsSentence({ stacks, equivalence, workloads }: DecisionRecord): string {
  if (workloads.length === 0 && equivalence.kind === 'equal')
    return 'Nothing was measured, because no layer was accepted.'
  const withLayers = (stack: readonly string[]) =>
    stack.length === 0 ? 'without layers' : `with ${stack.map(escapeName).join(', ')}`
  const incumbent =
    stacks.incumbent.length === 0 ? '' : ` the incumbent ${withLayers(stacks.incumbent)},`
  return `The pure baseline runs ${withLayers(stacks.baseline)},${incumbent} the candidate ${withLayers(stacks.candidate)}.`
}
