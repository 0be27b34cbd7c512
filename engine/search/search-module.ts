import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { EngineError, messageOf } from '../errors.js'
import { checkStrategy } from '../look-ahead/make-strategy.js'
import type { OpenBundle } from '../ports.js'
import type { TradingAlgorithm } from '../simulation/algorithm.js'
import type { BacktestSpec } from '../simulation/backtest.js'
import { rangeOf, type TrialTask } from './grid.js'
import { faultOfImport, importModule } from './import-module.js'
import { definitionOf, type Objective } from './objectives.js'
import type { ParameterSpace, Parameters } from './parameter-space.js'

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
export interface SearchModule {
  /** Makes the strategy of one trial. It may depend only on the parameters. */
  strategy(parameters: Parameters): TradingAlgorithm | Promise<TradingAlgorithm>
  /**
   * Directory of the bundle; a relative path starts at the module. If absent, it must be given
   * where the module is loaded.
   */
  readonly bundle?: string | URL
  /** Everything else of the backtests. A task with a range of its own replaces `range`. */
  readonly backtest?: BacktestSettings
  /** `total-return` if absent. */
  readonly objective?: Objective
  /** The parameters to search, for programs that only have the module. */
  readonly space?: ParameterSpace
}

/** A backtest without its data and its strategy. */
export type BacktestSettings = Omit<BacktestSpec, 'bundle' | 'algorithm'>

/** A search module whose search depends on plain data. */
export type SearchModuleMaker<Options = unknown> = (
  options: Options,
) => SearchModule | Promise<SearchModule>

export interface SearchModuleOptions {
  /** Replaces the bundle of the module; a relative path starts at the working directory. */
  readonly bundle?: string
  /** Plain data for a module that exports a function; `undefined` if absent. */
  readonly options?: unknown
}

/** A search module, checked. */
export interface LoadedSearch extends Required<Pick<SearchModule, 'strategy' | 'backtest'>> {
  /** Path or address of the module, for messages. */
  readonly module: string
  /** Absolute path of the bundle's directory. */
  readonly bundle: string
  readonly objective: Objective
  readonly space?: ParameterSpace
}

/**
 * Imports a search module and checks what it exports. TypeScript is loaded as in
 * `importModule`. A module is imported once per thread.
 *
 * @param module  a path, relative to the working directory, or a `file:` address
 * @throws {EngineError} `input-invalid`: the module cannot be imported, has no default export, or
 * exports no search; the message names the module, the field and the remedy. The function of a
 * module that throws is named as well
 */
export async function loadSearchModule(
  module: string | URL,
  given: SearchModuleOptions = {},
): Promise<LoadedSearch> {
  const { file, address } = placeOf(module)
  const { default: exported } = await imported(file, address)
  if (exported === undefined)
    throw invalid(file, `has no default export; write ${EXAMPLE} in an ES module`)
  const made = typeof exported === 'function' ? await callMaker(file, exported, given) : exported
  return checkSearch(file, made, given)
}

/** The backtest of one trial. @throws {EngineError} `strategy-misuse`: no strategy was returned */
export async function specOf(
  search: Pick<LoadedSearch, 'strategy' | 'backtest'>,
  task: TrialTask,
  bundle: string | OpenBundle,
): Promise<BacktestSpec> {
  const algorithm = checkStrategy(await search.strategy(task.parameters))
  const range = rangeOf(task, search.backtest.range)
  return { ...search.backtest, ...(range !== undefined && { range }), bundle, algorithm }
}

const EXAMPLE = 'export default { strategy: (parameters) => ({ handleData(context, data) { … } }) }'

const FIELDS: readonly (keyof SearchModule)[] = [
  'strategy',
  'bundle',
  'backtest',
  'objective',
  'space',
]

function placeOf(module: string | URL): { readonly file: string; readonly address: string } {
  const text = String(module)
  if (module instanceof URL || /^(?:file|data|https?):/.test(text))
    return { file: text.startsWith('file:') ? fileURLToPath(text) : text, address: text }
  const file = resolve(text)
  return { file, address: pathToFileURL(file).href }
}

async function imported(file: string, address: string): Promise<{ readonly default?: unknown }> {
  try {
    return await importModule(address)
  } catch (cause) {
    throw invalid(file, faultOfImport(cause), cause)
  }
}

async function callMaker(
  file: string,
  make: unknown,
  { options }: SearchModuleOptions,
): Promise<unknown> {
  try {
    return await (make as SearchModuleMaker)(options)
  } catch (cause) {
    throw invalid(
      file,
      `failed to make its search (${messageOf(cause)}); correct the module`,
      cause,
    )
  }
}

function checkSearch(file: string, made: unknown, given: SearchModuleOptions): LoadedSearch {
  if (!isObject(made))
    throw invalid(file, `exports ${kindOf(made)} where a search belongs; write ${EXAMPLE}`)
  const search: { readonly [Field in keyof SearchModule]?: unknown } = made
  const unknown = Object.keys(search).find((field) => !FIELDS.includes(field as never))
  if (unknown !== undefined)
    throw invalid(file, `has the unknown field '${unknown}'; use ${FIELDS.join(', ')}`)
  const { strategy, backtest = {}, objective = 'total-return', space } = search
  if (typeof strategy !== 'function')
    throw invalid(file, `has ${kindOf(strategy)} as its strategy; write ${EXAMPLE}`)
  checkBacktest(file, backtest)
  checkObjective(file, objective)
  if (space !== undefined && !(isObject(space) && isObject(space.dimensions)))
    throw invalid(file, `has ${kindOf(space)} as its space; give parameterSpace({ … })`)
  return {
    module: file,
    strategy: (parameters) => (made as unknown as SearchModule).strategy(parameters),
    bundle: bundleOf(file, search.bundle, given.bundle),
    backtest: backtest as BacktestSettings,
    objective: objective as Objective,
    ...(space !== undefined && { space: space as unknown as ParameterSpace }),
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
    throw invalid(file, `has ${kindOf(backtest)} as its backtest; give an object of settings`)
  const unknown = Object.keys(backtest).find((field) => !Object.hasOwn(SETTINGS, field))
  if (unknown === undefined) return
  const settings = Object.keys(SETTINGS).join(', ')
  throw invalid(file, `has the unknown setting backtest.${unknown}; use ${settings}`)
}

function checkObjective(file: string, objective: unknown): void {
  try {
    definitionOf(objective as Objective)
  } catch (cause) {
    throw invalid(file, `has no valid objective: ${messageOf(cause)}`, cause)
  }
}

function bundleOf(file: string, own: unknown, given: string | undefined): string {
  if (given !== undefined) return resolve(given)
  if (own instanceof URL && own.protocol === 'file:') return fileURLToPath(own)
  if (typeof own === 'string' && own !== '') {
    return own.startsWith('file:') ? fileURLToPath(own) : resolve(dirname(file), own)
  }
  throw invalid(
    file,
    `has ${kindOf(own)} as its bundle; give the directory of a bundle, such as './my-bundle'`,
  )
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

function invalid(file: string, fault: string, cause?: unknown): EngineError {
  return new EngineError('input-invalid', `search module ${file} ${fault}`, {
    ...(cause !== undefined && { cause }),
    details: { file },
  })
}
