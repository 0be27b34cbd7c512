import {
  type Bars,
  type BundleContent,
  type DividendPolicy,
  FIELDS,
  type Field,
  memoryBundle,
  type OneOrMore,
  type OpenBundle,
  type Portal,
  type PriceWindow,
} from '../../../engine/index.js'
import { adjustmentTimeline } from '../../../engine/market/adjustment-timeline.js'
import { AssetHistory } from '../../../engine/portal/asset-history.js'
import { BarDates } from '../../../engine/portal/bar-dates.js'
import { BarPortal } from '../../../engine/portal/bar-portal.js'
import { Clock } from '../../../engine/portal/clock.js'
import type { AssetWindows, HistorySource } from '../../../engine/ports.js'
import { slowWindow } from '../market/slow-window.js'

/** A bundle and its content. */
export interface World {
  readonly content: BundleContent
  readonly bundle: OpenBundle
}

export function worldOf(content: BundleContent): World {
  return { content, bundle: memoryBundle(content) }
}

/** The sessions that a backtest loads, and its dividend policy. */
export interface Loading {
  readonly from: number
  readonly to: number
  readonly policy: DividendPolicy
}

/** A backtest without a simulation: a portal whose clock is moved by hand. */
export interface Visit extends Loading {
  readonly world: World
  readonly portal: Portal
  readonly clock: Clock
}

/** @throws {EngineError} `input-invalid`: a dividend drawn too large */
export function visit(world: World, source: HistorySource, { from, to, policy }: Loading): Visit {
  const { content, bundle } = world
  const { calendar } = bundle
  const clock = new Clock()
  const range = { from, to }
  const dates = new BarDates(calendar, range, clock)
  const histories = new Map<string, AssetHistory>()
  const windows = new Map<string, AssetWindows>()
  for (const { id } of bundle.manifest.assets.filter(
    ({ firstSession, lastSession }) => firstSession < to && lastSession >= from,
  )) {
    const bars = rawBars(content, id, from, to)
    const timeline = adjustmentTimeline(bars, content.adjustments, policy, content.scales, calendar)
    const history = new AssetHistory(bars, timeline, clock)
    histories.set(id, history)
    windows.set(id, source.windows(history, { bundle, range, dividendPolicy: policy, dates }))
  }
  const portal = new BarPortal({ histories, windows, calendar, dates })
  return { world, portal, clock, from, to, policy }
}

/** One request to a portal, and the moment of the request. */
export interface Question {
  readonly asset: string
  readonly fields: readonly Field[]
  readonly barCount: number
  readonly form: 'array' | 'block' | 'frame' | 'frame of a list'
  readonly session: number
  readonly beforeOpen: boolean
}

/**
 * Requests a window and compares it with the content, looked up and adjusted slot by slot. Where
 * there are fewer bars, requests all there are.
 *
 * @throws {Error} a wrong window; shows both
 */
export function askAndCheck(
  { world, portal, clock, from, policy }: Visit,
  question: Question,
): void {
  const { asset, fields, session, beforeOpen, form } = question
  if (beforeOpen) clock.beforeOpen(session)
  else clock.atBar(session)
  if (!portal.assets.includes(asset) || portal.available(asset) === 0) return
  const barCount = Math.min(question.barCount, portal.available(asset))
  const answers = ask(portal, form, asset, fields, barCount)
  for (const [i, field] of fields.entries()) {
    const expected = slowly(world.content, asset, field, {
      from,
      policy,
      session,
      beforeOpen,
    }).slice(-barCount)
    if (!sameBits(answers.columns[i]!, expected)) {
      throw new Error(
        `${JSON.stringify(question)}: got ${[...answers.columns[i]!]}, not ${expected}`,
      )
    }
  }
  const last = beforeOpen ? session - 1 : session
  const dates = world.content.sessions.slice(last + 1 - barCount, last + 1)
  if (
    answers.dates !== undefined &&
    answers.dates.map((date) => date.toISOString().slice(0, 10)).join() !== dates.join()
  ) {
    throw new Error(`${JSON.stringify(question)}: got ${answers.dates.join()}, not ${dates.join()}`)
  }
}

interface Answer {
  readonly columns: readonly PriceWindow[]
  readonly dates?: readonly Date[]
}

function ask(
  portal: Portal,
  form: Question['form'],
  asset: string,
  fields: readonly Field[],
  barCount: number,
): Answer {
  const { frequency } = portal
  if (form === 'array') {
    return {
      columns: fields.map((field) =>
        portal.history(asset, field, barCount, frequency, { returnType: 'array' }),
      ),
    }
  }
  if (form === 'block') {
    const block = portal.history(asset, fields, barCount, frequency, { returnType: 'array' })
    return { columns: fields.map((field) => block.column(asset, field)) }
  }
  const assets: OneOrMore<string> = form === 'frame' ? asset : [asset]
  const frame = portal.history(assets, fields, barCount, frequency)
  const names = ['date', ...(form === 'frame' ? [] : ['asset']), ...new Set(fields)]
  if (frame.columnNames().join() !== names.join())
    throw new Error(`columns ${frame.columnNames().join()}, not ${names.join()}`)
  return {
    columns: fields.map((field) => frame.column(field) as Float64Array),
    dates: frame.column('date') as unknown as readonly Date[],
  }
}

interface Moment extends Pick<Loading, 'from' | 'policy'> {
  readonly session: number
  readonly beforeOpen: boolean
}

const remembered = new WeakMap<BundleContent, Map<string, readonly number[]>>()

/** The expected values of one field at a moment, from the content alone; computed once. */
function slowly(
  content: BundleContent,
  asset: string,
  field: Field,
  { from, policy, session, beforeOpen }: Moment,
): readonly number[] {
  const known = remembered.get(content) ?? new Map<string, readonly number[]>()
  remembered.set(content, known)
  const key = [asset, field, from, policy, session, beforeOpen].join()
  let window = known.get(key)
  if (window === undefined) {
    const bars = rawBars(content, asset, from, content.sessions.length)
    const { firstSession } = bars
    const events = content.adjustments
      .filter((event) => event.asset === asset)
      .map((event) => ({ ...event, session: event.session - firstSession }))
    const at = session - firstSession
    window = slowWindow(bars, events, policy, field, at, beforeOpen ? at - 1 : at, content.scales)
    known.set(key, window)
  }
  return window
}

/** The bars of one asset from `from` to before `to`, looked up slot by slot. */
function rawBars({ bars }: BundleContent, asset: string, from: number, to: number): Bars {
  const own = bars.find((candidate) => candidate.asset === asset)!
  const firstSession = Math.max(from, own.session[0]!)
  const rows = Array.from({ length: Math.max(0, to - firstSession) }, (_, i) =>
    own.session.indexOf(firstSession + i),
  )
  const priced = (column: Float64Array) =>
    Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : column[row]!))
  return {
    asset,
    firstSession,
    length: rows.length,
    ticks: {
      open: priced(own.open),
      high: priced(own.high),
      low: priced(own.low),
      close: priced(own.close),
      volume: Float64Array.from(rows, (row) => (row < 0 ? 0 : own.volume[row]!)),
    },
    hasGaps: rows.includes(-1),
  }
}

function sameBits(got: PriceWindow, expected: readonly number[]): boolean {
  return got.length === expected.length && expected.every((value, i) => Object.is(got[i], value))
}

/** Fields in any order, none or some of them twice. */
export const SOME_FIELDS: readonly (readonly Field[])[] = [
  ...FIELDS.map((field) => [field]),
  ['price', 'volume'],
  ['volume', 'price'],
  ['close', 'close'],
  [...FIELDS],
]
