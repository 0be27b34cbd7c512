import type { ArmHotspots, Hotspots } from '../evidence/hotspots-schema.js'
import { gainSentence, gainWord } from '../profile/figures/gain-text.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import {
  formatBytes,
  formatCount,
  formatLimit,
  formatMs,
  formatPercent,
  formatRatio,
  formatSignedPercent,
} from '../text/format.js'
import { drawCategoryBars } from './charts/category-bars.js'
import { type Chart, drawChart } from './charts/chart.js'
import { type Html, shortName } from './html.js'
import { type HtmlTable, htmlTable } from './html-table.js'
import type { ProfilePicture, WorkloadProfile } from './profile-source.js'

/** Where the time of one workload went. */
export interface ProfileModel {
  readonly anchor: string
  readonly id: string
  /** What was profiled, and how. */
  readonly setting: string
  readonly bars: Chart
  /** Sentences. */
  readonly facts: readonly string[]
  readonly categories: HtmlTable
  readonly tables: readonly HtmlTable[]
  readonly warnings: readonly {
    readonly where: string
    readonly code: string
    readonly hint: string
  }[]
  readonly pictures: readonly PictureModel[]
}

export interface PictureModel {
  readonly title: string
  /** The picture; '' where the page would become too long with it. */
  readonly svg: Html | ''
  /** From the page to the file. */
  readonly href: string
}

/** Functions and operations shown of an arm. */
const SHOWN = 20
const ABSENT = '—'

/**
 * @param recorded what the record says of it: there the gain is that of the measured runs
 * @param pictures chosen for the page, of this workload
 */
export function profileModel(
  { hotspots, workload }: WorkloadProfile,
  recorded: WorkloadRecord['profile'],
  anchor: string,
  pictures: readonly PictureModel[],
): ProfileModel {
  const gain = recorded?.gain
  const { arms, scale, seed, intervalMicros, node, content } = hotspots
  return {
    anchor,
    id: workload,
    setting: `One untimed run per arm under the profiler (a sample every ${formatMs(intervalMicros / 1000)}, without inlining, so that no function is booked to its caller), on ${content}, scale ${scale}, seed ${seed}, Node ${node}. Shares are of busy time.`,
    bars: drawChart(`${anchor}-bars`, drawCategoryBars(arms)),
    facts: [...arms.flatMap(overheadFact), ...(gain === undefined ? [] : [gainSentence(gain)])],
    categories: categoryTable(hotspots, recorded),
    tables: arms
      .filter(({ arm }) => arm === 'candidate' || arm === (gain?.against ?? 'baseline'))
      .reverse()
      .flatMap((arm) => [
        ...nextTable(arm, shortName(workload)),
        operationTable(arm, shortName(workload)),
        functionTable(arm, shortName(workload)),
        ...allocatorTable(arm, shortName(workload)),
        moduleTable(arm, shortName(workload)),
      ]),
    warnings: arms.flatMap(({ arm, warnings }) =>
      warnings.map((warning) => ({ where: `${shortName(workload)}, ${arm}`, ...warning })),
    ),
    pictures,
  }
}

/** What a picture is called, by the name of its file. */
export function pictureTitle({ name }: Pick<ProfilePicture, 'name'>, { gain }: Hotspots): string {
  return name === 'difference'
    ? `What changed: ${gain?.against ?? 'baseline'} → candidate`
    : `Flame graph: ${name}`
}

function overheadFact({
  arm,
  cpuMs,
  overheadToComputation,
  referenceCpuMs,
}: ArmHotspots): string[] {
  if (overheadToComputation === undefined || referenceCpuMs === undefined) return []
  return [
    `${arm}: overhead to computation ${formatRatio(overheadToComputation)} (${formatMs(cpuMs)} of CPU per pass; the bare computation takes ${formatMs(referenceCpuMs)})`,
  ]
}

