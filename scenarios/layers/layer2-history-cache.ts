import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2HistoryCache: Layer<OptimizationConfig> = {
  id: 'layer2.history-cache',
  title: 'history cache alone, on whatever strategies ask for',
  hypothesis:
    'A data frame that was made once need not be made again. But the clock moves: within a backtest every window is asked for once, so a hit needs another ' +
    'backtest that asks for the same length at the same bar. Lengths of 20, 50 and 200 bars are kept until then, and a search that varies the fast average ' +
    'beside a slow one of 50 finds them again. Of all other lengths the last 256 windows are kept, and thousands pass before one is asked for again. ' +
    'So walk-forward should gain a little where its slow average is 50, and grid-search, whose slow averages are 60 to 150, nothing: there every window ' +
    'is looked up, stored and thrown away. Expected to be rejected, and on arrays (`--incumbent layer2.arrays`) all the more: a view is made in less ' +
    'time than it is found.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { historyCache: true, historyCacheArrays: true }),
}
