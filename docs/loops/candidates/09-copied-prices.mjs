/** Nothing to gain: the series is copied before it is read. */
export const name = 'copied-prices'

export function ranks(prices) {
  const own = prices.slice()
  return own.map((price) => {
    let lower = 0
    for (let other = 0; other < own.length; other++) if (own[other] < price) lower++
    return lower
  })
}
