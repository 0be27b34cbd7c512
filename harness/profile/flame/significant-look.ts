import { excludesZero, type Interval } from '../../statistics/interval.js'
import { formatCount, formatCounted, formatLimit, formatMs } from '../../text/format.js'
import { FALSE_DISCOVERIES } from './change-intervals.js'
import { type ChangeLook, type FrameChange, marksOf, signedMs } from './change-look.js'
import { deltaMicros } from './differential.js'
import { SIGNIFICANT_COLOURS, type SignificantClass } from './flame-colours.js'
import { type Block, type LegendEntry, listBlock, textBlock } from './flame-picture.js'
import { placeLines, shownName } from './frame-label.js'
import type { SignificantChanges, TestedChange } from './significant-changes.js'

/** Largest number of functions in the list. */
const LIST_LIMIT = 12
/** Most bytes of the line of a title about the interval of a change. */
const INTERVAL_BYTES = 90

/**
 * Shows only the changes whose interval excludes zero, in steps of time: orange for more, blue for
 * less. All other frames are grey.
 */
export function significantLook({
  tree,
  ofNodes,
  functions,
  processes,
}: SignificantChanges): ChangeLook {
  const { totals } = tree
  const steps = stepsOf(Math.max(totals[0]![0]!, totals[1]![0]!))
  const significant = functions.filter(({ interval }) => excludesZero(interval))
  return {
    legend: legendOf(steps),
    fills: SIGNIFICANT_COLOURS,
    notes: [
      `Coloured: the interval of the change, over ${processes.join(' + ')} processes, excludes zero (by chance: at most ${formatLimit(FALSE_DISCOVERIES)} of the coloured). Grey: it may be no change`,
    ],
    of: (node) => frameChange(totals[0]![node]!, totals[1]![node]!, ofNodes[node], steps),
    detailBytes: INTERVAL_BYTES,
    summary: `${formatCounted(significant.length, 'function')} changed significantly`,
    lists: changeList(significant),
  }
}

/** From which change on the middle and the deep colour are used, µs. */
interface Steps {
  readonly middle: number
  readonly deep: number
}

/** About 1 and 10 % of the larger total, as round times. */
function stepsOf(wholeMicros: number): Steps {
  return { middle: roundDown(wholeMicros / 100), deep: roundDown(wholeMicros / 10) }
}

/** The largest number of the form 1, 2 or 5 × 10ⁿ that is not above a value. */
function roundDown(value: number): number {
  if (!(value > 0)) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  return ([5, 2].find((digit) => digit * power <= value) ?? 1) * power
}

function legendOf({ middle, deep }: Steps): LegendEntry[] {
  const [from, many] = [middle, deep].map((micros) => formatMs(micros / 1000))
  return [
    { fill: 'more3', text: `▲ ${many} or more` },
    { fill: 'more2', text: `▲ ${from} or more` },
    { fill: 'more1', text: `▲ less than that` },
    { fill: 'more2', text: '+ appeared', pattern: 'appeared' },
    { fill: 'unsure', text: '· may be no change' },
    { fill: 'less3', text: `▼ ${many} or more` },
    { fill: 'less2', text: `▼ ${from} or more` },
    { fill: 'less1', text: `▼ less than that` },
    { fill: 'less2', text: '× vanished', pattern: 'vanished' },
  ]
}

function frameChange(
  before: number,
  after: number,
  interval: Interval | undefined,
  steps: Steps,
): FrameChange {
  if (interval === undefined)
    return { fill: 'unsure', sign: '·', details: ['too few samples for an interval'] }
  const text = intervalText(interval)
  if (!excludesZero(interval))
    return { fill: 'unsure', sign: '·', details: [`change within ${text}: may be none`] }
  return {
    fill: classOf(after - before, steps),
    ...marksOf(before, after),
    details: [`change within ${text}: significant`],
  }
}

function classOf(change: number, { middle, deep }: Steps): SignificantClass {
  const size = Math.abs(change)
  const step = size >= deep ? 3 : size >= middle ? 2 : 1
  return `${change > 0 ? 'more' : 'less'}${step}`
}

/** `−55.00 to −45.00 ms`, from µs. */
function intervalText({ lower, upper }: Interval): string {
  return `${signedMs(lower)} to ${signedMs(upper)}`
}

function changeList(significant: readonly TestedChange[]): Block[] {
  if (significant.length === 0) return [textBlock('No function changed significantly (self time)')]
  const lines = significant.slice(0, LIST_LIMIT).map(
    (change) =>
      `  ${signedMs(deltaMicros(change))}  ${shownName(change.frame)} ${placeLines(change.frame)
        .map((place) => `(${place}) `)
        .join('')}${intervalText(change.interval)}`,
  )
  const rest = significant.length - lines.length
  return [
    textBlock('Changed functions (self time), by significance'),
    listBlock([...lines, ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : [])]),
  ]
}
