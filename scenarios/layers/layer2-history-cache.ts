import { enable, type OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'

export const layer2HistoryCache: Layer<OptimizationConfig> = {
  id: 'layer2.history-cache',
  title: 'history cache alone, for frames and arrays',
  hypothesis:
    'A data frame that was made once need not be made again. But the clock moves: a backtest reads every window once, so a hit needs another backtest that ' +
    'reads the same length at the same bar. Windows of 20, 50 and 200 bars are kept that long, and a search that varies the fast average with a slow one ' +
    'of 50 finds them again. Of all other lengths only the last 256 windows are kept, and thousands pass before one is read again. So walk-forward should ' +
    'gain a little where its slow average is 50, and grid-search, whose slow averages are 60 to 150, nothing: there every window is looked up, stored and ' +
    'evicted. Expected to be rejected, even more so on arrays (`--incumbent layer2.arrays`), where making a view takes less time than finding it.',
  workloads: ['grid-search', 'walk-forward'],
  guards: [],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  standalone: true,
  apply: (config) => enable(config, { historyCache: true, historyCacheArrays: true }),
}
