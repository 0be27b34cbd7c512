import { InputError } from '../../errors.js'
import type { Table } from '../csv-table.js'
import { checkRange, parseNumber } from '../number-text.js'
import type { Offer } from '../series.js'

const COLUMNS = ['group', 'function', 'value', 'sample_measured_value', 'unit', 'iteration_count']

/**
 * criterion.rs, `raw.csv`: the time of all iterations of a sample, divided by their number, for
 * every benchmark `group/function/value`. Undefined for other tables.
 *
 * @param path as the user gave it, for messages
 */
export function readCriterionRaw({ rows, lineOf }: Table, path: string): Offer[] | undefined {
  const [titles = []] = rows
  const at = COLUMNS.map((title) => titles.indexOf(title))
  if (at.includes(-1)) return undefined
  const groups = new Map<string, { readonly values: number[]; readonly unit: string }>()
  for (const [index, row] of rows.entries()) {
    if (index === 0) continue
    const [group, name, value, measured = '', unit = '', iterations = ''] = at.map(
      (column) => row[column]?.trim() ?? '',
    )
    const time = (parseNumber(measured) ?? Number.NaN) / (parseNumber(iterations) ?? Number.NaN)
    const place = () => `${path}, line ${lineOf(index)}`
    if (!Number.isFinite(time))
      throw new InputError(`${place()}: no time or no number of iterations; restore the line`)
    checkRange(time, place)
    const key = [group, name, value].filter((part) => part !== '').join('/')
    const entry = groups.get(key) ?? { values: [], unit }
    groups.set(key, entry)
    if (entry.unit !== unit)
      throw new InputError(
        `${place()}: the unit is ${unit}, and ${entry.unit} before; split the file`,
      )
    entry.values.push(time)
  }
  return [...groups].map(([name, { values, unit }]) => ({
    name,
    read: () => ({ values: new Float64Array(values), unit }),
  }))
}
