import type { Parameters } from '../search/parameter-space.js'
import type { SimulationParts } from '../simulation/simulation-parts.js'
import type { InputColumns } from './input-columns.js'
import { checkedInputs, checkedTarget, type Signal } from './signal.js'

type Decide = (...inputs: number[]) => number

/** The targets of one asset: where they change, and what is decided at any bar. */
export class AssetTargets {
  readonly #decideAt: (bar: number) => number
  /** Bars from the first one traded, ascending, whose target is a number and not that before. */
  readonly #bars: number[] = []
  readonly #targets: number[] = []
  #next = 0

  /**
   * @param inputs  of the signal, each from the first bar traded
   * @throws {EngineError} `strategy-misuse`: a decision that is not a number
   */
  constructor(decide: Decide, inputs: readonly Float64Array[]) {
    const decideAt = decisions(decide, inputs)
    this.#decideAt = decideAt
    const { length } = inputs[0]!
    let before = Number.NaN
    for (let bar = 0; bar < length; bar++) {
      const target = decideAt(bar)
      if (target === before) continue
      before = checkedTarget(target)
      if (Number.isNaN(target)) continue
      this.#bars.push(bar)
      this.#targets.push(target)
    }
  }

  /** The next bar whose target changes; infinity behind the last. */
  get nextBar(): number {
    return this.#bars[this.#next] ?? Number.POSITIVE_INFINITY
  }

  /** The target to order at a bar, if it changes there: moves to the next change. */
  takeAt(bar: number): number {
    return this.#bars[this.#next] === bar ? this.#targets[this.#next++]! : Number.NaN
  }

  /** What is decided at a bar, whether or not it changes. */
  at(bar: number): number {
    return checkedTarget(this.#decideAt(bar))
  }
}

/** Decides at a bar. Spreading inputs costs as much as ten decisions, so few are passed singly. */
function decisions(decide: Decide, inputs: readonly Float64Array[]): (bar: number) => number {
  const [first, second] = inputs as [Float64Array, Float64Array]
  if (inputs.length === 1) return (bar) => decide(first[bar]!)
  if (inputs.length === 2) return (bar) => decide(first[bar]!, second[bar]!)
  return (bar) => decide(...inputs.map((column) => column[bar]!))
}

/** What a signal decides for every asset of a loaded backtest, by asset number. */
export function targetsOf(
  signal: Signal,
  parameters: Parameters,
  columns: InputColumns,
  { portal }: SimulationParts,
): readonly AssetTargets[] {
  const inputs = checkedInputs(signal, parameters)
  const decide = signal.decide(parameters)
  return portal.assets.map(
    (_, asset) =>
      new AssetTargets(
        decide,
        inputs.map((input) => columns.column(asset, input)),
      ),
  )
}
