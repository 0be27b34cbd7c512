import { ARMS, type Arm } from '../contract.js'
import { gainSentence, gainWord } from '../profile/figures/gain-text.js'
import { capitalize } from '../text/capitalize.js'
import { escapeMarkdown, escapeName, escapePath } from '../text/escape-markdown.js'
import { formatPercent, formatRatio, formatSignedPercent } from '../text/format.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** Where the time of one workload went; every text is markdown. */
export interface TimeSpent {
  readonly workload: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The gain, the overhead, and links to the flame graphs. */
  readonly lines: readonly string[]
}

type ProfileRecord = NonNullable<WorkloadRecord['profile']>

/** A category gets a row if one of its shares is at least this. */
const SHOWN = 0.005
/** Number of categories in a sentence. */
const NAMED = 3

/** One table for each profiled workload, beginning with that of the record's own profile. */
export function timeSpent(record: DecisionRecord): TimeSpent[] {
  const isFirst = ({ id }: WorkloadRecord) => id === record.profile?.workload
  const ordered = [
    ...record.workloads.filter(isFirst),
    ...record.workloads.filter((workload) => !isFirst(workload)),
  ]
  return ordered.flatMap(({ id, profile }) => {
    if (profile === undefined) return []
    const arms = ARMS.filter((arm) =>
      profile.categories.some((category) => category[arm] !== undefined),
    )
    const { gain } = profile
    const isDivided = gain?.explained !== undefined
    return [
      {
        workload: escapeName(id),
        head: ['category', ...arms, ...(isDivided ? [`share of the ${gainWord(gain)}`] : [])],
        rows: rowsOf(profile, arms, isDivided),
        lines: [
          ...gainLines(profile),
          ...overheadLines(profile, arms),
          ...pictureLines(id, record),
        ],
      },
    ]
  })
}

/** Where the time of the pure baseline goes, in one sentence; '' without a profile. */
export function baselineSentence({ profile }: DecisionRecord): string {
  if (profile === undefined) return ''
  const largest = largestShares(
    profile.categories.map(({ name, baseline }) => ({ name, share: baseline })),
  )
  if (largest.length === 0) return ''
  const ratio = profile.overheadToComputation?.baseline
  const overhead =
    ratio === undefined ? '' : `; the ratio of overhead to computation is ${formatRatio(ratio)}`
  return `In the profile of the baseline, ${escapeName(profile.workload)} spends most of its time on ${largest.join(', ')}${overhead}.`
}

/**
 * The next optimization target of each profiled workload, by share and estimated effort: with the
 * layers of the candidate if it was accepted, otherwise with those of the compared arm.
 *
 * @returns empty if nothing was profiled, or no target is left
 */
export function nextTargets({ verdict, workloads }: DecisionRecord): string[] {
  return workloads.flatMap(({ id, role, against, profile }) => {
    const target = profile?.next[verdict === 'accepted' ? 'candidate' : against]?.[0]
    if (role !== 'target' || target === undefined) return []
    const { category, share, effort, operations } = target
    const place = operations[0] === undefined ? '' : `: ${escapeName(operations[0])}`
    return [
      `${escapeName(category)}, ${formatPercent(share)} of ${escapeName(id)} (effort ${effort}${place})`,
    ]
  })
}

/** The next targets in a sentence; '' if there are none. */
export function nextSentence(record: DecisionRecord): string {
  const targets = nextTargets(record)
  if (targets.length === 0) return ''
  const where = record.verdict === 'accepted' ? 'with this layer' : 'without this layer'
  return `Next to optimize ${where}, by share and estimated effort: ${targets.join('; ')}.`
}

/**
 * Where the gain of each profiled target comes from, and whether the profiles agree with the
 * measurement: `gain on grid-search: GC (27 %), …`. A budget does not judge a gain.
 */
export function gainSources({ workloads }: DecisionRecord): string[] {
  return workloads.flatMap(({ id, role, budget, profile, warnings }) => {
    if (role !== 'target' || budget !== undefined) return []
    if (profile?.gain?.explained === undefined) return []
    const word = gainWord(profile.gain)
    const largest = largestShares(
      profile.categories
        .filter(({ shareOfGain = 0 }) => shareOfGain >= SHOWN)
        .map(({ name, shareOfGain }) => ({ name, share: shareOfGain })),
      0,
    )
    if (largest.length === 0) return []
    const agrees = warnings.some(({ code }) => code === 'profile-disagrees')
      ? 'the profiles **disagree** with the measurement, so these shares are rough'
      : 'the profiles agree with the measurement'
    return [`${word} on ${escapeName(id)}: ${largest.join(', ')}; ${agrees}`]
  })
}

/** The categories with the largest shares, `GC (27 %)`; those without a share are left out. */
function largestShares(
  shares: readonly { readonly name: string; readonly share: number | undefined }[],
  digits?: number,
): string[] {
  return shares
    .flatMap(({ name, share }) => (share === undefined ? [] : [{ name, share }]))
    .sort((a, b) => b.share - a.share)
    .slice(0, NAMED)
    .map(({ name, share }) => `${escapeName(name)} (${formatPercent(share, digits)})`)
}

function rowsOf(
  { categories }: ProfileRecord,
  arms: readonly Arm[],
  isDivided: boolean,
): string[][] {
  return categories
    .filter((category) =>
      [...arms.map((arm) => category[arm]), category.shareOfGain].some(
        (share) => Math.abs(share ?? 0) >= SHOWN,
      ),
    )
    .map(({ name, shareOfGain, withInlining, ...shares }) => [
      escapeName(name),
      ...arms.map((arm) => shareCell(shares[arm], withInlining?.[arm])),
      ...(isDivided ? [shareOfGain === undefined ? '—' : formatSignedPercent(shareOfGain)] : []),
    ])
}

/** Both shares if V8 assigns a category differently with inlining. */
function shareCell(share: number | undefined, inlined: number | undefined): string {
  if (share === undefined) return '—'
  return `${formatPercent(share)}${inlined === undefined ? '' : ` (${formatPercent(inlined)} with inlining)`}`
}

function gainLines({ gain }: ProfileRecord): string[] {
  return gain === undefined ? [] : [`${escapeMarkdown(capitalize(gainSentence(gain)))}.`]
}

function overheadLines(
  { overheadToComputation: ratios }: ProfileRecord,
  arms: readonly Arm[],
): string[] {
  const shown = arms.flatMap((arm) =>
    ratios?.[arm] === undefined ? [] : [`${formatRatio(ratios[arm])} (${arm})`],
  )
  return shown.length === 0 ? [] : [`Overhead to computation: ${shown.join(' → ')}.`]
}

/** Links to the flame graphs in the evidence. */
function pictureLines(workload: string, { id, evidence }: DecisionRecord): string[] {
  const links = [...ARMS, 'difference'].flatMap((name) => {
    const file = `${workload}/${name}.svg`
    return Object.hasOwn(evidence, file)
      ? [`[${name}](../${escapePath(`profiling-results/${id}/${file}`)})`]
      : []
  })
  return links.length === 0 ? [] : [`Flame graphs: ${links.join(' · ')}.`]
}
