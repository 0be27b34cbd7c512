import { type OptimizationConfig, pureBaseline } from '../engine/index.js'
import type { Layer } from '../harness/contract.js'
import { type Standing, standingRecord } from '../harness/record/supersession.js'

/** The fields of a decision record from which the defaults follow. */
export interface Verdict extends Standing {
  readonly id: string
}

/** The default that the records require for a switch of the configuration, with the reason. */
export interface WantedFlag {
  readonly flag: string
  readonly on: boolean
  readonly because: string
}

/** Only verdicts on this suite decide the defaults. */
const SUITE = 'assay'

/**
 * The optimizations that should be on by default, according to the committed records: the switches
 * of every layer of the stack whose record accepts it, applied to the pure baseline in suite
 * order. If a part of a layer sets only one of these switches and its record rejects it, the
 * switch is off. `standingRecord` chooses the record that counts for a layer. Only switches are
 * considered; limits are not, because they do not change a verdict.
 *
 * @param records in the order of their numbers; records of other suites, records at smoke scale,
 * and controls are ignored
 * @returns every switch of the configuration
 */
export function wantedFlags(
  layers: readonly Layer<OptimizationConfig>[],
  records: readonly Verdict[],
): WantedFlag[] {
  const wanted = new Map(
    switchesOf(pureBaseline()).map((flag) => [
      flag,
      { flag, on: false, because: 'no record accepts a layer that sets it' },
    ]),
  )
  const stack: string[] = []
  for (const layer of layers.filter(({ standalone }) => standalone !== true)) {
    const record = standingRecord(layer, SUITE, records, stack)
    if (record?.verdict !== 'accepted') continue
    stack.push(layer.id)
    for (const flag of switchesSetBy(layer))
      wanted.set(flag, { flag, on: true, because: `${record.id} accepts it` })
  }
  const claimed = new Set([...wanted.values()].flatMap(({ flag, on }) => (on ? [flag] : [])))
  for (const part of layers.filter(({ standalone }) => standalone === true)) {
    const record = standingRecord(part, SUITE, records, [])
    const [flag, ...others] = switchesSetBy(part).filter((name) => claimed.has(name))
    if (record?.verdict !== 'rejected' || flag === undefined || others.length > 0) continue
    wanted.set(flag, { flag, on: false, because: `${record.id} rejects it alone` })
  }
  return [...wanted.values()]
}

/**
 * The differences between the switches of a configuration and the records, each with the remedy.
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
export function switchesOf(config: OptimizationConfig): string[] {
  return Object.entries(config).flatMap(([name, value]) =>
    typeof value === 'boolean' ? [name] : [],
  )
}

/** Names of the switches that a layer turns on, compared with the pure baseline. */
export function switchesSetBy({ apply }: Layer<OptimizationConfig>): string[] {
  const applied = apply(pureBaseline()) as unknown as Readonly<Record<string, unknown>>
  return switchesOf(pureBaseline()).filter((flag) => applied[flag] === true)
}
