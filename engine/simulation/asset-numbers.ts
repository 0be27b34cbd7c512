import type { AssetId } from '../market/asset.js'

/** The number of each asset of a backtest: its place in the list of ids. */
export class AssetNumbers {
  readonly #ids: readonly AssetId[]
  readonly #numbers: ReadonlyMap<AssetId, number>
  /** The asset looked up last: strategies name the same one again, or the next in the list. */
  #last = 0

  /** @param ids  distinct */
  constructor(ids: readonly AssetId[]) {
    this.#ids = ids
    this.#numbers = new Map(ids.map((id, number) => [id, number]))
  }

  /** Undefined if the backtest has no such asset. */
  of(id: AssetId): number | undefined {
    return this.#ids[this.#last] === id ? this.#last : this.#find(id)
  }

  #find(id: AssetId): number | undefined {
    const number = this.#ids[this.#last + 1] === id ? this.#last + 1 : this.#numbers.get(id)
    if (number !== undefined) this.#last = number
    return number
  }
}
