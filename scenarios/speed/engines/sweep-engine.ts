import {
  defaults,
  inlineExecutor,
  openEngine,
  rerun,
  signalStrategy,
  type TrialSummary,
  type TrialTask,
} from '../../../engine/index.js'
import { crossoverSignal } from '../../strategies/crossover-signal.js'
import { CASH, type Combination, SHARES } from '../combinations.js'
import type { EngineSetting, OpenedEngine, SpeedData, SpeedResult } from '../speed-engine.js'
import { resultReader } from './assay-results.js'

/** What a sweep did: one summary per combination. */
interface Swept {
  readonly combinations: readonly Combination[]
  readonly summaries: readonly TrialSummary[]
}

/**
 * Our engine as a sweep of the crossover's signal. It keeps the data and the averages between runs.
 * A sweep gives figures only, so for its results every backtest is run again event by event, and
 * must have the same figures.
 */
export function openSpeedEngine(
  data: SpeedData,
  { config = defaults({}) }: EngineSetting,
): OpenedEngine<Swept> {
  const engine = openEngine(config)
  const signal = crossoverSignal(SHARES)
  const spec = { bundle: data.bundle, cash: CASH }
  const sweep = engine.sweep({ ...spec, signal })
  const backtests = inlineExecutor(({ parameters }: TrialTask) =>
    engine.backtest({ ...spec, algorithm: signalStrategy(signal, parameters) }),
  )
  return {
    async run(combinations) {
      const tasks = combinations.map(({ fast, slow }) => ({ parameters: { fast, slow } }))
      return { combinations, summaries: await sweep.map(tasks) }
    },
    async results({ combinations, summaries }) {
      const read = resultReader(data)
      const results: SpeedResult[] = []
      for (const [index, { fast, slow }] of combinations.entries()) {
        const trial = { index, parameters: { fast, slow }, ...summaries[index]! }
        results.push(read(await rerun(trial, backtests)))
      }
      return results
    },
    close: () => engine.close(),
  }
}
