/** A gain: sort once, and find the place of each price by halving. */
export const name = 'sorted-ranks'

export function ranks(prices) {
  const sorted = Int32Array.from(prices).sort()
  return prices.map((price) => {
    let from = 0
    let to = sorted.length
    while (from < to) {
      const middle = (from + to) >>> 1
      if (sorted[middle] < price) from = middle + 1
      else to = middle
    }
    return from
  })
}