function categoryTable(
  { workload, arms }: Hotspots,
  recorded: WorkloadRecord['profile'],
): HtmlTable {
  const names = [...new Set(arms.flatMap(({ categories }) => categories.map(({ name }) => name)))]
  const gain = recorded?.gain?.explained === undefined ? undefined : recorded.gain
  const shares = new Map(recorded?.categories.map(({ name, shareOfGain }) => [name, shareOfGain]))
  const rows = names.map((name) => [
    name,
    ...arms.flatMap(({ categories }) => {
      const found = categories.find((category) => category.name === name)
      if (found === undefined) return [ABSENT, ABSENT, ABSENT]
      const inlined = `${formatPercent(found.inlinedShare)}${found.differs === true ? ' ⚠ differs' : ''}`
      return [
        `${formatMs(found.cpuMs)} (${formatPercent(found.share)})`,
        inlined,
        formatBytes(found.allocatedBytes),
      ]
    }),
    ...(gain === undefined ? [] : [shownShare(shares.get(name))]),
  ])
  return htmlTable(
    `Categories of ${shortName(workload)}`,
    [
      'category',
      ...arms.flatMap(({ arm }) => [
        `#${arm}, CPU per pass`,
        `#${arm}, share with inlining`,
        `#${arm}, allocated`,
      ]),
      ...(gain === undefined ? [] : [`#share of the ${gainWord(gain)}`]),
    ],
    rows,
  )
}

function shownShare(share: number | undefined): string {
  return share === undefined ? ABSENT : formatSignedPercent(share)
}

function nextTable({ arm, next }: ArmHotspots, workload: string): HtmlTable[] {
  if (arm !== 'candidate' || next.length === 0) return []
  return [
    htmlTable(
      `What to optimize next in ${workload}, by share and estimated effort`,
      ['category', '#share', 'effort', 'operations'],
      next.map(({ category, share, effort, operations }) => [
        category,
        formatPercent(share),
        effort,
        operations.map(shortName).join(', '),
      ]),
    ),
  ]
}

function operationTable({ arm, operations }: ArmHotspots, workload: string): HtmlTable {
  return htmlTable(
    `Operations of ${workload}, ${arm}, with the library code they call (▲: bottlenecks above ${formatLimit(0.05)})`,
    ['operation', '#share', '#CPU per pass', '#calls per pass', 'category'],
    operations
      .slice(0, SHOWN)
      .map((one) => [
        `${one.bottleneck === true ? '▲ ' : ''}${placeText(one)}`,
        formatPercent(one.share),
        formatMs(one.cpuMs),
        one.calls === undefined ? ABSENT : formatCount(one.calls),
        one.category,
      ]),
  )
}

function functionTable({ arm, functions }: ArmHotspots, workload: string): HtmlTable {
  return htmlTable(
    `Functions of ${workload}, ${arm}, by their own time`,
    ['function', '#self', '#total', '#calls per pass'],
    functions
      .slice(0, SHOWN)
      .map((one) => [
        `${one.kind === 'js' ? '' : `[${one.kind}] `}${placeText(one)}`,
        formatPercent(one.selfShare),
        formatPercent(one.totalShare),
        one.calls === undefined ? ABSENT : formatCount(one.calls),
      ]),
  )
}

function allocatorTable({ arm, allocators }: ArmHotspots, workload: string): HtmlTable[] {
  if (allocators.length === 0) return []
  return [
    htmlTable(
      `Allocations of ${workload}, ${arm}`,
      ['function', '#bytes per pass', '#share', 'category'],
      allocators
        .slice(0, SHOWN)
        .map((one) => [
          placeText(one),
          formatBytes(one.bytes),
          formatPercent(one.share),
          one.category,
        ]),
    ),
  ]
}

function moduleTable({ arm, modules }: ArmHotspots, workload: string): HtmlTable {
  return htmlTable(
    `Modules of ${workload}, ${arm}`,
    ['module', '#self'],
    modules.map(({ module, selfShare }) => [shortName(module), formatPercent(selfShare)]),
  )
}

function placeText({
  name,
  file,
  line,
}: {
  readonly name: string
  readonly file?: string | undefined
  readonly line?: number | undefined
}): string {
  const shown = shortName(name.trim() === '' ? '(anonymous)' : name)
  return file === undefined
    ? shown
    : `${shown} (${shortName(file)}${line === undefined ? '' : `:${line}`})`
}
