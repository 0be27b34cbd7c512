import { type BacktestResult, namedValues, type Parameters } from '../../engine/index.js'
import type { Divergence } from '../../harness/contract.js'

/** A backtest of a search with its name: `window 2 · train · fast=5 slow=60`. */
export interface LabelledBacktest {
  readonly label: string
  readonly result: BacktestResult
}

/** Backtests by their place in a list, from 1. */
export function numbered(results: readonly BacktestResult[]): readonly LabelledBacktest[] {
  return results.map((result, index) => ({ label: `number ${index + 1}`, result }))
}

/** A point of a search as text: `fast=5 slow=60`. */
export function parametersText(parameters: Parameters): string {
  return namedValues(parameters).join(' ')
}

/**
 * The first difference between two searches, undefined if they are equal. Backtests are compared
 * in order, and in each backtest trades before money.
 */
export function firstDivergence(
  baseline: readonly LabelledBacktest[],
  candidate: readonly LabelledBacktest[],
): Divergence | undefined {
  for (let i = 0; i < Math.max(baseline.length, candidate.length); i++) {
    const [a, b] = [baseline[i], candidate[i]]
    if (a?.label !== b?.label) {
      return {
        at: { backtest: `number ${i + 1}` },
        field: 'backtest',
        baseline: a?.label ?? 'none',
        candidate: b?.label ?? 'none',
      }
    }
    const divergence = a && b && divergeResults(a.result, b.result)
    if (divergence !== undefined)
      return { ...divergence, at: { backtest: a!.label, ...divergence.at } }
  }
  return undefined
}

/** The lists of records in a result, and the field with the date of a record. */
type Listed = 'fills' | 'trades' | 'orders'
const LISTS: readonly { readonly list: Listed; readonly session: string }[] = [
  { list: 'fills', session: 'date' },
  { list: 'trades', session: 'opened' },
  { list: 'orders', session: 'placed' },
]

function divergeResults(a: BacktestResult, b: BacktestResult): Divergence | undefined {
  for (const { list, session } of LISTS) {
    const divergence = divergeLists(list, session, a[list], b[list])
    if (divergence !== undefined) return divergence
  }
  const { dates, equity } = a.equityCurve
  const other = b.equityCurve
  for (let i = 0; i < Math.max(equity.length, other.equity.length); i++) {
    if (equity[i] === other.equity[i] && dates[i] === other.dates[i]) continue
    const at = { session: dates[i] ?? other.dates[i] ?? 'none' }
    return {
      at,
      field: 'equity',
      baseline: equity[i] ?? 'none',
      candidate: other.equity[i] ?? 'none',
    }
  }
  return divergeRecords({}, { ...a, ...a.metrics }, { ...b, ...b.metrics })
}

function divergeLists(
  list: Listed,
  session: string,
  a: readonly object[],
  b: readonly object[],
): Divergence | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [own, other] = [a[i], b[i]] as [
      Record<string, unknown> | undefined,
      Record<string, unknown> | undefined,
    ]
    const present = own ?? other!
    const at = {
      [list.replace(/s$/, '')]: `number ${i + 1}`,
      session: textOf(present[session]),
      asset: textOf(present.asset),
    }
    if (own === undefined || other === undefined)
      return { at, field: list, baseline: summary(own), candidate: summary(other) }
    const divergence = divergeRecords(at, own, other)
    if (divergence !== undefined) return divergence
  }
  return undefined
}

/** The first plain value that differs between two records with the same fields. */
function divergeRecords(
  at: Readonly<Record<string, string>>,
  a: object,
  b: object,
): Divergence | undefined {
  const [own, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const field of new Set([...Object.keys(own), ...Object.keys(other)])) {
    if (typeof (own[field] ?? other[field]) === 'object' || Object.is(own[field], other[field]))
      continue
    return { at, field, baseline: textOf(own[field]), candidate: textOf(other[field]) }
  }
  return undefined
}

function summary(record: Readonly<Record<string, unknown>> | undefined): string {
  if (record === undefined) return 'none'
  return Object.entries(record)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ')
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : String(value)
}
