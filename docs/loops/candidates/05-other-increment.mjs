/** Nothing to gain: another way to count. */
export const name = 'other-increment'

export function ranks(prices) {
  return prices.map((price) => {
    let lower = 0
    for (let other = 0; other < prices.length; other += 1) if (prices[other] < price) lower += 1
    return lower
  })
}
