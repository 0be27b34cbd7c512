import type { ArmHotspots, Hotspots } from '../evidence/hotspots-schema.js'
import { gainWord } from '../profile/figures/gain-text.js'
import { hottestLines, LINES_NOTE } from '../profile/figures/hottest-lines.js'
import { hasAllocations } from '../profile/figures/sampling.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import {
  formatBytes,
  formatCount,
  formatLimit,
  formatMs,
  formatMsInterval,
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
  const withMemory = arms.some(hasAllocations)
  const heads = [
    'category',
    ...arms.flatMap(({ arm }) => [
      `#${arm}, CPU per pass`,
      `#${arm}, share with inlining`,
      ...(withMemory ? [`#${arm}, allocated`] : []),
    ]),
    ...(gain === undefined ? [] : [`#share of the ${gainWord(gain)}`]),
  ]
  const rows = names.map((name) => [
    name,
    ...arms.flatMap((arm) => categoryCells(arm, name).slice(0, withMemory ? 3 : 2)),
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
    ...lineTables(hotspots, name),
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

function operationTable(hotspots: ArmHotspots, workload: string): HtmlTable {
  const { arm, operations } = hotspots
  return tableOf(
    `Operations of ${workload}, ${arm}, including the library code they call (▲: bottleneck, more than ${formatLimit(0.05)} of the time)`,
    operations.slice(0, SHOWN),
    {
      operation: (one) => `${one.bottleneck === true ? '▲ ' : ''}${placeText(one)}`,
      '#share': ({ share }) => formatPercent(share),
      '#CPU per pass': ({ cpuMs }) => formatMs(cpuMs),
      ...callColumn(hotspots),
      category: ({ category }) => category,
    },
  )
}

function functionTable(hotspots: ArmHotspots, workload: string): HtmlTable {
  const { arm, functions } = hotspots
  return tableOf(`Functions of ${workload}, ${arm}, by self time`, functions.slice(0, SHOWN), {
    function: (one) => `${one.kind === 'js' ? '' : `[${one.kind}] `}${placeText(one)}`,
    '#self': ({ selfShare }) => formatPercent(selfShare),
    '#total': ({ totalShare }) => formatPercent(totalShare),
    ...callColumn(hotspots),
  })
}

/** The calls of a function; no column if they were not counted. */
function callColumn(hotspots: ArmHotspots) {
  return hasAllocations(hotspots)
    ? {
        '#calls per pass': ({ calls }: { readonly calls?: number | undefined }) =>
          shown(calls, formatCount),
      }
    : {}
}

/** The hottest lines; older profiles have none. */
function lineTables(arm: ArmHotspots, workload: string): HtmlTable[] {
  const lines = hottestLines(arm).slice(0, SHOWN)
  if (lines.length === 0) return []
  return [
    tableOf(`Hottest lines of ${workload}, ${arm.arm} (${LINES_NOTE})`, lines, {
      line: ({ file, line }) => `${shortName(file)}:${line}`,
      in: ({ name }) => placeText({ name }),
      '#share': ({ share }) => formatPercent(share),
      '#CPU per pass': ({ share }) => formatMs(share * arm.cpuMs),
    }),
  ]
}

/**
 * The functions by how significant the change of their self time is; no table for older profiles,
 * which were not tested.
 */
export function changeTables({ workload, changes }: Hotspots): HtmlTable[] {
  if (changes === undefined) return []
  const { against, processes, tested, significant, functions } = changes
  const name = shortName(workload)
  const caption = `Functions of ${name} by the significance of their change, ${against} → candidate (self time; ${formatCount(significant)} of ${formatCount(tested)} changed significantly, over ${processes.join(' + ')} processes; ●: the interval excludes zero)`
  return [
    tableOf(caption, functions, {
      function: (one) => `${one.significant === true ? '● ' : ''}${placeText(one)}`,
      '#before': ({ beforeMs }) => formatMs(beforeMs),
      '#after': ({ afterMs }) => formatMs(afterMs),
      '#change, interval': ({ changeMs }) => formatMsInterval(changeMs),
    }),
  ]
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
