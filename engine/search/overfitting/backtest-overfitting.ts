import { type Absent, absent } from './absent.js'
import { BLOCKS, blockStart, LEAST_SPREAD, type ReturnBlocks } from './return-blocks.js'

/**
 * What became out of sample of the trial that was best in sample, over all ways of dividing 16
 * blocks of sessions into two halves. Sharpe ratios are per session.
 */
export interface BacktestOverfitting {
  readonly kind: 'given'
  /**
   * The share of divisions in which the best in sample was at or below the median out of sample, in
   * [0, 1]: near 0.5 for trials that differ by luck only, near 0 if one is truly better.
   */
  readonly probability: number
  /** The share in which its Sharpe ratio out of sample was below 0. */
  readonly lossProbability: number
  /**
   * The slope of the line through its Sharpe ratios out of sample against those in sample; absent
   * if the latter are all equal. Both halves share one total, so luck alone makes it negative.
   */
  readonly slope?: number
  /** Means over the divisions. */
  readonly meanInSample: number
  readonly meanOutOfSample: number
  /**
   * How often its rank out of sample, as a fraction of the trials, was in each tenth from the worst
   * to the best: ten shares with a sum of 1.
   */
  readonly rankShares: readonly number[]
  /** Number of divisions: 12 870. */
  readonly divisions: number
  /** Number of trials compared. */
  readonly trials: number
}

/** Compared trials, which take about 2 s; of more, the first and others evenly are taken. */
const MOST_TRIALS = 5_000

/** Every block has two sessions or more. */
const LEAST_SESSIONS = 2 * BLOCKS

/** Blocks in sample, as bits, in increasing order: the complement of each is in reverse order. */
const DIVISIONS = Uint16Array.from({ length: 1 << BLOCKS }, (_, mask) => mask).filter(
  (mask) => bitsOf(mask) === BLOCKS / 2,
)
const LAST = DIVISIONS.length - 1

/**
 * The probability of backtest overfitting by combinatorially symmetric cross-validation: of 16
 * blocks, each choice of 8 is in sample once, and the others are out of sample.
 *
 * The measure is the Sharpe ratio, whatever a search optimises. Of several trials that are equally
 * good in sample, the worst out of sample counts, so that neither their order nor luck decides. Out
 * of sample, equal trials share the mean of their ranks. A logit of exactly 0, the median, counts
 * as overfitted.
 *
 * @param trials  one per point, over the same sessions
 * @source Bailey, Borwein, López de Prado & Zhu 2017, "The probability of backtest overfitting",
 * J. Computational Finance 20(4)
 */
export function backtestOverfitting(trials: readonly ReturnBlocks[]): BacktestOverfitting | Absent {
  if (trials.length < 2) return absent('it needs two trials over the same sessions or more')
  const { sessions } = trials[0]!
  if (sessions < LEAST_SESSIONS)
    return absent(`it needs ${LEAST_SESSIONS} sessions or more, and the trials have ${sessions}`)
  if (trials.every(({ squares }) => squares.every((square) => square === 0)))
    return absent('the equity of no trial ever changed')
  const compared = evenly(trials, MOST_TRIALS)
  const halves = halvesOf(sessions)
  const best = bestInSample(compared, halves)
  const ranks = ranksOutOfSample(compared, halves, best.outOfSample)
  return { kind: 'given', ...summaryOf(ranks, best), trials: compared.length }
}

/** Per division: the Sharpe ratio of the best in sample, and that of the same trial out of it. */
interface BestInSample {
  readonly inSample: Float64Array
  readonly outOfSample: Float64Array
}

function bestInSample(trials: readonly ReturnBlocks[], halves: Halves): BestInSample {
  const inSample = new Float64Array(DIVISIONS.length).fill(Number.NEGATIVE_INFINITY)
  const outOfSample = new Float64Array(DIVISIONS.length)
  const sharpes = new Float64Array(DIVISIONS.length)
  for (const trial of trials) {
    sharpesOf(trial, halves, sharpes)
    for (let i = 0; i < sharpes.length; i++) {
      const value = sharpes[i]!
      const other = sharpes[LAST - i]!
      const isBest = value > inSample[i]! || (value === inSample[i]! && other < outOfSample[i]!)
      if (!isBest) continue
      inSample[i] = value
      outOfSample[i] = other
    }
  }
  return { inSample, outOfSample }
}

