import { formatCount, formatCounted } from '../../text/format.js'
import { type ChangeLook, marksOf, signedMs } from './change-look.js'
import { deltaMicros, type FunctionChange } from './differential.js'
import { changeClass } from './flame-colours.js'
import { type Block, gapBlock, type LegendEntry, listBlock, textBlock } from './flame-picture.js'
import type { FlameTree } from './flame-tree.js'
import { placeLines, shownName } from './frame-label.js'

/** Largest number of functions in each list. */
const LIST_LIMIT = 8

const LEGEND: readonly LegendEntry[] = [
  { fill: 'grew3', text: '▲ grew' },
  { fill: 'grew3', text: '+ appeared', pattern: 'appeared' },
  { fill: 'same', text: '= within 0.1 % of all' },
  { fill: 'shrank3', text: '▼ shrank' },
  { fill: 'shrank3', text: '× vanished', pattern: 'vanished' },
  { fill: 'grew1', text: 'pale: below 1 %' },
]

/**
 * Shows every change that was sampled, whether it is significant or not. One process per arm does
 * not show which changes are.
 *
 * @param changes of the functions
 * @param candidate its name
 */
export function sampledLook(
  { totals }: FlameTree,
  changes: readonly FunctionChange[],
  candidate: string,
): ChangeLook {
  const whole = Math.max(totals[0]![0]!, totals[1]![0]!)
  return {
    legend: LEGEND,
    fills: {},
    notes: [],
    of: (node) => {
      const [before, after] = [totals[0]![node]!, totals[1]![node]!]
      const fill = changeClass(before, after, whole)
      const isOfBoth = before > 0 && after > 0
      return {
        fill,
        ...(isOfBoth && fill === 'same' ? { sign: '=' } : marksOf(before, after)),
        details: [],
      }
    },
    detailBytes: 0,
    summary: `${sumText(changes, 'vanished')}; ${sumText(changes, 'appeared')}`,
    lists: changeLists(changes, candidate),
  }
}

function changeLists(changes: readonly FunctionChange[], candidate: string): Block[] {
  return (['vanished', 'appeared'] as const).flatMap((kind) => {
    const listed = changes.filter((change) => change.kind === kind)
    const shown = listed.slice(0, LIST_LIMIT)
    const rest = listed.length - shown.length
    const lines = shown.map(
      (change) =>
        `  ${signedMs(deltaMicros(change))}  ${shownName(change.frame)} ${placeLines(change.frame)
          .map((place) => `(${place})`)
          .join('')}`,
    )
    const more =
      rest > 0
        ? [`  and ${formatCount(rest)} more, ${signedMs(sumOf(listed.slice(LIST_LIMIT)))} together`]
        : []
    const meaning =
      kind === 'vanished' ? `never sampled in ${candidate}` : `sampled only in ${candidate}`
    return [
      textBlock(`${sumText(changes, kind)} (${meaning}; self time)`),
      listBlock([...lines, ...more]),
      gapBlock(8),
    ]
  })
}

function sumText(changes: readonly FunctionChange[], kind: 'vanished' | 'appeared'): string {
  const listed = changes.filter((change) => change.kind === kind)
  return listed.length === 0
    ? `nothing ${kind}`
    : `${kind}: ${formatCounted(listed.length, 'function')}, ${signedMs(sumOf(listed))}`
}

function sumOf(changes: readonly FunctionChange[]): number {
  return changes.reduce((sum, change) => sum + deltaMicros(change), 0)
}
