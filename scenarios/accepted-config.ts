import { type OptimizationConfig, pureBaseline } from '../engine/index.js'
import type { Layer } from '../harness/contract.js'

/** What this rule reads of a decision record. */
export interface Verdict {
  readonly id: string
  readonly layer: string
  readonly suite: string
  readonly scale: string
  readonly verdict: 'accepted' | 'rejected' | 'inconclusive'
  /** Present in controls, which decide nothing. */
  readonly injected?: unknown
}

/** A switch of the configuration as the records want it, and the record that says so. */
export interface WantedFlag {
  readonly flag: string
  readonly on: boolean
  readonly because: string
}

/** Where and on what a verdict has to be made to decide what everyday users get. */
const DECIDES = { suite: 'assay', scale: 'standard' } as const

/**
 * Which optimizations are on by default, by the committed records: those of every layer of the
 * stack whose newest record accepts it, folded over the pure baseline in suite order; but a switch
 * of theirs that a part of a layer sets alone is off where the newest record of that part rejects
 * it. Only switches, not limits: a limit changes no verdict.
 *
 * @param records in order of their numbers; of other suites and scales, and controls, none counts
 * @returns every switch of the configuration
 */
export function wantedFlags(
  layers: readonly Layer<OptimizationConfig>[],
  records: readonly Verdict[],
): WantedFlag[] {
  const newest = (layer: string) =>
    records.findLast(
      (record) =>
        record.layer === layer &&
        record.suite === DECIDES.suite &&
        record.scale === DECIDES.scale &&
        record.injected === undefined,
    )
  const wanted = new Map(
    flagsOf(pureBaseline()).map((flag) => [
      flag,
      { flag, on: false, because: 'no record accepts a layer that sets it' },
    ]),
  )
  for (const layer of layers.filter(({ standalone }) => standalone !== true)) {
    const record = newest(layer.id)
    if (record?.verdict !== 'accepted') continue
    for (const flag of setBy(layer))
      wanted.set(flag, { flag, on: true, because: `${record.id} accepts it` })
  }
  const claimed = new Set([...wanted.values()].flatMap(({ flag, on }) => (on ? [flag] : [])))
  for (const part of layers.filter(({ standalone }) => standalone === true)) {
    const record = newest(part.id)
    const [flag, ...others] = setBy(part).filter((name) => claimed.has(name))
    if (record?.verdict !== 'rejected' || flag === undefined || others.length > 0) continue
    wanted.set(flag, { flag, on: false, because: `${record.id} rejects it alone` })
  }
  return [...wanted.values()]
}

/**
 * Switches in which a configuration is not what the records want, each with what to do about it.
 */
export function divergences(config: OptimizationConfig, wanted: readonly WantedFlag[]): string[] {
  const values = config as unknown as Readonly<Record<string, unknown>>
  return wanted.flatMap(({ flag, on, because }) =>
    values[flag] === on
      ? []
      : [
          `${flag} is ${values[flag] === true ? 'on' : 'off'} by default, but ${because}: turn it ${on ? 'on' : 'off'} in defaults() of engine/config.ts, or evaluate again and commit the record`,
        ],
  )
}

/** Names of the switches. */
function flagsOf(config: OptimizationConfig): string[] {
  return Object.entries(config).flatMap(([name, value]) =>
    typeof value === 'boolean' ? [name] : [],
  )
}

/** Switches a layer turns on over the pure baseline. */
function setBy({ apply }: Layer<OptimizationConfig>): string[] {
  const applied = apply(pureBaseline()) as unknown as Readonly<Record<string, unknown>>
  return flagsOf(pureBaseline()).filter((flag) => applied[flag] === true)
}
