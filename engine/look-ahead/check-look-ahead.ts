import { EngineError } from '../errors.js'
import { sessionText } from '../market/calendar.js'
import type { Engine } from '../open-engine.js'
import type { OpenBundle } from '../ports.js'
import type { BacktestSpec } from '../simulation/backtest.js'
import { canonical, type SessionText } from '../simulation/result.js'
import { type TradingRange, tradingRange } from '../simulation/trading-range.js'
import { bundleUntil } from './bundle-until.js'
import { chooseCuts } from './choose-cuts.js'
import { firstDifference, type RunDifference } from './first-difference.js'
import type { StrategyMaker } from './make-strategy.js'
import { lastBarAt, momentOf, type RecordedRun, recordRun } from './recorded-run.js'

/** A backtest whose strategy is made anew for each run. */
export interface LookAheadSpec extends Omit<BacktestSpec, 'algorithm'> {
  readonly strategy: StrategyMaker
}

export interface LookAheadOptions {
  /** How often to cut the data off, 1 … 10 000; 40 if absent. Each cut costs one run. */
  readonly cuts?: number
  /** Chooses the cuts, a whole number; 1 if absent. */
  readonly seed?: number
}

/**
 * `clean`: no run on shorter data differed. `look-ahead`: one did. `not-repeatable`: two runs on
 * the same data differ, so nothing follows from other data. `unchecked`: no run on shorter data
 * was possible.
 */
export type LookAheadVerdict = 'clean' | 'look-ahead' | 'not-repeatable' | 'unchecked'

export interface LookAheadReport {
  readonly verdict: LookAheadVerdict
  /** The last sessions of the shorter data that were run, ascending. */
  readonly cuts: readonly SessionText[]
  /** Cuts at which the engine refused the data before the strategy was called. */
  readonly refused: readonly SessionText[]
  /** Number of runs, those on all data included. */
  readonly runs: number
  /** Calls of the run on all data that place or cancel orders. */
  readonly decisions: number
  /** Absent if all runs agree. */
  readonly difference?: RunDifference
  /** The verdict in one sentence, with the remedy. */
  readonly message: string
}

const DEFAULT_CUTS = 40
const MOST_CUTS = 10_000

/**
 * Looks for decisions that need data from after they are made. Runs the strategy on all data,
 * twice, and then on data that end earlier, as they looked at that time: a strategy that uses only
 * the past decides the same up to there. Bundles on disk are not touched.
 *
 * What a strategy reads elsewhere, such as a file, does not end earlier; it cannot be checked.
 *
 * @throws {EngineError} errors of the run on all data; `input-invalid`: an invalid number of cuts
 * or seed
 */
export async function checkLookAhead(
  engine: Engine,
  spec: LookAheadSpec,
  { cuts = DEFAULT_CUTS, seed = 1 }: LookAheadOptions = {},
): Promise<LookAheadReport> {
  if (!Number.isInteger(cuts) || cuts < 1 || cuts > MOST_CUTS)
    throw invalid(`${cuts} cuts; give a whole number from 1 to ${MOST_CUTS}`)
  if (!Number.isSafeInteger(seed)) throw invalid(`seed ${seed}; give a whole number`)
  const { bundle: given } = spec
  const bundle = typeof given === 'string' ? await engine.open(given) : given
  try {
    return await new LookAheadCheck(engine, spec, bundle).run(cuts, seed)
  } finally {
    if (bundle !== given) bundle.close()
  }
}

function invalid(problem: string): EngineError {
  return new EngineError('input-invalid', `look-ahead check with ${problem}`)
}

class LookAheadCheck {
  readonly #engine: Engine
  readonly #spec: LookAheadSpec
  readonly #bundle: OpenBundle
  readonly #range: TradingRange
  #runs = 0

  constructor(engine: Engine, spec: LookAheadSpec, bundle: OpenBundle) {
    this.#engine = engine
    this.#spec = spec
    this.#bundle = bundle
    this.#range = tradingRange(bundle.calendar, spec.range ?? {}, spec.warmUp)
  }

