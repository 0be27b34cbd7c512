import { z } from 'zod'
import { fallbackLevel } from '../../harness/statistics/online-fallback.js'
import { seededRandom } from '../../harness/statistics/random.js'
import { boundsAt } from '../../harness/verdict/look.js'
import type { Round } from '../../harness/verdict/rounds.js'
import { drawRound, STUDIED_BUDGET, type TrialSetting } from './campaign-trial.js'
import type { RecordedPool } from './recording.js'
import { SHIPPED_RULES } from './studied-rules.js'

/** Evaluations of each recording, without a true change. */
const TRIALS = 6000
const SEED = 20_261_128
/** The proof needs the levels of the first confirmations, if none before them accepts. */
const CONFIRMATIONS = [1, 2, 3, 5] as const

const share = z.strictObject({
  trials: z.int().positive(),
  /** Evaluations in which the bounds of some look excluded the truth. */
  missed: z.int().nonnegative(),
})

/** How often the bounds at one level miss the truth on recorded pairs. */
export const levelSchema = share.extend({
  alpha: z.number().positive(),
  /** In the recording in which they miss most often. */
  worst: share,
})
export type LevelCheck = Readonly<z.infer<typeof levelSchema>>

/**
 * Checks on co-scheduled pairs what the proof assumes: over all looks, the upper bound of an
 * evaluation at level α lies below the truth in at most a share α of evaluations.
 */
export function checkLevels(pools: readonly RecordedPool[], trials = TRIALS): LevelCheck[] {
  const fitting = pools.filter(({ pool }) => pool.startsWith('co-scheduled '))
  return CONFIRMATIONS.map((confirmation) => {
    const alpha = fallbackLevel(STUDIED_BUDGET, confirmation, confirmation - 1)
    const missed = fitting.map(({ pairs }) => missesOf(pairs, alpha, trials))
    return {
      alpha,
      trials: trials * fitting.length,
      missed: missed.reduce((sum, one) => sum + one, 0),
      worst: { trials, missed: Math.max(...missed) },
    }
  })
}

function missesOf(pairs: RecordedPool['pairs'], alpha: number, trials: number): number {
  const rule = { ...SHIPPED_RULES['improvement-40'], design: 'co-scheduled' as const, alpha }
  const setting: TrialSetting = { pairs, design: 'co-scheduled', noise: 1, improvements: [] }
  const random = seededRandom(SEED)
  let missed = 0
  for (let trial = 0; trial < trials; trial += 1) {
    const rounds: Round[] = []
    while (rounds.length < rule.looks.at(-1)!) rounds.push(drawRound(setting, 1, rounds, random))
    const isMissed = rule.looks.some(
      (looked, index) => boundsAt(rounds.slice(0, looked), index, rule)!.upper < 0,
    )
    if (isMissed) missed += 1
  }
  return missed
}
