/** Nothing to gain: where the window begins gets a name. */
export const name = 'hoisted-start'

export function movingSums(prices, window) {
  return prices.map((_, day) => {
    let sum = 0
    const start = Math.max(0, day - window + 1)
    for (let back = start; back <= day; back++) sum += prices[back]
    return sum
  })
}
