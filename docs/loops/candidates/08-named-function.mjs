/** Nothing to gain: a named function in place of an arrow. */
export const name = 'named-function'

export function ranks(prices) {
  return prices.map(function rankOf(price) {
    let lower = 0
    for (let other = 0; other < prices.length; other++) if (prices[other] < price) lower++
    return lower
  })
}
