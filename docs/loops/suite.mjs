import * as candidate from './candidate.mjs'
import * as current from './current.mjs'

/**
 * What the loop measures: `current.mjs` is the code so far and `candidate.mjs` the code to judge. A
 * candidate that is kept becomes the current code, so each one has to beat all before it.
 */
const DAYS = 900
const WINDOWS = [750, 400]
/** Ranks are computed for the newest prices. */
const RANKED = 520
/** Short, because the loop judges many candidates, and a real gain here is large. */
const PASS = { warmup: 3, iterations: 10 }

export const suite = {
  name: 'price-figures',
  module: import.meta.url,
  baseline: () => current,
  layers: [
    {
      id: candidate.name,
      title: candidate.name,
      hypothesis: 'the candidate computes the same figures in less time',
      workloads: ['figures'],
      metric: 'cpu',
      criterion: { kind: 'improvement', atLeast: 0.1 },
      apply: (code) => ({ ...code, ...candidate }),
    },
  ],
  workloads: [
    {
      id: 'figures',
      title: 'figures of a series of prices',
      scales: { smoke: DAYS, standard: 2 * DAYS, production: 4 * DAYS },
      passes: { smoke: PASS, standard: PASS, production: PASS },
      describe: (days) => `four figures of ${days} days`,
      prepare: async () => {},
      run: async ({ movingSums, drawdowns, ranks }, days, seed) => {
        const prices = drawPrices(days, seed)
        const newest = prices.slice(-RANKED)
        const sums = WINDOWS.map((window) => movingSums(prices, window))
        const output = [...sums, drawdowns(prices), ranks(newest)]
        return { output, work: { unit: 'days', amount: days } }
      },
      canonical: (figures) => figures.map((figure) => figure.join(' ')).join('\n'),
      diverge: firstDifference,
    },
  ],
}

/** A random walk of integer prices that depends on the seed alone. */
function drawPrices(days, seed) {
  let state = seed | 1
  let price = 10_000
  return Array.from({ length: days }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1
    price += ((state >>> 8) % 201) - 100
    return price
  })
}

const FIGURES = [...WINDOWS.map((window) => `sum of ${window} days`), 'drawdown', 'rank']

function firstDifference(baseline, other) {
  for (const [at, figure] of FIGURES.entries()) {
    const day = baseline[at].findIndex((value, index) => value !== other[at][index])
    if (day >= 0)
      return {
        at: { day: String(day) },
        field: figure,
        baseline: String(baseline[at][day]),
        candidate: String(other[at][day]),
      }
  }
  return undefined
}
