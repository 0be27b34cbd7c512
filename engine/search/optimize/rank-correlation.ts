/**
 * Spearman's rank correlation: Pearson's correlation of ranks, where equal values share the mean of
 * their ranks.
 *
 * @param a  finite values
 * @param b  as many finite values
 * @returns in [−1, 1]; undefined if there are fewer than 2, or all values of a list are equal
 * @source Spearman 1904, Am. J. Psychology 15; golden vectors from scipy.stats.spearmanr
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | undefined {
  const [x, y] = [ranksOf(a), ranksOf(b)]
  const mean = (a.length - 1) / 2
  let [product, squareOfX, squareOfY] = [0, 0, 0]
  for (const [i, rank] of x.entries()) {
    const [dx, dy] = [rank - mean, y[i]! - mean]
    product += dx * dy
    squareOfX += dx * dx
    squareOfY += dy * dy
  }
  if (squareOfX === 0 || squareOfY === 0) return undefined
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareOfX * squareOfY)))
}

/** From 0, the lowest value first. */
function ranksOf(values: readonly number[]): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let first = 0; first < order.length; ) {
    let end = first + 1
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++
    for (let place = first; place < end; place++) ranks[order[place]!] = (first + end - 1) / 2
    first = end
  }
  return ranks
}
