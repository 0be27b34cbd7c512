import { defaults, enable, type OptimizationConfig, pureBaseline } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'
import { switchesOf, switchesSetBy } from '../accepted-config.js'
import { engineModule } from './fork-engine.js'
import type { EngineSetting } from './speed-engine.js'

/** One row of the comparison: an engine as it is set up. */
export interface SpeedRow {
  readonly id: string
  readonly title: string
  /** What it is, in a sentence or less. */
  readonly what: string
  /** Address of the engine's module. */
  readonly module: string
  readonly setting: EngineSetting
}

export const LIMIT_ID = 'limit'
export const GRADEMARK_ID = 'grademark'

/**
 * The rows in their order. The limit comes first, because all results are compared with its own.
 * What is accepted is what `defaults()` turns on, which a test compares with the decision records.
 *
 * @param layers of the suite: each of the stack is left out once, or added if it is not accepted
 */
export function speedRows(layers: readonly Layer<OptimizationConfig>[]): SpeedRow[] {
  const accepted = defaults({})
  return [
    {
      id: LIMIT_ID,
      title: 'the limit loop',
      what: 'typed arrays, sums made once per length, no events, orders or money',
      module: engineModule('limit-loop'),
      setting: {},
    },
    {
      id: 'sweep',
      title: 'Assay, a sweep of the signal',
      what: 'everything accepted; data and averages kept between backtests, and only busy bars visited; every backtest was run again event by event, with equal figures',
      module: engineModule('sweep-engine'),
      setting: { config: accepted },
    },
    ours('accepted', 'Assay, everything accepted', `on: ${listed(onIn(accepted))}`, accepted),
    ours(
      'everything',
      'Assay, everything on',
      'every switch on, rejected ones too',
      enable(accepted, Object.fromEntries(switchesOf(accepted).map((name) => [name, true]))),
    ),
    ...withAndWithout(layers, accepted),
    ours('baseline', 'Assay, pure baseline', 'every switch off', pureBaseline()),
    {
      id: GRADEMARK_ID,
      title: 'grademark',
      what: 'each bar fed as two, its open and its close: it evaluates no rule on the bar in which an order is filled, and would make other trades',
      module: engineModule('grademark-engine'),
      setting: { halves: true },
    },
    {
      id: 'grademark-own',
      title: 'grademark, each bar once',
      what: 'its own timing: no rule on the bar in which an order is filled',
      module: engineModule('grademark-engine'),
      setting: {},
    },
  ]
}

/**
 * Everything accepted without one layer of the stack, once for each set of switches that a layer
 * sets; and with one of which nothing is accepted yet.
 */
function withAndWithout(
  layers: readonly Layer<OptimizationConfig>[],
  accepted: OptimizationConfig,
): SpeedRow[] {
  const rows = new Map<string, SpeedRow>()
  const on = onIn(accepted)
  for (const layer of layers.filter(({ standalone }) => standalone !== true)) {
    const switches = switchesSetBy(layer)
    const off = switches.filter((name) => on.includes(name))
    const isOff = off.length > 0
    const names = isOff ? off : switches
    if (names.length === 0 || rows.has(names.join())) continue
    const word = isOff ? 'without' : 'with'
    const config = enable(accepted, Object.fromEntries(names.map((name) => [name, !isOff])))
    const what = isOff ? `off: ${listed(off)}` : `on as well, not accepted: ${listed(names)}`
    rows.set(names.join(), ours(`${word}-${layer.id}`, `Assay, ${word} ${layer.id}`, what, config))
  }
  return [...rows.values()]
}

function ours(id: string, title: string, what: string, config: OptimizationConfig): SpeedRow {
  return { id, title, what, module: engineModule('assay-engine'), setting: { config } }
}

function onIn(config: OptimizationConfig): string[] {
  const values = config as unknown as Readonly<Record<string, unknown>>
  return switchesOf(config).filter((name) => values[name] === true)
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
