import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeJson, writeWhole } from '../../harness/system/files.js'
import type { ResultTrial, SearchResults } from './search-results.js'

/** The results as one JSON document. */
export const RESULTS_FILE = 'search.json'
/** The trials as a table. */
const TRIALS_FILE = 'trials.parquet'

/** The results to look at. */
const PAGE_FILE = 'search.html'

/** What `writeResults` writes, first what a reader opens; the journal is not among them. */
export const RESULT_FILES = [PAGE_FILE, RESULTS_FILE, TRIALS_FILE] as const

/** Writes the results into a directory that exists, each file as a whole. */
export async function writeResults(directory: string, results: SearchResults): Promise<void> {
  const { searchPage } = await import('../search-page/search-page.js')
  writeWhole(join(directory, TRIALS_FILE), trialsParquet(results))
  writeWhole(join(directory, PAGE_FILE), searchPage(results))
  writeJson(join(directory, RESULTS_FILE), results)
}

type Value = string | number | boolean | undefined

interface Column {
  readonly name: string
  readonly data: readonly Value[]
  readonly type: 'INT32' | 'DOUBLE' | 'STRING'
}

/** Figures of a trial that every table has, after its parameters. */
const FIGURES: readonly {
  readonly name: string
  readonly type: Column['type']
  of(trial: ResultTrial): Value
}[] = [
  { name: 'score', type: 'DOUBLE', of: ({ score }) => score },
  { name: 'finalEquity', type: 'STRING', of: ({ metrics }) => metrics.finalEquity },
  { name: 'totalReturn', type: 'DOUBLE', of: ({ metrics }) => metrics.totalReturn },
  { name: 'maxDrawdown', type: 'DOUBLE', of: ({ metrics }) => metrics.maxDrawdown },
  { name: 'fills', type: 'INT32', of: ({ metrics }) => metrics.fills },
  { name: 'closedTrades', type: 'INT32', of: ({ metrics }) => metrics.closedTrades },
  { name: 'fidelity', type: 'DOUBLE', of: ({ fidelity = 1 }) => fidelity },
  { name: 'violation', type: 'DOUBLE', of: ({ violation = 0 }) => violation },
  { name: 'bankrupt', type: 'STRING', of: ({ bankrupt }) => bankrupt },
]

/**
 * The trials as a Parquet file with a row each: its index, its parameters, its figures. A parameter
 * with the name of a figure has the column `parameter_NAME`.
 */
function trialsParquet({
  trials,
  dimensions,
}: Pick<SearchResults, 'trials' | 'dimensions'>): Uint8Array {
  const columns: readonly Column[] = [
    { name: 'index', type: 'INT32', data: trials.map(({ index }) => index) },
    ...Object.keys(dimensions).map((name) => parameterColumn(name, trials)),
    ...FIGURES.map(({ name, type, of }) => ({ name, type, data: trials.map(of) })),
  ]
  const columnData = columns.map(({ name, type, data }) => ({
    name,
    type,
    data: [...data],
    nullable: true,
  }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

function parameterColumn(name: string, trials: readonly ResultTrial[]): Column {
  const isTaken = name === 'index' || FIGURES.some((figure) => figure.name === name)
  const values = trials.map(({ parameters }) => parameters[name])
  const isNumeric = values.every((value) => typeof value === 'number')
  return {
    name: isTaken ? `parameter_${name}` : name,
    type: isNumeric ? 'DOUBLE' : 'STRING',
    data: isNumeric ? values : values.map(String),
  }
}
