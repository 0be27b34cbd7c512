import {
  FRESH_CELL_NAMES,
  FRESH_CELLS,
  type FreshCell,
  type FreshDecision,
} from '../../../scenarios/error-rates/fresh-decision.js'
import { randomFrom } from '../../harness/verdict/simulated-evidence.js'

/**
 * Fresh decisions as a study would leave them behind, from a seeded generator instead of processes.
 */
export function simulateDecisions(
  counts: Partial<Record<FreshCell, number>>,
  pairs = 20,
  noise = 0.03,
): FreshDecision[] {
  const random = randomFrom(7)
  return FRESH_CELL_NAMES.flatMap((cell, row) =>
    Array.from({ length: counts[cell] ?? 0 }, (_, index): FreshDecision => {
      const run = (pair: number, arm: 'baseline' | 'candidate', position: 'first' | 'second') => {
        const cpuMs =
          20 * (arm === 'candidate' ? 1 - FRESH_CELLS[cell] : 1) * (1 + noise * random.normal())
        return {
          pair,
          position,
          arm,
          cpuMs,
          wallMs: cpuMs * 1.01,
          peakRssBytes: 1e8,
          waitShare: 0.1,
          foreignLoad: 0.2,
          stealShare: 0,
        }
      }
      return {
        cell,
        change: FRESH_CELLS[cell],
        workload: 'grid-search',
        scale: 'smoke',
        hogs: index % 3 === 2 ? 2 : 0,
        seed: 1000 * row + index,
        startedAt: new Date(Date.UTC(2026, 10, 21, row, 0, index)).toISOString(),
        commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
        warmup: 3,
        iterations: 5,
        runs: Array.from({ length: pairs }, (_, pair) =>
          random.uniform() < 0.5
            ? [run(pair + 1, 'baseline', 'first'), run(pair + 1, 'candidate', 'second')]
            : [run(pair + 1, 'candidate', 'first'), run(pair + 1, 'baseline', 'second')],
        ).flat(),
      }
    }),
  )
}
