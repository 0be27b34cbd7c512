import { messageOf } from '../../errors.js'
import { checkStrategy } from '../../look-ahead/make-strategy.js'
import type { OpenBundle } from '../../ports.js'
import type { BacktestSpec } from '../../simulation/backtest.js'
import { rangeOf, type TrialTask } from '../grid.js'
import { faultOfImport, importModule } from './import-module.js'
import { placeOfModule } from './module-place.js'
import {
  checkSearch,
  type DescribedSearch,
  EXAMPLE,
  invalidModule,
  type SearchModule,
} from './search-description.js'

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

/** A search module, checked, with the bundle that its backtests open. */
export interface LoadedSearch extends DescribedSearch {
  /** Absolute path of the bundle's directory. */
  readonly bundle: string
}

/**
 * Imports a search module and checks what it exports. TypeScript is loaded as in `importModule`. A
 * module is imported once per thread.
 *
 * @param module  a path, relative to the working directory, or a `file:` address
 * @throws {EngineError} `input-invalid`: the module cannot be imported, has no default export,
 * exports no search, or has no bundle; the message names the module, the field and the remedy. The
 * function of a module that throws is named as well
 */
export async function loadSearchModule(
  module: string | URL,
  given: SearchModuleOptions = {},
): Promise<LoadedSearch> {
  const { bundle, ...search } = await describedSearch(module, given)
  if (bundle !== undefined) return { ...search, bundle }
  const has = search.prices === undefined ? 'nothing' : 'price files'
  throw invalidModule(
    search.module,
    `has ${has} as its bundle; give the directory of a bundle, such as './my-bundle'${search.prices === undefined ? '' : ', or open it with openSearch, which reads price files'}`,
  )
}

/** The same, with the price files of the module, if it has them instead of a bundle. */
export async function describedSearch(
  module: string | URL,
  given: SearchModuleOptions = {},
): Promise<DescribedSearch> {
  const { file, address } = placeOfModule(module)
  const { default: exported } = await imported(file, address)
  if (exported === undefined)
    throw invalidModule(file, `has no default export; write ${EXAMPLE} in an ES module`)
  const made = typeof exported === 'function' ? await callMaker(file, exported, given) : exported
  return checkSearch(file, made, given.bundle)
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

async function imported(file: string, address: string): Promise<{ readonly default?: unknown }> {
  try {
    return await importModule(address)
  } catch (cause) {
    throw invalidModule(file, faultOfImport(cause), cause)
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
    throw invalidModule(
      file,
      `failed to make its search (${messageOf(cause)}); correct the module`,
      cause,
    )
  }
}