  async run(count: number, seed: number): Promise<LookAheadReport> {
    const { end } = this.#range
    const full = await this.#onAllData()
    const again = await this.#onAllData()
    const changed = firstDifference(full, again, momentOf(end, false), this.#bundle.calendar)
    if (changed !== undefined || isOtherwiseDifferent(full, again))
      return this.#report('not-repeatable', full, { tried: [], refused: [] }, changed)

    const tried: number[] = []
    const refused: number[] = []
    for (const cut of this.#cuts(full, count, seed)) {
      const outcome = await this.#atCut(full, cut)
      if (outcome === 'refused') refused.push(cut)
      else tried.push(cut)
      if (typeof outcome === 'object')
        return this.#report('look-ahead', full, { tried, refused }, outcome)
    }
    const verdict = tried.length === 0 ? 'unchecked' : 'clean'
    return this.#report(verdict, full, { tried, refused })
  }

  /** From the first decision on, where the strategy has all the data that it needs. */
  #cuts({ decisions }: RecordedRun, count: number, seed: number): readonly number[] {
    const { start, end } = this.#range
    return chooseCuts({
      first: Math.max(start, lastBarAt(decisions.moments[0] ?? 0)),
      last: Math.min(end - 1, this.#bundle.calendar.length - 2),
      placed: decisions.placed,
      count,
      seed,
    })
  }

  async #onAllData(): Promise<RecordedRun> {
    const { length } = this.#bundle.calendar
    const data = await bundleUntil(this.#bundle, length - 1, this.#range.end)
    const run = await this.#record(this.#bundle, data, this.#range.end)
    if (run.failure !== undefined) throw run.failure.thrown
    return run
  }

  /**
   * Compares up to the bar of a cut, and, if the strategy also acts before sessions open, up to the
   * open of the next session. There the engine has the bar of that session, and the strategy does
   * not.
   */
  async #atCut(full: RecordedRun, cut: number): Promise<'refused' | 'same' | RunDifference> {
    const { calendar } = this.#bundle
    const run = await this.#onDataUntil(cut, cut)
    if (isRefused(run)) return 'refused'
    const difference = firstDifference(full, run, momentOf(cut, true), calendar)
    if (difference !== undefined) return difference
    if (!full.actsBeforeOpen || cut + 1 >= this.#range.end) return 'same'
    const opened = await this.#onDataUntil(cut, cut + 1)
    if (isRefused(opened)) return 'refused'
    return firstDifference(full, opened, momentOf(cut + 1, false), calendar) ?? 'same'
  }

  /** @param until  the last bar of the engine; the strategy is made from data up to the cut */
  async #onDataUntil(cut: number, until: number): Promise<RecordedRun> {
    const { end } = this.#range
    const [bundle, data] = [
      await bundleUntil(this.#bundle, until, end),
      await bundleUntil(this.#bundle, cut, end),
    ]
    try {
      return await this.#record(bundle, data, until + 1)
    } finally {
      bundle.close()
      data.close()
    }
  }

  #record(bundle: OpenBundle, data: OpenBundle, end: number): Promise<RecordedRun> {
    this.#runs++
    const { strategy, ...spec } = this.#spec
    const range = { start: this.#range.start, end }
    return recordRun(this.#engine, strategy, data, { ...spec, bundle, range })
  }

  #report(
    verdict: LookAheadVerdict,
    full: RecordedRun,
    made: { readonly tried: readonly number[]; readonly refused: readonly number[] },
    difference?: RunDifference,
  ): LookAheadReport {
    const textOf = (session: number) => sessionText(this.#bundle.calendar, session)
    const cuts = made.tried.map(textOf)
    return {
      verdict,
      cuts,
      refused: made.refused.map(textOf),
      runs: this.#runs,
      decisions: full.decisions.texts.length,
      ...(difference !== undefined && { difference }),
      message: MESSAGES[verdict](cuts, difference),
    }
  }
}

/** Whether the engine refused the data before the strategy was called. */
function isRefused({ failure }: RecordedRun): boolean {
  return failure !== undefined && failure.moment === undefined
}

/** Whether two runs on the same data differ in what `firstDifference` does not compare. */
function isOtherwiseDifferent(full: RecordedRun, again: RecordedRun): boolean {
  return full.reads !== again.reads || canonical(full.result!) !== canonical(again.result!)
}

type MessageOf = (cuts: readonly SessionText[], difference?: RunDifference) => string

const MESSAGES: Readonly<Record<LookAheadVerdict, MessageOf>> = {
  clean: (cuts) =>
    `no look-ahead found: with data that end earlier (${cuts.length} times, ${cuts[0]} … ${cuts.at(-1)}), ` +
    'the strategy decides the same up to there',
  'look-ahead': (cuts, difference) =>
    `the strategy looks ahead: ${differenceText(difference!, `with data that end on ${cuts.at(-1)}`)}; ` +
    'so it needs later data there: compute each signal from bars up to its own, as history() gives ' +
    'them; look for an index beyond the current bar, a mean, maximum or rank of the whole column, ' +
    'a gap filled from later bars, or a resampled bar that is read before it is complete',
  'not-repeatable': (_cuts, difference) =>
    'the strategy cannot be checked, because two runs on the same data differ' +
    `${difference === undefined ? '' : `: ${differenceText(difference, 'in the second run')}`}; ` +
    'make all its state anew for each run, and use no clock and no random numbers without a seed',
  unchecked: () =>
    'the strategy was not checked, because no run on data that end earlier was possible; ' +
    'give a longer range',
}

function differenceText({ kind, session, full, other }: RunDifference, shorter: string): string {
  const where = session === undefined ? 'before the first session' : `on ${session}`
  const what = {
    decision: 'it calls',
    fill: 'it gets',
    equity: 'its equity is',
    failure: 'it has',
  }
  return `${where}, ${what[kind]} ${full} with all data, but ${other} ${shorter}`
}
