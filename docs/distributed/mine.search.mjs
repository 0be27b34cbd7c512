import { discrete, parameterSpace } from 'assay'

/** Holds 100 shares while the close is above the mean of the last `bars` by `percent` or more. */
export default {
  prices: '../../scenarios/market/data/example.csv',
  space: parameterSpace({ bars: discrete(2, 60), percent: discrete(0, 5) }),
  method: 'random',
  strategy: ({ bars, percent }) => ({
    handleData(context, data) {
      const [asset] = context.assets
      if (data.available(asset) < bars) return
      const closes = data.history(asset, 'price', bars, '1d', { returnType: 'array' })
      const mean = closes.reduce((sum, close) => sum + close, 0) / bars
      context.orderTarget(asset, closes.at(-1) >= mean * (1 + percent / 100) ? 100 : 0)
    },
  }),
}
