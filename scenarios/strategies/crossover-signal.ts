import { compareAverages, indicatorSum, type Signal, sma } from '../../engine/index.js'

/**
 * The SMA crossover as a signal, with the orders of `declaredCrossover`: holds `shares` while the
 * fast average is above the slow one, none while it is below, and leaves a tie as it is. Its
 * parameters are `fast` and `slow`, in bars.
 */
export function crossoverSignal(shares: number): Signal {
  return {
    inputs: ({ fast, slow }) => [indicatorSum(sma(Number(fast))), indicatorSum(sma(Number(slow)))],
    decide(parameters) {
      const fast = Number(parameters.fast)
      const slow = Number(parameters.slow)
      return (fastSum, slowSum) => {
        if (Number.isNaN(slowSum)) return Number.NaN
        const direction = compareAverages(fastSum, fast, slowSum, slow)
        return direction > 0 ? shares : direction < 0 ? 0 : Number.NaN
      }
    },
  }
}
