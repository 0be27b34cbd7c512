import {
  BLOCKS,
  blockStart,
  type ReturnBlocks,
} from '../../../../engine/search/overfitting/return-blocks.js'
import { seededRandom } from '../../../../harness/statistics/random.js'

/** The blocks of given session returns. */
export function blocksOf(returns: readonly number[]): ReturnBlocks {
  const blocks = Array.from({ length: BLOCKS }, (_, block) =>
    returns.slice(blockStart(block, returns.length), blockStart(block + 1, returns.length)),
  )
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  return {
    sessions: returns.length,
    sums: blocks.map(total),
    squares: blocks.map((block) => total(block.map((value) => value ** 2))),
  }
}

/** Seeded standard normal numbers by the method of Box and Muller. */
function normalNumbers(seed: number): () => number {
  const random = seededRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Trials of noise; the first is better by `lead` standard deviations per session. */
export function noise(seed: number, trials: number, sessions: number, lead = 0): number[][] {
  const next = normalNumbers(seed)
  return Array.from({ length: trials }, (_, trial) =>
    Array.from({ length: sessions }, () => 0.01 * (next() + (trial === 0 ? lead : 0))),
  )
}

/** Per session: mean ÷ sample standard deviation. */
export function sharpeOf(returns: readonly number[]): number {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
  const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return mean / Math.sqrt(squares / (returns.length - 1))
}

/** A curve with these returns that starts at 1. */
export function curveOfReturns(returns: readonly number[]): number[] {
  const curve = [1]
  for (const value of returns) curve.push(curve.at(-1)! * (1 + value))
  return curve
}
