import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type IngestOptions, ingestCsv } from '../../bundle/ingest.js'
import { plainBundleSource } from '../../bundle/plain-source.js'
import { writeBundle } from '../../bundle/write-bundle.js'
import { defaults, type OptimizationConfig } from '../../config.js'
import { isPositiveWhole } from '../../config-variables.js'
import { EngineError } from '../../errors.js'
import { readModuleSource } from '../../execution/queue/module-source.js'
import type { OpenBundle } from '../../ports.js'
import { type TradingRange, tradingRange } from '../../simulation/trading-range.js'
import { definitionOf, type ObjectiveName } from '../objectives.js'
import { type ResolvedPlan, resolvedPlan, type SearchPlan } from '../optimize/search-plan.js'
import type { ParameterSpace } from '../parameter-space.js'
import { type ModuleExecutors, moduleExecutors, type SearchQueue } from './module-executors.js'
import {
  checkSetting,
  runSearch,
  type SearchFindings,
  type SearchRunOptions,
  type SearchSetting,
} from './run-search.js'
import { type DescribedSearch, invalidModule } from './search-description.js'
import { describedSearch } from './search-module.js'

/** What replaces parts of a search module, and where the search runs. */
export interface OpenSearchOptions extends SearchPlan {
  /** Directory of a bundle in place of the data of the module. */
  readonly bundle?: string
  /** Price files in place of the data of the module. */
  readonly prices?: PriceFiles
  /** Plain data for a module that exports a function. */
  readonly options?: unknown
  /** One of the engine in place of that of the module. */
  readonly objective?: ObjectiveName
  /** Threads; as many as there are processors if absent. 1 is this thread. */
  readonly workers?: number
  /** If present, the backtests run where workers take them from a queue in Redis. */
  readonly queue?: SearchQueue
  /** `defaults()` if absent. */
  readonly config?: OptimizationConfig
}

/** Price files, and how to read them. */
export interface PriceFiles extends IngestOptions {
  readonly files: readonly string[]
}

/** A search that is ready to run: its module is loaded and its data are read. */
export interface OpenedSearch {
  /** Absolute path of the module. */
  readonly module: string
  /** `sha256:…` of its source and of all files that it imports by relative paths. */
  readonly digest: string
  readonly space: ParameterSpace
  readonly objective: { readonly name: string; readonly best: 'highest' | 'lowest' }
  readonly plan: ResolvedPlan
  readonly workers: number
  /** The data; of price files, in a temporary directory that `close` removes. */
  readonly bundle: Pick<OpenBundle, 'manifest' | 'version' | 'calendar' | 'directory'>
  /** The sessions that are traded, without windows. */
  readonly range: TradingRange
  /** What was assumed or rounded in reading price files. */
  readonly notes: readonly string[]
  /** Runs it; it may be run again. @throws {EngineError} as `optimize` */
  run(options?: SearchRunOptions): Promise<SearchFindings>
  close(): Promise<void>
}

/**
 * Loads a search module and its data. What the options give replaces what the module has.
 *
 * @param module  a path, relative to the working directory, or a `file:` address; JavaScript or
 * TypeScript
 * @throws {EngineError} `input-invalid`: the module, a field of it or an option; errors of the
 * bundle or the price files
 */
export async function openSearch(
  module: string | URL,
  given: OpenSearchOptions = {},
): Promise<OpenedSearch> {
  const workers = given.workers ?? availableParallelism()
  if (!isPositiveWhole(workers))
    throw new EngineError('input-invalid', `${workers} workers; give a positive whole number`)
  const described = await describedSearch(module, given)
  const data = await dataOf(described, given.prices)
  try {
    const bundle = await plainBundleSource().open(data.directory)
    bundle.close()
    const { digest } = await readModuleSource(described.module)
    return opened(described, { ...given, workers }, bundle, { ...data, digest: `sha256:${digest}` })
  } catch (error) {
    await data.remove()
    throw error
  }
}

/**
 * Opens a search, runs it and closes it.
 *
 * @throws {EngineError} as `openSearch` and `optimize`
 */
export async function searchModule(
  module: string | URL,
  options: OpenSearchOptions & SearchRunOptions = {},
): Promise<SearchFindings> {
  const search = await openSearch(module, options)
  try {
    return await search.run(options)
  } finally {
    await search.close()
  }
}

function opened(
  described: DescribedSearch,
  given: OpenSearchOptions & { readonly workers: number },
  { calendar, directory, manifest, version }: OpenBundle,
  { notes, remove, digest }: Data & { readonly digest: string },
): OpenedSearch {
  const { space, objective } = settledSearch(described, given)
  const { range = {}, warmUp } = described.backtest
  const setting: SearchSetting = {
    space,
    objective,
    plan: resolvedPlan(described, given),
    calendar,
    version,
    range: tradingRange(calendar, range, warmUp),
  }
  checkSetting(setting)
  const { name, best } = definitionOf(objective)
  const { workers, config = defaults() } = given
  let executors: ModuleExecutors | undefined
  return {
    ...setting,
    module: described.module,
    digest,
    objective: { name, best },
    workers,
    bundle: { manifest, version, calendar, directory },
    notes,
    run: (options = {}) => {
      const search = { ...described, bundle: directory }
      executors ??= moduleExecutors(search, { ...given, workers, config })
      return runSearch(setting, executors.of(options.signal), options)
    },
    async close() {
      await executors?.close()
      await remove()
    },
  }
}

function settledSearch(
  { module, objective, space }: DescribedSearch,
  given: OpenSearchOptions,
): Pick<SearchSetting, 'space' | 'objective'> {
  if (space !== undefined) return { space, objective: given.objective ?? objective }
  throw invalidModule(
    module,
    'has no space; add space: parameterSpace({ … }), the parameters to search',
  )
}

/** The data of a search. */
interface Data {
  readonly directory: string
  readonly notes: readonly string[]
  /** Removes what was made for this search. */
  remove(): Promise<void>
}

async function dataOf(
  { module, bundle, prices }: DescribedSearch,
  given: PriceFiles | undefined,
): Promise<Data> {
  if (given === undefined && bundle !== undefined)
    return { directory: bundle, notes: [], remove: async () => {} }
  const read = given ?? (prices === undefined ? undefined : { files: prices })
  if (read !== undefined) return ingested(read)
  throw invalidModule(
    module,
    "has no data; add prices: './prices.csv' or bundle: './my-bundle', or give price files or a bundle",
  )
}

/** A temporary bundle. */
async function ingested({ files, ...reading }: PriceFiles): Promise<Data> {
  const { notes, ...content } = await ingestCsv(files, { fitScales: true, ...reading })
  const parent = await mkdtemp(join(tmpdir(), 'assay-prices-'))
  const remove = () => rm(parent, { recursive: true, force: true })
  try {
    const directory = join(parent, 'prices')
    await writeBundle(directory, content)
    return { directory, notes, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
