import { quantileOf, type ScoredTrial } from '../compared-trials.js'

/** From the worst to the best: distinct with any colour vision, on a light and a dark page. */
export const RAMP = ['#3f6fd1', '#8f86b5', '#c98a62', '#e8791c'] as const

/** Scores from the worst to the best that have a colour of their own. */
export interface ScoreRange {
  readonly worst: number
  readonly best: number
  /** Whether worse scores exist, which have the colour of `worst`. */
  readonly isCut: boolean
}

/** Share of the worst scores that have one colour, so that they do not take up the whole range. */
const CUT = 0.1

/** The range of the scores, without the worst tenth. */
export function scoreRangeOf(trials: readonly ScoredTrial[], sign: 1 | -1): ScoreRange {
  const sorted = trials.map(({ score }) => sign * score).sort((a, b) => a - b)
  const worst = quantileOf(sorted, CUT)
  const best = sorted.at(-1)!
  return { worst: sign * worst, best: sign * best, isCut: sorted[0]! < worst }
}

/** The colour of a score. */
export function colorOf({ worst, best }: ScoreRange): (score: number) => string {
  const colors = RAMP.map((hex) =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
  )
  return (score) => {
    const share = best === worst ? 1 : (score - worst) / (best - worst)
    const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1)
    const low = Math.min(RAMP.length - 2, Math.floor(at))
    const mixed = colors[low]!.map((value, i) =>
      Math.round(value + (at - low) * (colors[low + 1]![i]! - value)),
    )
    return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
  }
}
