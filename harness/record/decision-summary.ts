import type { PlannedWorkload } from '../evidence/evidence.js'
import { divergencePlace } from '../text/divergence-place.js'
import { escapeCode, escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { formatCounted, formatLimit, formatPercent, formatSpeedup } from '../text/format.js'
import { counterOf, looksOf } from '../verdict/criteria.js'
import { MEMORY_LIMIT } from '../verdict/memory.js'
import { calibrationText } from './calibration-text.js'
import { changeWithInterval } from './change-text.js'
import { criterionOf, resolutionClaim } from './claim.js'
import { sureness } from './deciding-interval.js'
import { memoryChange } from './evidence-rows.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'
import { numberOf } from './supersession.js'
import { gainSources, nextTargets } from './time-spent.js'

/** One row of the table at the top of a decision; the value is inline markdown. */
export interface SummaryRow {
  readonly label: string
  readonly value: string
}

/**
 * The table at the top of a decision, below its results: at what cost, how sure, and how to repeat
 * it. A row without a value is left out.
 */
export function summaryOf(record: DecisionRecord): SummaryRow[] {
  const rows: Readonly<Record<string, string>> = {
    'Compared with': comparedLine(record),
    'All targets': cumulativeLine(record),
    'Same results': equivalenceLine(record),
    'Peak memory': memoryLine(record),
    Guards: guardLine(record),
    'How sure': suretyLines(record).join('<br>'),
    'Valid for': validityLine(record),
    Why: gainSources(record).join('<br>'),
    Next: nextTargets(record).join('; '),
    Repeat: `${codeSpan(record.command)}; check this record with ${codeSpan(`npx assay replay ${numberOf(record.id)}`)}`,
    Made: madeLine(record),
  }
  return Object.entries(rows).flatMap(([label, value]) => (value === '' ? [] : [{ label, value }]))
}

/**
 * A command as a code span. One with a character that could end the span or the cell stands only in
 * the section about reproducing, in a block of its own.
 */
function codeSpan(command: string): string {
  return /[`|<>]/.test(command) ? '`(see Reproduce)`' : `\`${escapeCode(command)}\``
}

function madeLine({ date, git, supersedes }: DecisionRecord): string {
  const commit =
    git === null
      ? 'no commit'
      : `commit ${git.commit.slice(0, 7)}${git.dirty ? ' with uncommitted changes' : ''}`
  const older = supersedes === null ? [] : [`supersedes ${escapeName(supersedes)}`]
  return [escapeMarkdown(date), escapeMarkdown(commit), ...older].join(' · ')
}

/** The arm of every comparison above, if it is not the pure baseline. */
function comparedLine({ stacks, workloads }: DecisionRecord): string {
  return workloads.some(({ against }) => against === 'incumbent')
    ? `the incumbent: ${stacks.incumbent.map(escapeName).join(', ')}`
    : ''
}

/**
 * All targets together against the pure baseline, where this is not the result of the one target.
 * Only with one look do the pairs give an interval that holds: otherwise it is in the details.
 */
function cumulativeLine(record: DecisionRecord): string {
  const { cumulative, workloads, regime, criterion } = record
  const targets = workloads.filter(({ role }) => role === 'target')
  if (cumulative === undefined || counterOf(criterion) !== undefined) return ''
  if (targets.length === 1 && targets[0]?.against === 'baseline') return ''
  const over = targets.length > 1 ? `, geometric mean of ${targets.length} targets` : ''
  const change = changeWithInterval(
    cumulative.improvement,
    regime.fixed ? cumulative.ci95 : undefined,
  )
  return `${change} than the pure baseline, speedup ${formatSpeedup(cumulative.speedup)}${over}`
}

function equivalenceLine({ equivalence, workloads }: DecisionRecord): string {
  if (equivalence.kind === 'equal' && workloads.length === 0) return ''
  if (equivalence.kind === 'equal')
    return `yes: ${formatCounted(equivalence.seeds.length, 'seed')}, and all ${formatCounted(equivalence.measuredRuns, 'measured run')}`
  const { found, arm, field, baseline, candidate } = equivalence.divergence
  const place = divergencePlace(equivalence.divergence, escapeName)
  return `**different**, found ${found}: ${place}: ${escapeName(field)} is ${escapeName(candidate)} (${arm}) instead of ${escapeName(baseline)}`
}

type Memory = NonNullable<WorkloadRecord['memory']>

const MEMORY_WORDS: Readonly<Record<Memory['verdict'], string>> = {
  within: 'within',
  over: '**over**',
  undecided: 'undecided',
}

function memoryLine({ workloads, regime }: DecisionRecord): string {
  if (workloads.length === 0) return ''
  const measured = workloads.flatMap(({ id, memory }) =>
    memory === undefined
      ? []
      : [
          `${workloads.length > 1 ? `${escapeName(id)} ` : ''}${memoryChange(memory)} (${MEMORY_WORDS[memory.verdict]})`,
        ],
  )
  if (measured.length === 0)
    return `not measured: this host does not report it (limit ${regime.memory})`
  const against = workloads.some((workload) => workload.against === 'incumbent')
    ? ', against the incumbent'
    : ''
  return `${measured.join(', ')}; limit +${formatLimit(MEMORY_LIMIT)}, ${regime.memory}${against}`
}

/** What else a layer must not cost. */
function guardLine({ workloads }: DecisionRecord): string {
  if (workloads.length === 0) return ''
  return workloads.some(({ role }) => role === 'guard')
    ? ''
    : 'none, because every workload of the suite is a target'
}

const DESIGN_WORDS: Readonly<Record<NonNullable<PlannedWorkload['design']>, string>> = {
  'co-scheduled': 'the arms at the same time on one core (co-scheduled)',
  'lock-step': 'the arms alive on one core, their iterations in turn (lock-step)',
  adjacent: 'one process after the other (adjacent)',
}

/** How the pairs were made, how many, at which level the bounds hold, what they could resolve. */
function suretyLines(record: DecisionRecord): string[] {
  const { workloads, calibration } = record
  if (workloads.length === 0) return []
  const pairs = perWorkload(workloads, (workload) => pairsText(workload, record))
  const design = perWorkload(workloads, ({ design: how }) => DESIGN_WORDS[how ?? 'adjacent'])
  const host = perWorkload(workloads, ({ id }) => calibrationText(calibration, id) ?? '')
  const resolves = workloads.some(({ looks }) => looks.length > 0)
  return [
    pairs,
    design,
    `each bound holds with ${sureness(record)}`,
    noiseLines(record),
    ...(resolves ? ['resolution: the smallest effect that would be shown with 80 % power'] : []),
    ...(host === '' ? [] : [`identical arms on this host: ${host}`]),
  ].filter((line) => line !== '')
}

/** `10 of at most 40 pairs` */
function pairsText(workload: WorkloadRecord, record: DecisionRecord): string {
  const most = looksOf(record.regime, criterionOf(workload, record)).at(-1)!
  return record.regime.fixed
    ? formatCounted(workload.pairs, 'pair')
    : `${workload.pairs} of at most ${formatCounted(most, 'pair')}`
}

/** `a pair varies by 3.6 % (YELLOW), resolution 6.5 % at 40 pairs` */
function noiseLines(record: DecisionRecord): string {
  return perWorkload(record.workloads, (workload) => {
    const { noise, budget } = workload
    const claim = resolutionClaim(workload, record)
    const parts = [
      ...(noise === undefined || budget !== undefined
        ? []
        : [`a pair varies by ${formatPercent(noise.effectiveSd)} (${noise.class})`]),
      ...(claim === undefined ? [] : [`resolution ${escapeMarkdown(claim)}`]),
    ]
    return parts.join(', ')
  })
}

/** One text if it is the same for every workload, otherwise one for each; empty ones left out. */
function perWorkload(
  workloads: readonly WorkloadRecord[],
  textOf: (workload: WorkloadRecord) => string,
): string {
  const texts = workloads.map((workload) => ({ id: workload.id, text: textOf(workload) }))
  const [first] = texts
  if (first !== undefined && texts.every(({ text }) => text === first.text)) return first.text
  return texts
    .filter(({ text }) => text !== '')
    .map(({ id, text }) => `${escapeName(id)}: ${text}`)
    .join('<br>')
}

/** What was measured, where: the figures are about nothing else. */
function validityLine({ workloads, scale, host }: DecisionRecord): string {
  if (workloads.length === 0) return ''
  const passes = perWorkload(workloads, passesText)
  const machine = `${host.cpuCount} × ${host.cpuModel}, Node ${host.node.replace(/^v/, '')}`
  return [passes, `${scale} scale · ${escapeMarkdown(machine)}`]
    .filter((part) => part !== '')
    .join(passes.includes('<br>') ? '<br>' : ' · ')
}

/** `passes 4–13 of a process`: the timed iterations, which follow the warm-up. */
function passesText({ warmup, iterations }: WorkloadRecord): string {
  if (warmup === undefined || iterations === undefined) return ''
  const first = warmup + 1
  return iterations === 1
    ? `pass ${first} of a process`
    : `passes ${first}–${warmup + iterations} of a process`
}

/** The layers of each arm. */
export function armsSentence({
  stacks,
  equivalence,
  tampering,
  workloads,
}: DecisionRecord): string {
  if (workloads.length === 0 && equivalence.kind === 'equal' && tampering === undefined)
    return 'Nothing was measured, because no layer was accepted.'
  const withLayers = (stack: readonly string[]) =>
    stack.length === 0 ? 'without layers' : `with ${stack.map(escapeName).join(', ')}`
  const incumbent =
    stacks.incumbent.length === 0 ? '' : ` the incumbent ${withLayers(stacks.incumbent)},`
  return `The pure baseline runs ${withLayers(stacks.baseline)},${incumbent} the candidate ${withLayers(stacks.candidate)}.`
}
