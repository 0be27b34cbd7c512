import type { ArmHotspots, Hotspots } from '../evidence/hotspots-schema.js'
import { gainWord } from '../profile/figures/gain-text.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import {
  formatBytes,
  formatCount,
  formatLimit,
  formatMs,
  formatPercent,
  formatSignedPercent,
} from '../text/format.js'
import { shortName } from './html.js'
import { ABSENT, type HtmlTable, htmlTable, shown, tableOf } from './html-table.js'

/** Number of functions and of operations shown for an arm. */
const SHOWN = 20

/** For each category, CPU time, share and allocations of each arm, and its share of the gain. */
export function categoryTable(
  { workload, arms }: Hotspots,
  recorded: WorkloadRecord['profile'],
): HtmlTable {
  const names = [...new Set(arms.flatMap(({ categories }) => categories.map(({ name }) => name)))]
  const gain = recorded?.gain?.explained === undefined ? undefined : recorded.gain
  const shares = new Map(recorded?.categories.map(({ name, shareOfGain }) => [name, shareOfGain]))
  const heads = [
    'category',
    ...arms.flatMap(({ arm }) => [
      `#${arm}, CPU per pass`,
      `#${arm}, share with inlining`,
      `#${arm}, allocated`,
    ]),
    ...(gain === undefined ? [] : [`#share of the ${gainWord(gain)}`]),
  ]
  const rows = names.map((name) => [
    name,
    ...arms.flatMap((arm) => categoryCells(arm, name)),
    ...(gain === undefined ? [] : [shown(shares.get(name), formatSignedPercent)]),
  ])
  return htmlTable(`Categories of ${shortName(workload)}`, heads, rows)
}

function categoryCells({ categories }: ArmHotspots, name: string): string[] {
  const category = categories.find((one) => one.name === name)
  if (category === undefined) return [ABSENT, ABSENT, ABSENT]
  return [
    `${formatMs(category.cpuMs)} (${formatPercent(category.share)})`,
    `${formatPercent(category.inlinedShare)}${category.differs === true ? ' ⚠ differs' : ''}`,
    shown(category.allocatedBytes, formatBytes),
  ]
}

/** The tables of one arm, except the table of its categories. */
export function armTables(hotspots: ArmHotspots, workload: string): HtmlTable[] {
  const { arm, next, allocators } = hotspots
  const name = shortName(workload)
  return [
    ...(arm === 'candidate' && next.length > 0 ? [nextTable(hotspots, name)] : []),
    operationTable(hotspots, name),
    functionTable(hotspots, name),
    ...(allocators.length > 0 ? [allocatorTable(hotspots, name)] : []),
    tableOf(`Modules of ${name}, ${arm}`, hotspots.modules, {
      module: ({ module }) => shortName(module),
      '#self': ({ selfShare }) => formatPercent(selfShare),
    }),
  ]
}

function nextTable({ next }: ArmHotspots, workload: string): HtmlTable {
  return tableOf(`What to optimize next in ${workload}, by share and estimated effort`, next, {
    category: ({ category }) => category,
    '#share': ({ share }) => formatPercent(share),
    effort: ({ effort }) => effort,
    operations: ({ operations }) => operations.map(shortName).join(', '),
  })
}

function operationTable({ arm, operations }: ArmHotspots, workload: string): HtmlTable {
  return tableOf(
    `Operations of ${workload}, ${arm}, including the library code they call (▲: bottleneck, more than ${formatLimit(0.05)} of the time)`,
    operations.slice(0, SHOWN),
    {
      operation: (one) => `${one.bottleneck === true ? '▲ ' : ''}${placeText(one)}`,
      '#share': ({ share }) => formatPercent(share),
      '#CPU per pass': ({ cpuMs }) => formatMs(cpuMs),
      '#calls per pass': ({ calls }) => shown(calls, formatCount),
      category: ({ category }) => category,
    },
  )
}

function functionTable({ arm, functions }: ArmHotspots, workload: string): HtmlTable {
  return tableOf(`Functions of ${workload}, ${arm}, by self time`, functions.slice(0, SHOWN), {
    function: (one) => `${one.kind === 'js' ? '' : `[${one.kind}] `}${placeText(one)}`,
    '#self': ({ selfShare }) => formatPercent(selfShare),
    '#total': ({ totalShare }) => formatPercent(totalShare),
    '#calls per pass': ({ calls }) => shown(calls, formatCount),
  })
}

function allocatorTable({ arm, allocators }: ArmHotspots, workload: string): HtmlTable {
  return tableOf(`Allocations of ${workload}, ${arm}`, allocators.slice(0, SHOWN), {
    function: placeText,
    '#bytes per pass': ({ bytes }) => formatBytes(bytes),
    '#share': ({ share }) => formatPercent(share),
    category: ({ category }) => category,
  })
}

/** `history (engine/portal/bar-portal.ts:42)` */
function placeText({
  name,
  file,
  line,
}: Pick<ArmHotspots['functions'][number], 'name' | 'file' | 'line'>): string {
  const text = shortName(name.trim() === '' ? '(anonymous)' : name)
  return file === undefined
    ? text
    : `${text} (${shortName(file)}${line === undefined ? '' : `:${line}`})`
}
