import { formatMs, formatSignedPercent } from '../../text/format.js'
import type { Colour } from './flame-colours.js'
import type { Block, LegendEntry, Pattern } from './flame-picture.js'

/** How a differential flame graph shows a change of a frame. */
export interface FrameChange {
  /** The class of its fill. */
  readonly fill: string
  /** Before the name of the frame. */
  readonly sign: string
  /** The whole, node 0, is drawn without it. */
  readonly pattern?: Pattern
  /** Lines of the frame's title about the change. */
  readonly details: readonly string[]
}

/** What a differential flame graph calls a change, and how it shows one. */
export interface ChangeLook {
  readonly legend: readonly LegendEntry[]
  /** Colours that the legend needs in addition to those of every flame graph. */
  readonly fills: Readonly<Record<string, Colour>>
  /** Below the title: what the colours mean. */
  readonly notes: readonly string[]
  /** @param node of the differential tree */
  readonly of: (node: number) => FrameChange
  /** Most bytes of the details of a frame. */
  readonly detailBytes: number
  /** A clause for the accessible description. */
  readonly summary: string
  /** Below the panels: the functions that changed. */
  readonly lists: readonly Block[]
}

/** `−50.00 ms (−55.6 %)`, from times in µs. */
export function changeText(before: number, after: number): string {
  const change = after === before ? 'no change' : signedMs(after - before)
  return before > 0 && after > 0
    ? `${change} (${formatSignedPercent((after - before) / before)})`
    : change
}

/** `−50.00 ms`, from µs. */
export function signedMs(micros: number): string {
  return `${micros < 0 ? '−' : '+'}${formatMs(Math.abs(micros) / 1000)}`
}

/** The sign and the pattern of a change that is shown as one. */
export function marksOf(before: number, after: number): Pick<FrameChange, 'sign' | 'pattern'> {
  if (before === 0) return { sign: '+', pattern: 'appeared' }
  if (after === 0) return { sign: '×', pattern: 'vanished' }
  return { sign: after > before ? '▲' : '▼' }
}
