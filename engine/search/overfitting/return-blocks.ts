/** Number of blocks of consecutive sessions into which the returns of a trial are summed. */
export const BLOCKS = 16

/**
 * Sums of the session returns of a backtest over 16 blocks of consecutive sessions, from which the
 * Sharpe ratio of any selection of blocks follows. Block b holds the sessions from
 * ⌊b · sessions / 16⌋ on, up to the start of the next. Plain data.
 */
export interface ReturnBlocks {
  /** Sessions of the backtest; with fewer than 16, some blocks are empty. */
  readonly sessions: number
  /** Per block, the sum of the returns less the risk-free rate per session. */
  readonly sums: readonly number[]
  /** Per block, the sum of their squares. */
  readonly squares: readonly number[]
}

/** Count, sum and sum of squares of some returns. */
export interface ReturnSums {
  readonly count: number
  readonly sum: number
  readonly squares: number
}

/**
 * The blocks of an equity curve. The session in which it reaches zero or less counts as a return of
 * −1, and those after it as 0: nothing grows from there.
 *
 * @param start   starting cash, above 0
 * @param equity  at the end of each session, oldest first, in the unit of `start`
 * @param rate    risk-free return per session
 */
export function returnBlocksOf(
  start: number,
  equity: ArrayLike<number | bigint>,
  rate: number,
): ReturnBlocks {
  const sums = new Array<number>(BLOCKS).fill(0)
  const squares = new Array<number>(BLOCKS).fill(0)
  let before = start
  for (let block = 0, session = 0; block < BLOCKS; block++) {
    let sum = 0
    let square = 0
    for (const end = blockStart(block + 1, equity.length); session < end; session++) {
      const value = Math.max(0, Number(equity[session]!))
      const excess = before === 0 ? 0 : value / before - 1 - rate
      before = before === 0 ? 0 : value
      sum += excess
      square += excess * excess
    }
    sums[block] = sum
    squares[block] = square
  }
  return { sessions: equity.length, sums, squares }
}

/** The first session of a block; that of the block behind the last is the number of sessions. */
export function blockStart(block: number, sessions: number): number {
  return Math.floor((block * sessions) / BLOCKS)
}

/** The sums over all sessions. */
export function totalOf({ sessions, sums, squares }: ReturnBlocks): ReturnSums {
  const add = (total: number, value: number) => total + value
  return { count: sessions, sum: sums.reduce(add, 0), squares: squares.reduce(add, 0) }
}

/** A smaller part of the squares is rounding, and the returns are all equal. */
export const LEAST_SPREAD = 1e-12

/**
 * The Sharpe ratio per session: mean ÷ sample standard deviation (ddof 1).
 *
 * @returns 0 where it is undefined, for fewer than two returns or equal ones: a strategy that does
 * not trade gains nothing and risks nothing
 */
export function sharpeOfSums(count: number, sum: number, squares: number): number {
  const spread = squares - (sum * sum) / count
  if (!(count > 1 && spread > LEAST_SPREAD * squares)) return 0
  return sum / count / Math.sqrt(spread / (count - 1))
}
