/** A gain: the highest price so far is remembered from day to day. */
export const name = 'running-highest'

export function drawdowns(prices) {
  let highest = 0
  return prices.map((price) => {
    if (price > highest) highest = price
    return highest - price
  })
}
