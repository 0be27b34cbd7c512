/** A gain: add the new price and subtract the one that leaves the window. */
export const name = 'running-sum'

export function movingSums(prices, window) {
  let sum = 0
  return prices.map((price, day) => {
    sum += price - (day >= window ? prices[day - window] : 0)
    return sum
  })
}
