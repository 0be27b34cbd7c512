/** Nothing to gain: the same comparison, written the other way round. */
export const name = 'turned-comparison'

export function drawdowns(prices) {
  return prices.map((price, day) => {
    let highest = 0
    for (let earlier = 0; earlier < day + 1; earlier++)
      if (highest < prices[earlier]) highest = prices[earlier]
    return highest - price
  })
}
