import { messageOf } from '../errors.js'
import type { Engine } from '../open-engine.js'
import type { OpenBundle } from '../ports.js'
import type { Context, TradingAlgorithm } from '../simulation/algorithm.js'
import type { BacktestSpec } from '../simulation/backtest.js'
import type { BacktestResult } from '../simulation/result.js'
import { checkStrategy, type StrategyMaker } from './make-strategy.js'

/** What a strategy did in one run. */
export interface RecordedRun {
  readonly decisions: DecisionLog
  /** Absent if the run failed. */
  readonly result?: BacktestResult
  readonly failure?: RunFailure
  /** How often the strategy read bars or adjustments from its copy of the data. */
  readonly reads: number
  /** Whether the strategy is also called before sessions open. */
  readonly actsBeforeOpen: boolean
}

/** Why a run ended early. */
export interface RunFailure {
  readonly thrown: unknown
  readonly message: string
  /**
   * When the strategy was last called; −1 while it was made; absent if the engine refused the data
   * before the strategy was called.
   */
  readonly moment?: number
}

/**
 * A moment of a backtest: twice the calendar index of a session before it opens, and one more at
 * the end of its bar.
 */
export function momentOf(session: number, isBar: boolean): number {
  return 2 * session + (isBar ? 1 : 0)
}

/** The calendar index of the session of a moment. */
export function sessionOf(moment: number): number {
  return Math.floor(moment / 2)
}

/** The calendar index of the last bar that a strategy may use at a moment. */
export function lastBarAt(moment: number): number {
  return Math.floor((moment - 1) / 2)
}

/** The calls of a strategy that change its orders, in the order in which they were made. */
class DecisionLog {
  /** When each call was made. */
  readonly moments: number[] = []
  /** Each call as it was written: `orderTarget("A", 10)`. */
  readonly texts: string[] = []
  /** The calendar index of the last bar before each order; may repeat. */
  readonly placed: number[] = []
  // Most calls repeat, and equal texts share their memory here.
  readonly #known = new Map<string, string>()

  add(moment: number, text: string, isOrder: boolean): void {
    const known = this.#known.get(text)
    if (known === undefined) this.#known.set(text, text)
    this.moments.push(moment)
    this.texts.push(known ?? text)
    if (isOrder) this.placed.push(lastBarAt(moment))
  }
}

/** The methods of a context that change orders. */
const DECISIONS: ReadonlySet<string | symbol> = new Set([
  'order',
  'orderTarget',
  'orderValue',
  'orderTargetPercent',
  'cancel',
] satisfies (keyof Context)[])

/**
 * Runs a backtest with a new strategy, and records what it decides. `analyze` is not called.
 *
 * @param spec  the backtest, over the bundle that the engine reads
 * @param data  what the strategy is made from: the same data, but another copy
 * @returns also when the run fails
 */
export async function recordRun(
  engine: Engine,
  make: StrategyMaker,
  data: OpenBundle,
  spec: Omit<BacktestSpec, 'algorithm'>,
): Promise<RecordedRun> {
  const decisions = new DecisionLog()
  const progress: Progress = { moment: -1 }
  const counted = countReads(data)
  let actsBeforeOpen = false
  try {
    const made = checkStrategy(await make(counted.bundle))
    actsBeforeOpen = made.beforeTradingStart !== undefined
    progress.moment = undefined
    const algorithm = recordedAlgorithm(made, decisions, progress)
    const result = await engine.backtest({ ...spec, algorithm })
    return { decisions, result, reads: counted.reads(), actsBeforeOpen }
  } catch (thrown) {
    const { moment } = progress
    const failure = {
      thrown,
      message: messageOf(thrown),
      ...(moment !== undefined && { moment }),
    }
    return { decisions, failure, reads: counted.reads(), actsBeforeOpen }
  }
}

/** When the strategy was last called; undefined before its first call. */
interface Progress {
  moment: number | undefined
}

function countReads(data: OpenBundle): { bundle: OpenBundle; reads: () => number } {
  let reads = 0
  const bundle: OpenBundle = {
    ...data,
    table() {
      reads++
      return data.table()
    },
    adjustments() {
      reads++
      return data.adjustments()
    },
  }
  return { bundle, reads: () => reads }
}

function recordedAlgorithm(
  made: TradingAlgorithm,
  decisions: DecisionLog,
  progress: Progress,
): TradingAlgorithm {
  let recorded: Context | undefined
  const enter = (context: Context, isBar: boolean): Context => {
    progress.moment = momentOf(Math.max(0, context.session), isBar)
    recorded ??= recordedContext(context, decisions, progress)
    return recorded
  }
  return {
    initialize: (context) => made.initialize?.(enter(context, false)),
    beforeTradingStart: (context, data) => made.beforeTradingStart?.(enter(context, false), data),
    handleData: (context, data) => made.handleData(enter(context, true), data),
  }
}

function recordedContext(context: Context, decisions: DecisionLog, progress: Progress): Context {
  return new Proxy(context, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      if (!DECISIONS.has(key)) return value.bind(target)
      return (...given: unknown[]) => {
        const outcome: unknown = value.apply(target, given)
        const text = `${String(key)}(${given.map(argumentText).join(', ')})`
        decisions.add(progress.moment!, text, typeof outcome === 'number')
        return outcome
      }
    },
  })
}

function argumentText(argument: unknown): string {
  return typeof argument === 'number' ? String(argument) : (JSON.stringify(argument) ?? 'undefined')
}
