/**
 * The code that the loop starts from: three figures of a series of prices, each computed the slow
 * way. Prices are integers, so that every order of additions gives the same result.
 */
/** Sums of the last `window` prices, for every day. */
export function movingSums(prices, window) {
  return prices.map((_, day) => {
    let sum = 0
    for (let back = Math.max(0, day - window + 1); back <= day; back++) sum += prices[back]
    return sum
  })
}

/** How far each day is below the highest price until then. */
export function drawdowns(prices) {
  return prices.map((price, day) => {
    let highest = 0
    for (let earlier = 0; earlier <= day; earlier++)
      if (prices[earlier] > highest) highest = prices[earlier]
    return highest - price
  })
}

/** How many days have a lower price, for every day. */
export function ranks(prices) {
  return prices.map((price) => {
    let lower = 0
    for (let other = 0; other < prices.length; other++) if (prices[other] < price) lower++
    return lower
  })
}
