import type { Table } from '../csv-table.js'
import type { Offer } from '../series.js'
import { readGoogleBenchmark } from './google-benchmark.js'

const COLUMNS = ['name', 'iterations', 'real_time', 'cpu_time', 'time_unit']
const AGGREGATE = /_(?:mean|median|stddev|cv)$/

/**
 * Google Benchmark, `--benchmark_format=csv`: the real time of each repetition. Undefined for other
 * tables.
 *
 * @param path as the user gave it, for messages
 */
export function readGoogleBenchmarkCsv({ rows }: Table, path: string): Offer[] | undefined {
  const [titles = [], ...others] = rows
  if (!COLUMNS.every((title, index) => titles[index] === title)) return undefined
  const names = new Set(others.map(([name = '']) => name))
  const benchmarks = others.map((row) => {
    const cell = (title: string) => row[titles.indexOf(title)]?.trim() ?? ''
    const [name, time] = [cell('name'), cell('real_time')]
    const aggregated = AGGREGATE.test(name) ? name.replace(AGGREGATE, '') : undefined
    const isAggregate = aggregated !== undefined && names.has(aggregated)
    return {
      name,
      run_name: isAggregate ? aggregated : name,
      run_type: isAggregate ? 'aggregate' : 'iteration',
      ...(time === '' ? {} : { real_time: Number(time), time_unit: cell('time_unit') }),
      ...(cell('error_occurred') === 'true' && {
        error_occurred: true,
        error_message: cell('error_message'),
      }),
    }
  })
  return readGoogleBenchmark({ benchmarks }, path)
}