/** Per division, the rank of the chosen trial out of sample as a fraction in (0, 1). */
function ranksOutOfSample(
  trials: readonly ReturnBlocks[],
  halves: Halves,
  chosen: Float64Array,
): Float64Array {
  const doubled = new Float64Array(DIVISIONS.length)
  const sharpes = new Float64Array(DIVISIONS.length)
  for (const trial of trials) {
    sharpesOf(trial, halves, sharpes)
    for (let i = 0; i < sharpes.length; i++) {
      const value = sharpes[LAST - i]!
      if (value < chosen[i]!) doubled[i]! += 2
      else if (value === chosen[i]!) doubled[i]! += 1
    }
  }
  // A trial that has no equal counts 1 for itself, and its rank is one more than those below it.
  return doubled.map((value) => (value + 1) / 2 / (trials.length + 1))
}

/** Of the blocks in sample of each division. */
interface Halves {
  /** 1 / their number of sessions n. */
  readonly inverses: Float64Array
  /** √(n − 1) / n. */
  readonly factors: Float64Array
}

function halvesOf(sessions: number): Halves {
  const counts = Array.from(
    { length: BLOCKS },
    (_, block) => blockStart(block + 1, sessions) - blockStart(block, sessions),
  )
  const sums = subsetSums(counts)
  const sizes = Float64Array.from(DIVISIONS, (mask) => sums[mask & 255]! + sums[256 + (mask >> 8)]!)
  return { inverses: sizes.map((n) => 1 / n), factors: sizes.map((n) => Math.sqrt(n - 1) / n) }
}

/**
 * The Sharpe ratio of a trial on the blocks of each division, as `sharpeOfSums` defines it. The
 * sums over its first and its last eight blocks come from tables of 256.
 */
function sharpesOf(trial: ReturnBlocks, halves: Halves, into: Float64Array): void {
  const { inverses, factors } = halves
  const sums = subsetSums(trial.sums)
  const squares = subsetSums(trial.squares)
  const least = LEAST_SPREAD
  for (let i = 0; i < into.length; i++) {
    const mask = DIVISIONS[i]!
    const early = mask & 255
    const late = 256 + (mask >> 8)
    const sum = sums[early]! + sums[late]!
    const square = squares[early]! + squares[late]!
    const spread = square - sum * sum * inverses[i]!
    into[i] = spread > least * square ? (factors[i]! * sum) / Math.sqrt(spread) : 0
  }
}

/** Sums over each subset of the first eight values, then of the last eight. */
function subsetSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(512)
  for (const half of [0, 1])
    for (let subset = 1; subset < 256; subset++) {
      const block = 31 - Math.clz32(subset)
      sums[256 * half + subset] =
        sums[256 * half + subset - (1 << block)]! + values[8 * half + block]!
    }
  return sums
}

function summaryOf(
  ranks: Float64Array,
  { inSample, outOfSample }: BestInSample,
): Omit<BacktestOverfitting, 'kind' | 'trials'> {
  const share = (values: Float64Array, holds: (value: number) => boolean) =>
    values.reduce((count, value) => count + Number(holds(value)), 0) / values.length
  const slope = slopeOf(inSample, outOfSample)
  return {
    // The logit ln(rank / (1 − rank)) is 0 or less.
    probability: share(ranks, (rank) => rank <= 0.5),
    lossProbability: share(outOfSample, (sharpe) => sharpe < 0),
    ...(slope !== undefined && { slope }),
    meanInSample: meanOf(inSample),
    meanOutOfSample: meanOf(outOfSample),
    rankShares: Array.from({ length: 10 }, (_, tenth) =>
      share(ranks, (rank) => Math.floor(10 * rank) === tenth),
    ),
    divisions: ranks.length,
  }
}

/** Least squares; undefined if all x are equal. */
function slopeOf(x: Float64Array, y: Float64Array): number | undefined {
  const [centreX, centreY] = [meanOf(x), meanOf(y)]
  let products = 0
  let squares = 0
  for (let i = 0; i < x.length; i++) {
    products += (x[i]! - centreX) * (y[i]! - centreY)
    squares += (x[i]! - centreX) ** 2
  }
  return squares > 0 ? products / squares : undefined
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function evenly<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)]!)
}

function bitsOf(mask: number): number {
  let bits = 0
  for (let rest = mask; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}
