import { z } from 'zod'
import {
  armSchema,
  designSchema,
  memoryVerdictSchema,
  metricSchema,
  noiseClassSchema,
  roleSchema,
  verdictSchema,
} from '../evidence/field-schemas.js'
import { lookSchema } from '../verdict/look.js'
import { WORKLOAD_REASONS } from '../verdict/reasons.js'
import { WARNING_CODES } from '../verdict/warnings.js'
import { executionsSchema } from './executions-schema.js'
import { workloadProfileSchema } from './profile-schema.js'

/** The part of a decision record about one workload. */

export const intervalSchema = z.array(z.number()).length(2)
const probability = z.number().min(0).max(1)

export const warningSchema = z.strictObject({
  code: z.enum([...WARNING_CODES, 'profile-disagrees']),
  /** What happened, the likely cause, and what to try. */
  hint: z.string(),
})

const sampleSummary = z.strictObject({
  n: z.int().min(2),
  mean: z.number(),
  sd: z.number(),
  cv: z.number(),
  /** 95 % t-interval of the mean. */
  ci95: intervalSchema,
})

const tTest = z.strictObject({
  t: z.number(),
  df: z.number(),
  p: probability,
  ci95: intervalSchema,
})

const testMethod = z.enum(['exact', 'normal'])

const improvement = z.strictObject({
  /** (A − B) / A by the trimmed mean of the log ratios; positive is faster. */
  estimate: z.number(),
  /** Absent if the pairs do not vary at all. */
  ci95: intervalSchema.optional(),
  /** The lower bound at the deciding look; may be negative. */
  certifiedAtLeast: z.number().optional(),
  /** Two-sided, against no change; absent if the pairs do not vary at all. */
  p: probability.optional(),
  df: z.number(),
})

const metricBlock = z.strictObject({
  baseline: sampleSummary,
  incumbent: sampleSummary.optional(),
  candidate: sampleSummary,
  improvement,
})

export const cumulativeSchema = z.strictObject({
  improvement: z.number(),
  ci95: intervalSchema.optional(),
  speedup: z.number(),
})

/** Peak memory of the candidate over that of the other arm. */
const memoryRatio = z.strictObject({
  ratio: z.number(),
  ci95: intervalSchema.optional(),
  verdict: memoryVerdictSchema,
})

const counters = z.record(z.string(), z.number())

/** Ordinary statistics of the candidate and one other arm. */
const ordinaryTests = {
  /** t-test of the mean of ln(B/A); t is negative if the candidate is faster. */
  paired: tTest.optional(),
  /** Signed-rank test of ln(B/A). */
  wilcoxon: z.strictObject({ w: z.number(), p: probability, method: testMethod }).optional(),
  /**
   * Rank-sum test of the arms, ignoring the pairing; u is the number of pairs of runs in which the
   * candidate is faster.
   */
  mannWhitney: z.strictObject({ u: z.number(), p: probability, method: testMethod }).optional(),
  /** Improvement by the Hodges–Lehmann estimate of ln(B/A). */
  hodgesLehmann: z.number().optional(),
  /** Shapiro–Wilk test of ln(B/A); a small p: not normal. */
  shapiro: z.strictObject({ w: z.number(), p: probability }).optional(),
  /** Autocorrelation of ln(B/A) in the order of the pairs. */
  lag1: z.number().optional(),
  /** Cohen's d; positive if the candidate is faster. */
  effectSize: z.number().optional(),
  improvementOfMeans: z.number().optional(),
}

/** What a record states about one workload. */
export const workloadRecordSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  content: z.string(),
  role: roleSchema,
  metric: metricSchema,
  /** The arm the improvement compares with. */
  against: armSchema,
  /** How the arms of a pair ran; absent in older records, whose pairs are adjacent. */
  design: designSchema.optional(),
  warmup: z.int().optional(),
  iterations: z.int().optional(),
  /** Pairs the statistics are made of. */
  pairs: z.int().nonnegative(),
  /** Pairs that do not count because the host was disturbed, by the covariates of their runs. */
  voidedPairs: z.int().nonnegative(),
  /** Pairs that do not count because a run failed. */
  failedPairs: z.int().nonnegative(),
  looks: z.array(lookSchema),
  baseline: sampleSummary.optional(),
  incumbent: sampleSummary.optional(),
  candidate: sampleSummary.optional(),
  /** For a budget, in the unit of its counter; absent if a run lacks the counter. */
  budget: z
    .strictObject({
      counter: z.string(),
      mean: z.number(),
      /** Bound of the mean towards the limit, at the deciding look; absent without a look. */
      bound: z.number().optional(),
      limit: z.number(),
      /** The mean closest to the limit that is certified as within it with 80 % power. */
      certifiable: z.number().optional(),
    })
    .optional(),
  improvement: improvement.optional(),
  speedup: z.number().optional(),
  /**
   * Test of the means of candidate and pure baseline. If the candidate is faster, t is positive
   * and `ci95` (ms) is above zero.
   */
  welch: tTest.optional(),
  /** The same test against the incumbent, if there is one. */
  welchIncumbent: tTest.optional(),
  ...ordinaryTests,
  /** "Mean improvement ≥ threshold and Welch p < 0.05": the naive rule, for comparison only. */
  naive: z.strictObject({ p: probability, wouldAccept: z.boolean() }).optional(),
  wall: metricBlock.optional(),
  cpu: metricBlock.optional(),
  /** `verdict` is final: if the measured runs leave it undecided, it is that of the probe. */
  memory: memoryRatio
    .extend({
      /** Five pairs of runs on one thread. */
      probe: memoryRatio.optional(),
    })
    .optional(),
  noise: z
    .strictObject({
      class: noiseClassSchema,
      effectiveSd: z.number(),
      /**
       * If the layer has to show an improvement: the smallest true one that is certified to reach
       * the threshold with 80 % power.
       */
      certifiable: z.number().optional(),
      /**
       * If a slowdown is limited: the largest true one that is certified as below the limit with
       * 80 % power; negative is faster.
       */
      certifiableSlowdown: z.number().optional(),
      /**
       * If the criterion is equivalence, the smallest margin within which no change is certified
       * with 80 % power.
       */
      certifiableEquivalence: z.number().optional(),
    })
    .optional(),
  work: z
    .strictObject({
      unit: z.string(),
      baselinePerSecond: z.number(),
      incumbentPerSecond: z.number().optional(),
      candidatePerSecond: z.number(),
    })
    .optional(),
  /** Mean per run of the candidate and the baseline. */
  counters: z.strictObject({ baseline: counters, candidate: counters }).optional(),
  /** hits / (hits + misses) of the candidate, for each `x.hits` counted with an `x.misses`. */
  hitRates: counters.optional(),
  /** Candidate against the pure baseline; present only if there is an incumbent. */
  cumulative: cumulativeSchema.optional(),
  /**
   * Candidate against the pure baseline by the same statistics as against the incumbent; the
   * verdict does not use it. Present if there is an incumbent, since record version 3. Welch's
   * test is `welch`.
   */
  againstBaseline: z
    .strictObject({
      improvement,
      ...ordinaryTests,
      wall: improvement.optional(),
    })
    .optional(),
  /** Absent if no profile was captured. */
  profile: workloadProfileSchema.optional(),
  /** Absent if executions were not counted. */
  executions: executionsSchema.optional(),
  verdict: verdictSchema,
  reasons: z.array(z.enum(WORKLOAD_REASONS)).min(1),
  warnings: z.array(warningSchema),
})
