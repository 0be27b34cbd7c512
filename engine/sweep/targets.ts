import type { Parameters } from '../search/parameter-space.js'
import type { SimulationParts } from '../simulation/simulation-parts.js'
import type { InputColumns } from './input-columns.js'
import { checkedInputs, checkedTarget, type Signal } from './signal.js'

type Decide = (...inputs: number[]) => number

/** The targets of one asset: where they change, and what is decided at any bar. */
export class AssetTargets {
  readonly #decide: Decide
  readonly #inputs: readonly Float64Array[]
  /** Bars from the first one traded, ascending, whose target is a number and not that before. */
  readonly #bars: number[] = []
  readonly #targets: number[] = []
  #next = 0

  /**
   * @param inputs  of the signal, each from the first bar traded
   * @throws {EngineError} `strategy-misuse`: a decision that is not a number
   */
  constructor(decide: Decide, inputs: readonly Float64Array[]) {
    this.#decide = decide
    this.#inputs = inputs
    const [first, second] = inputs as [Float64Array, Float64Array?]
    if (second === undefined) this.#findOfOne(first)
    else if (inputs.length === 2) this.#findOfTwo(first, second)
    else this.#findOfMany(first.length)
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
    return checkedTarget(this.#decide(...this.#inputs.map((column) => column[bar]!)))
  }

  // A loop for each number of inputs: spreading them costs as much as ten decisions.

  #findOfOne(first: Float64Array): void {
    const decide = this.#decide
    let before = Number.NaN
    for (let bar = 0; bar < first.length; bar++) {
      const target = decide(first[bar]!)
      if (target === before) continue
      this.#changed(bar, target)
      before = target
    }
  }

  #findOfTwo(first: Float64Array, second: Float64Array): void {
    const decide = this.#decide
    let before = Number.NaN
    for (let bar = 0; bar < first.length; bar++) {
      const target = decide(first[bar]!, second[bar]!)
      if (target === before) continue
      this.#changed(bar, target)
      before = target
    }
  }

  #findOfMany(length: number): void {
    let before = Number.NaN
    for (let bar = 0; bar < length; bar++) {
      const target = this.at(bar)
      if (target === before) continue
      this.#changed(bar, target)
      before = target
    }
  }

  /** Records a change, unless there is no target any more. */
  #changed(bar: number, target: number): void {
    if (Number.isNaN(checkedTarget(target))) return
    this.#bars.push(bar)
    this.#targets.push(target)
  }
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
