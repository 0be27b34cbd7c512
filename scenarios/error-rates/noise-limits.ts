import { z } from 'zod'
import { seededRandom } from '../../harness/statistics/random.js'
import { assess } from './recorded-study.js'
import { SHIPPED_RULES, type ShippedRule } from './studied-rules.js'
import { type Tally, tallyOf } from './tally.js'
import { roundOf } from './timed-pair.js'

const share = z.number().min(0).max(1)

/**
 * How the rules decide on simulated pairs with one level of noise, as shares of the trials. The
 * shares show up to which noise the promises can hold.
 */
export const noiseLimitSchema = z.strictObject({
  /** Standard deviation of one pair, log scale. */
  pairSd: z.number().positive(),
  trials: z.int().positive(),
  /** Share of trials without a true change that were accepted. */
  nullAccepted: share,
  /**
   * Share of trials 3 % faster that were accepted, at smoke scale (at most 20 pairs) and at
   * standard scale.
   */
  smallAccepted: z.strictObject({ smoke: share, standard: share }),
  /** Share of trials 10 % faster that were accepted, at the same scales. */
  largeAccepted: z.strictObject({ smoke: share, standard: share }),
  /** Share of trials 12 % slower that failed the gate. */
  slowerFailed: share,
  /** Share of trials 20 % slower that failed the gate at 10 pairs. */
  muchSlowerFailedEarly: share,
})
export type NoiseLimit = Readonly<z.infer<typeof noiseLimitSchema>>

const PAIR_SDS = [0.03, 0.04, 0.05, 0.06, 0.08] as const
const TRIALS = 2000
const SEED = 20_261_121

let limits: readonly NoiseLimit[] | undefined

/**
 * Simulates with seeded normal noise. The result is the same on every machine and is computed once
 * in a process.
 */
export function simulateNoiseLimits(): readonly NoiseLimit[] {
  limits ??= PAIR_SDS.map((pairSd) => {
    const accepted = (rule: ShippedRule, change: number) =>
      shareOf(simulate(pairSd, rule, change), ({ accepted: count }) => count)
    return {
      pairSd,
      trials: TRIALS,
      nullAccepted: accepted('improvement-20', 0),
      smallAccepted: {
        smoke: accepted('improvement-20', 0.03),
        standard: accepted('improvement-40', 0.03),
      },
      largeAccepted: {
        smoke: accepted('improvement-20', 0.1),
        standard: accepted('improvement-40', 0.1),
      },
      slowerFailed: shareOf(simulate(pairSd, 'gate', -0.12), ({ rejected }) => rejected),
      muchSlowerFailedEarly: shareOf(simulate(pairSd, 'gate', -0.2), ({ byPairs }) =>
        byPairs.reduce((sum, { pairs, rejected }) => sum + (pairs <= 10 ? rejected : 0), 0),
      ),
    }
  })
  return limits
}

function shareOf(tally: Tally | undefined, count: (tally: Tally) => number): number {
  return tally === undefined ? 0 : count(tally) / tally.trials
}

function simulate(pairSd: number, rule: ShippedRule, change: number): Tally | undefined {
  const uniform = seededRandom(SEED)
  // Each run contributes half of the variance of its pair.
  const drawMs = () => 100 * Math.exp((pairSd / Math.SQRT2) * normal(uniform))
  const drawRun = (position: 'first' | 'second') => {
    const ms = drawMs()
    return { cpuMs: ms, wallMs: ms, position }
  }
  const pairs = Math.max(...SHIPPED_RULES[rule].looks)
  return tallyOf(
    Array.from({ length: TRIALS }, () => {
      const rounds = Array.from({ length: pairs }, (_, index) =>
        roundOf(index + 1, { a: drawRun('first'), b: drawRun('second') }, 1 - change),
      )
      return assess(rounds, rule)
    }),
  )
}

/** @source Box & Muller 1958, Annals of Mathematical Statistics 29 */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}
