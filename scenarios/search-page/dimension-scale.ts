import type { Dimension, ParameterValue } from '../../engine/index.js'
import { formatTick } from '../../harness/text/format.js'
import type { ResultTrial } from '../search/search-results.js'

/** Where the values of a dimension lie on an axis, and in which of a few cells. */
export interface DimensionScale {
  readonly name: string
  /** In [0, 1], by the scale of the dimension; of categories, evenly in their order. */
  readonly place: (value: ParameterValue) => number
  /** Number of cells from low to high. */
  readonly cells: number
  /** The cell of a value, from 0. */
  readonly cellOf: (value: ParameterValue) => number
  /** The value of a cell, or the first of its values. */
  readonly labelOf: (cell: number) => string
  /** Every category, or the ends of an interval. */
  readonly labels: readonly { readonly place: number; readonly text: string }[]
  /** Whether each cell holds one value. */
  readonly isExact: boolean
  /** Whether its values have an order. */
  readonly isOrdered: boolean
}

/** Values of one dimension that have a cell of their own; of more, neighbours share one. */
const MOST_CELLS = 25
/** Cells of an interval. */
const CELLS = 16
/** Categories that all have a label on an axis of parallel coordinates. */
const MOST_LABELS = 8
/** Characters of a category on an axis. */
const LABEL = 14

/** @param trials  in any order, at least one */
export function dimensionScale(
  name: string,
  dimension: Dimension,
  trials: readonly Pick<ResultTrial, 'parameters'>[],
): DimensionScale {
  if (dimension.kind === 'categorical') return categories(name, dimension.values)
  const place = placeOn(dimension)
  const numbers = fewNumbers(name, trials)
  const isGrid = dimension.kind === 'discrete' || (numbers?.length ?? 0) < trials.length
  return numbers !== undefined && isGrid
    ? own(name, numbers, place)
    : shared(name, dimension, place)
}

/** The values that were tried, ascending; undefined if too many for cells of their own. */
function fewNumbers(
  name: string,
  trials: readonly Pick<ResultTrial, 'parameters'>[],
): readonly number[] | undefined {
  const distinct = new Set<number>()
  for (const { parameters } of trials) {
    distinct.add(parameters[name] as number)
    if (distinct.size > MOST_CELLS) return undefined
  }
  return [...distinct].sort((a, b) => a - b)
}

type Interval = Exclude<Dimension, { kind: 'categorical' }>

function categories(name: string, values: readonly ParameterValue[]): DimensionScale {
  const cellOf = (value: ParameterValue) => values.indexOf(value)
  const place = (value: ParameterValue) =>
    values.length === 1 ? 0.5 : cellOf(value) / (values.length - 1)
  return {
    name,
    place,
    cells: values.length,
    cellOf,
    labelOf: (cell) => shortLabel(valueText(values[cell]!)),
    labels: labelled(values.length > MOST_LABELS ? [values[0]!, values.at(-1)!] : values, place),
    isExact: true,
    isOrdered: false,
  }
}

function own(
  name: string,
  numbers: readonly number[],
  place: (value: ParameterValue) => number,
): DimensionScale {
  return {
    name,
    place,
    cells: numbers.length,
    cellOf: (value) => numbers.indexOf(value as number),
    labelOf: (cell) => valueText(numbers[cell]!),
    labels: labelled([numbers[0]!, numbers.at(-1)!], place),
    isExact: true,
    isOrdered: true,
  }
}

function shared(
  name: string,
  dimension: Interval,
  place: (value: ParameterValue) => number,
): DimensionScale {
  const { from, to, scale } = dimension
  const at = (cell: number) =>
    scale === 'logarithmic'
      ? from * (to / from) ** (cell / CELLS)
      : from + (to - from) * (cell / CELLS)
  const step = dimension.kind === 'discrete' ? dimension.step : 0
  const startOf = (cell: number) =>
    step === 0 ? at(cell) : from + step * Math.ceil((at(cell) - from) / step - 1e-9)
  return {
    name,
    place,
    cells: CELLS,
    cellOf: (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(CELLS * place(value)))),
    labelOf: (cell) => formatTick(Number(startOf(cell).toPrecision(3))),
    labels: labelled([from, to], place),
    isExact: false,
    isOrdered: true,
  }
}

function labelled(
  values: readonly ParameterValue[],
  place: (value: ParameterValue) => number,
): DimensionScale['labels'] {
  return [...new Set(values)].map((value) => ({ place: place(value), text: valueText(value) }))
}

function placeOn({ from, to, scale }: Interval): (value: ParameterValue) => number {
  if (from === to) return () => 0.5
  if (scale !== 'logarithmic') return (value) => (Number(value) - from) / (to - from)
  return (value) => Math.log(Number(value) / from) / Math.log(to / from)
}

/** A value of a parameter for people: numbers to six significant digits. */
export function valueText(value: ParameterValue): string {
  return typeof value === 'number' ? formatTick(value) : value
}

/** A text that fits an axis. */
export function shortLabel(text: string, most = LABEL): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}
