// A strategy of your own, and the search for its best parameters. It runs as it is:
//
//   npx assay search mine.search.ts                 then open assay-search-mine/search.html
//   npx assay search mine.search.ts --csv AAPL.csv  on prices of your own, one file or several
//   npx assay search --help                         everything that an option can replace
//
// All fields: node_modules/assay/docs/search.md
import { discrete, parameterSpace, type SearchModule, sma } from 'assay'

export default {
  // The data: the S&P 500 index from 2000 to 2020, an asset for each file, named after it. Put your
  // own files in its place: ['./AAPL.csv', './MSFT.csv'], with the columns date, open, high, low,
  // close and volume. What is read only once can be a bundle: npx assay bundle --help
  prices: './sp500.csv',

  // The parameters: discrete(from, to, step), continuous(from, to, points) and
  // categorical('a', 'b'), and conditions that a point must satisfy.
  space: parameterSpace(
    { fast: discrete(5, 50, 5), slow: discrete(20, 200, 10) },
    ({ fast, slow }) => fast < slow,
  ),

  // The strategy for one point. It may depend only on its parameters and on the data up to now.
  // This one holds each asset while its fast average is above the slow one.
  strategy({ fast, slow }) {
    const averages = new Map()
    return {
      // Once, before the first session.
      initialize(context) {
        for (const asset of context.assets)
          averages.set(asset, {
            fast: context.indicator(asset, sma(Number(fast))),
            slow: context.indicator(asset, sma(Number(slow))),
          })
      },
      // At the end of each bar. Orders fill at the open of the next one.
      handleData(context) {
        for (const [asset, own] of averages) {
          if (!own.slow.ready) continue
          const isAbove = own.fast.value > own.slow.value
          if (isAbove === context.portfolio.position(asset) > 0) continue
          context.orderTargetPercent(asset, isAbove ? 1 / context.assets.length : 0)
        }
      },
    }
  },

  // Money and costs. Without slippage and commission, frequent trading looks better than it is.
  backtest: {
    cash: 1_000_000,
    slippage: { kind: 'fixed', basisPoints: 5 },
    commission: { kind: 'per-dollar', rate: '0.0005' },
  },

  // What is best: sharpe, total-return, calmar, max-drawdown, profit-factor, final-equity, or a
  // function of your own: { name: 'mine', score: (result) => result.metrics.sortino }
  objective: 'sharpe',

  // What a trial must satisfy. With few trades, a good result is luck.
  constraints: { minTrades: 5, maxDrawdown: 0.5 },

  // How points are chosen, and how many backtests are spent. 'grid' tries all of them.
  method: 'tpe',
  trials: 60,
  seed: 1,

  // The test that counts: search five years of sessions, trade the two years that follow with what
  // was best there, move on by two years. An efficiency far below 100 % means that the best
  // parameters were luck. Remove it for a quick look.
  windows: { train: 1260, test: 504 },
} satisfies SearchModule
