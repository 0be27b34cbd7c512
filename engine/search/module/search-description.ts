import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError, messageOf } from '../../errors.js'
import type { TradingAlgorithm } from '../../simulation/algorithm.js'
import type { BacktestSpec } from '../../simulation/backtest.js'
import { definitionOf, type Objective } from '../objectives.js'
import type { SearchPlan } from '../optimize/search-plan.js'
import type { ParameterSpace, Parameters } from '../parameter-space.js'

/**
 * A search as a module of the user describes it in its default export. A worker thread cannot
 * receive a function, so it imports the module and makes the strategies there:
 *
 * ```ts
 * export default {
 *   bundle: './my-bundle',
 *   strategy: ({ fast, slow }) => crossover(fast, slow),
 *   backtest: { cash: 100_000 },
 * } satisfies SearchModule
 * ```
 *
 * The default export may also be a function of plain data that returns this; see
 * `SearchModuleOptions.options`.
 */
export interface SearchModule extends SearchPlan {
  /** Makes the strategy of one trial. It may depend only on the parameters. */
  strategy(parameters: Parameters): TradingAlgorithm | Promise<TradingAlgorithm>
  /**
   * Directory of the bundle; a relative path starts at the module. If absent, it must be given
   * where the module is loaded.
   */
  readonly bundle?: string | URL
  /**
   * Price files in place of a bundle; a relative path starts at the module. `openSearch` reads
   * them into a temporary bundle.
   */
  readonly prices?: string | readonly string[]
  /** Everything else of the backtests. A task with a range of its own replaces `range`. */
  readonly backtest?: BacktestSettings
  /** `total-return` if absent. */
  readonly objective?: Objective
  /** The parameters to search. */
  readonly space?: ParameterSpace
}

/** A backtest without its data and its strategy. */
export type BacktestSettings = Omit<BacktestSpec, 'bundle' | 'algorithm'>

/** How a search module begins, for messages. */
export const EXAMPLE =
  'export default { strategy: (parameters) => ({ handleData(context, data) { … } }) }'

const FIELDS: readonly (keyof SearchModule)[] = [
  'strategy',
  'bundle',
  'prices',
  'backtest',
  'space',
  'objective',
  'method',
  'trials',
  'fidelity',
  'seed',
  'batch',
  'constraints',
  'windows',
]

/** What a module describes, checked. The plan is checked where it is used. */
export interface DescribedSearch extends SearchPlan {
  /** Path or address of the module, for messages. */
  readonly module: string
  readonly strategy: SearchModule['strategy']
  readonly backtest: BacktestSettings
  readonly objective: Objective
  readonly space?: ParameterSpace
  /** Absolute path of the bundle's directory. */
  readonly bundle?: string
  /** Absolute paths of price files. */
  readonly prices?: readonly string[]
}

/**
 * Checks what a module exports.
 *
 * @param file    path of the module
 * @param bundle  directory of a bundle that replaces the data of the module
 * @throws {EngineError} `input-invalid`: the message names the module, the field and the remedy
 */
export function checkSearch(file: string, made: unknown, bundle?: string): DescribedSearch {
  if (!isObject(made))
    throw invalidModule(file, `exports ${kindOf(made)} where a search belongs; write ${EXAMPLE}`)
  const search: { readonly [Field in keyof SearchModule]?: unknown } = made
  const unknown = Object.keys(search).find((field) => !FIELDS.includes(field as never))
  if (unknown !== undefined)
    throw invalidModule(file, `has the unknown field '${unknown}'; use ${FIELDS.join(', ')}`)
  const { strategy, backtest = {}, objective = 'total-return', space } = search
  if (typeof strategy !== 'function')
    throw invalidModule(file, `has ${kindOf(strategy)} as its strategy; write ${EXAMPLE}`)
  checkBacktest(file, backtest)
  checkObjective(file, objective)
  if (space !== undefined && !(isObject(space) && isObject(space.dimensions)))
    throw invalidModule(file, `has ${kindOf(space)} as its space; give parameterSpace({ … })`)
  const { bundle: _, prices: __, ...fields } = made as unknown as SearchModule
  return {
    ...fields,
    module: file,
    strategy: (parameters) => (made as unknown as SearchModule).strategy(parameters),
    backtest: backtest as BacktestSettings,
    objective: objective as Objective,
    ...dataOf(file, search, bundle),
  }
}

/** The values are checked by each backtest. */
const SETTINGS: Readonly<Record<keyof BacktestSettings, true>> = {
  assets: true,
  range: true,
  warmUp: true,
  cash: true,
  fill: true,
  slippage: true,
  commission: true,
  dividendPolicy: true,
  periodsPerYear: true,
  riskFree: true,
}

function checkBacktest(file: string, backtest: unknown): void {
  if (!isObject(backtest))
    throw invalidModule(file, `has ${kindOf(backtest)} as its backtest; give an object of settings`)
  const unknown = Object.keys(backtest).find((field) => !Object.hasOwn(SETTINGS, field))
  if (unknown === undefined) return
  const settings = Object.keys(SETTINGS).join(', ')
  throw invalidModule(file, `has the unknown setting backtest.${unknown}; use ${settings}`)
}

function checkObjective(file: string, objective: unknown): void {
  try {
    definitionOf(objective as Objective)
  } catch (cause) {
    throw invalidModule(file, `has no valid objective: ${messageOf(cause)}`, cause)
  }
}

function dataOf(
  file: string,
  { bundle: own, prices }: Readonly<Partial<Record<'bundle' | 'prices', unknown>>>,
  given: string | undefined,
): Pick<DescribedSearch, 'bundle' | 'prices'> {
  if (given !== undefined) return { bundle: resolve(given) }
  if (own !== undefined && prices !== undefined)
    throw invalidModule(file, 'has a bundle and prices; keep one of them')
  if (own !== undefined) return { bundle: bundleOf(file, own) }
  if (prices === undefined) return {}
  const files: readonly unknown[] = Array.isArray(prices) ? prices : [prices]
  if (files.length > 0 && files.every(isText))
    return { prices: files.map((path) => resolve(dirname(file), path)) }
  throw invalidModule(
    file,
    `has ${kindOf(prices)} as its prices; give paths such as './prices.csv'`,
  )
}

function bundleOf(file: string, own: unknown): string {
  if (own instanceof URL && own.protocol === 'file:') return fileURLToPath(own)
  if (isText(own)) return own.startsWith('file:') ? fileURLToPath(own) : resolve(dirname(file), own)
  throw invalidModule(
    file,
    `has ${kindOf(own)} as its bundle; give the directory of a bundle, such as './my-bundle'`,
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === undefined || value === '') return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** An error about a search module. @param fault  follows the name of the module */
export function invalidModule(file: string, fault: string, cause?: unknown): EngineError {
  return new EngineError('input-invalid', `search module ${file} ${fault}`, {
    ...(cause !== undefined && { cause }),
    details: { file },
  })
}
