import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { calibrationQuoteSchema, criterionSchema } from '../evidence/evidence.js'
import {
  armSchema,
  digestSchema,
  injectedSchema,
  memoryVerdictSchema,
  metricSchema,
  noiseClassSchema,
  roleSchema,
  stacksSchema,
  verdictSchema,
} from '../evidence/field-schemas.js'
import { goalSchema } from '../evidence/sequence-evidence.js'
import { recordProfileSchema, workloadProfileSchema } from './profile-schema.js'

/**
 * The shape of a decision record, `decisions/NNNN-<layer>.json`. Absent means the field is not
 * there: nothing is ever NaN or a stand-in zero. `looks` (except those of a budget) and `paired`
 * are on the log scale, ln(candidate / other arm); everything else: proportions are fractions,
 * times ms, sizes bytes.
 */

const interval = z.array(z.number()).length(2)
const probability = z.number().min(0).max(1)

const warning = z.strictObject({
  code: z.string(),
  /** What happened, the likely cause, and what to try. */
  hint: z.string(),
})

const sampleSummary = z.strictObject({
  n: z.int().min(2),
  mean: z.number(),
  sd: z.number(),
  cv: z.number(),
  /** 95 % t-interval of the mean. */
  ci95: interval,
})

const tTest = z.strictObject({ t: z.number(), df: z.number(), p: probability, ci95: interval })

const testMethod = z.enum(['exact', 'normal'])

const improvement = z.strictObject({
  /** (A − B) / A by the trimmed mean of the log ratios; positive is faster. */
  estimate: z.number(),
  /** Absent where the pairs do not vary at all. */
  ci95: interval.optional(),
  /** What the deciding look certifies; negative where not even zero is. */
  certifiedAtLeast: z.number().optional(),
  /** Two-sided, against no change; absent where the pairs do not vary at all. */
  p: probability.optional(),
  df: z.number(),
})

/** On the log scale, or for a budget in the unit of what it counts. */
const look = z.strictObject({
  pairs: z.int(),
  m: z.number(),
  se: z.number(),
  /** `se`, inflated where the pairs are autocorrelated. */
  seUsed: z.number(),
  df: z.int(),
  pNominal: probability,
  critical: z.number(),
  lower: z.number(),
  upper: z.number(),
  outcome: z.enum(['accepted', 'rejected', 'inconclusive', 'continue']),
  /** Reasons for which an acceptance by the boundaries did not count at this look. */
  held: z.array(z.string()).optional(),
})

const metricBlock = z.strictObject({
  baseline: sampleSummary,
  incumbent: sampleSummary.optional(),
  candidate: sampleSummary,
  improvement,
})

const cumulative = z.strictObject({
  improvement: z.number(),
  ci95: interval.optional(),
  speedup: z.number(),
})

/** Peak memory of the candidate over that of the other arm. */
const memoryRatio = z.strictObject({
  ratio: z.number(),
  ci95: interval.optional(),
  verdict: memoryVerdictSchema,
})

const counters = z.record(z.string(), z.number())

const workloadRecordSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  content: z.string(),
  role: roleSchema,
  metric: metricSchema,
  /** The arm the improvement compares with. */
  against: armSchema,
  warmup: z.int().optional(),
  iterations: z.int().optional(),
  /** Pairs the statistics are made of. */
  pairs: z.int().nonnegative(),
  /** Pairs that do not count because of the host: their covariates tell. */
  voidedPairs: z.int().nonnegative(),
  /** Pairs that do not count because a run failed. */
  failedPairs: z.int().nonnegative(),
  looks: z.array(look),
  baseline: sampleSummary.optional(),
  incumbent: sampleSummary.optional(),
  candidate: sampleSummary.optional(),
  /**
   * For a budget: what the candidate's runs counted, in its own unit; absent where a run did not
   * count it.
   */
  budget: z
    .strictObject({
      counter: z.string(),
      mean: z.number(),
      /**
       * Of the mean, on the side of the limit, at the deciding look; absent where there was no
       * look.
       */
      bound: z.number().optional(),
      limit: z.number(),
      /** The mean closest to the limit that is certified as within it four times in five. */
      certifiable: z.number().optional(),
    })
    .optional(),
  improvement: improvement.optional(),
  speedup: z.number().optional(),
  /**
   * Of the means of candidate and pure baseline; t is positive and `ci95` (ms) above zero where the
   * candidate is faster.
   */
  welch: tTest.optional(),
  /** The same against the incumbent, where there is one. */
  welchIncumbent: tTest.optional(),
  /** t-test of the mean of ln(B/A); t is negative where the candidate is faster. */
  paired: tTest.optional(),
  /** Signed-rank test of ln(B/A). */
  wilcoxon: z.strictObject({ w: z.number(), p: probability, method: testMethod }).optional(),
  /**
   * Of the arms without their pairing; u counts in how many pairs of runs the candidate is faster.
   */
  mannWhitney: z.strictObject({ u: z.number(), p: probability, method: testMethod }).optional(),
  /** Improvement by the Hodges–Lehmann estimate of ln(B/A). */
  hodgesLehmann: z.number().optional(),
  /** Shapiro–Wilk test of ln(B/A): a small p says not normal. */
  shapiro: z.strictObject({ w: z.number(), p: probability }).optional(),
  /** Autocorrelation of ln(B/A) in the order of the pairs. */
  lag1: z.number().optional(),
  /** Cohen's d; positive where the candidate is faster. */
  effectSize: z.number().optional(),
  improvementOfMeans: z.number().optional(),
  /**
   * "Mean improvement at least the threshold and Welch p < 0.05": what this method replaces, for
   * comparison only.
   */
  naive: z.strictObject({ p: probability, wouldAccept: z.boolean() }).optional(),
  wall: metricBlock.optional(),
  cpu: metricBlock.optional(),
  /** `verdict` is final; where the measured runs alone leave it open, it is that of the probe. */
  memory: memoryRatio
    .extend({
      /** Five pairs of runs on a single thread. */
      probe: memoryRatio.optional(),
    })
    .optional(),
  noise: z
    .strictObject({
      class: noiseClassSchema,
      effectiveSd: z.number(),
      /**
       * Where the layer has to show an improvement: the smallest true one this number of pairs
       * certifies as ≥ the threshold four times in five.
       */
      certifiable: z.number().optional(),
      /**
       * Where a slowdown is limited: the largest true one that is certified as below the limit four
       * times in five; negative is faster.
       */
      certifiableSlowdown: z.number().optional(),
      /**
       * For an equivalence: the smallest margin a candidate that changes nothing is certified
       * within four times in five.
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
  /** Candidate against the pure baseline, where an incumbent stands between them. */
  cumulative: cumulative.optional(),
  /** Absent where no profile was captured. */
  profile: workloadProfileSchema.optional(),
  verdict: verdictSchema,
  reasons: z.array(z.string()).min(1),
  warnings: z.array(warning),
})

const equivalence = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('equal'),
    seeds: z.array(z.int()),
    digests: z.int(),
    measuredRuns: z.int(),
  }),
  z.strictObject({
    kind: z.literal('different'),
    seeds: z.array(z.int()),
    digests: z.int(),
    divergence: z.strictObject({
      /**
       * `before measuring`: the proof failed. `while measuring`: a measured run's digest is not the
       * proven one.
       */
      found: z.enum(['before measuring', 'while measuring']),
      workload: z.string(),
      seed: z.int(),
      arm: armSchema,
      at: z.record(z.string(), z.string()),
      field: z.string(),
      baseline: z.string(),
      candidate: z.string(),
    }),
  }),
])

const gain = z.strictObject({ improvement: z.number(), ci95: interval.optional() })

/** What a summary says about the layers it sums up: every layer of the suite, in order. */
const sequence = z.strictObject({
  /** Improvements over the pure baseline. */
  goal: goalSchema,
  steps: z.array(
    z.strictObject({
      layer: z.string(),
      title: z.string(),
      /** Judged on the pure baseline; never part of the stack. */
      standalone: z.boolean(),
      heavy: z.literal(true).optional(),
      /** Absent, like all below, where the layer was not evaluated. */
      record: z.string().optional(),
      /** Of the JSON of that record. */
      sha256: digestSchema.optional(),
      verdict: verdictSchema.optional(),
      equivalent: z.boolean().optional(),
      /** Over the arm it was judged against: geometric mean over its targets. */
      additional: gain.optional(),
      /** Over the pure baseline: geometric mean over the targets of the layers it ran with. */
      cumulative: gain.optional(),
      /** Of its targets, over the arm it was judged against. */
      memory: z
        .array(
          z.strictObject({
            workload: z.string(),
            ratio: z.number(),
            verdict: memoryVerdictSchema,
          }),
        )
        .optional(),
      /** Why it was not evaluated. */
      skipped: z.string().optional(),
    }),
  ),
  /** What ended the evaluation of further layers: of the ordinary ones, of the heavy ones. */
  stops: z.array(
    z.strictObject({
      after: z.string(),
      reason: z.enum(['goal-met', 'diminishing-returns']),
      /** What the last two layers gained together, and its one-sided upper 90 % bound. */
      returns: z
        .strictObject({ layers: z.array(z.string()), gain: z.number(), upper90: z.number() })
        .optional(),
    }),
  ),
  /** Whether heavy layers are called for: they are where the others miss the aspired goal. */
  heavy: z
    .strictObject({
      warranted: z.boolean(),
      reached: cumulative.optional(),
      layers: z.array(z.string()),
    })
    .optional(),
  /**
   * The product of the accepted layers' own gains; optimistic beside `cumulative`, which was
   * measured afresh.
   */
  product: cumulative.optional(),
})

export const decisionRecordSchema = z.strictObject({
  schema: z.literal('assay/decision@1'),
  /** `0001-layer1`, the stem of evidence and report. */
  id: z.string(),
  layer: z.string(),
  title: z.string(),
  date: z.iso.date(),
  /**
   * Since 2: every criterion, the calibration quoted, the published error rates, what each
   * criterion could have certified. Profiles need no number of their own: a record without them is
   * what it was.
   */
  recordVersion: z.literal([1, 2]),
  supersedes: z.string().nullable(),
  hypothesis: z.string(),
  criterion: criterionSchema,
  suite: z.string(),
  stacks: stacksSchema,
  scale: z.enum(SCALE_NAMES),
  seed: z.int(),
  regime: z.strictObject({
    looks: z.array(z.int()),
    fixed: z.boolean(),
    alpha: z.number(),
    memory: z.enum(['advisory', 'blocking']),
  }),
  /**
   * Present where real extra work was put into one arm: such a record decides nothing about the
   * layer.
   */
  injected: injectedSchema.optional(),
  workloads: z.array(workloadRecordSchema),
  /** Candidate against the pure baseline: geometric mean over the target workloads. */
  cumulative: cumulative.optional(),
  /** Present in the summary of a sequence alone. */
  sequence: sequence.optional(),
  equivalence,
  /**
   * Where the time of the first profiled target went, which is named: the short form of its
   * `profile`, where each workload has its own.
   */
  profile: recordProfileSchema.optional(),
  verdict: verdictSchema,
  reasons: z.array(z.string()).min(1),
  warnings: z.array(warning),
  command: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** SHA-256 over the compiled code that was measured. */
  dist: z.string(),
  host: z.strictObject({
    platform: z.string(),
    kernel: z.string(),
    cpuModel: z.string(),
    cpuCount: z.int(),
    memoryBytes: z.number(),
    node: z.string(),
    v8: z.string(),
    nodeFlags: z.array(z.string()),
    fallbacks: z.array(z.string()),
  }),
  /** The calibration of the host, as the plan quotes it; absent where the plan does not say. */
  calibration: calibrationQuoteSchema.optional(),
  /** The published error rates of the rule in one line; absent where they had not been measured. */
  errorRates: z.string().optional(),
  /** SHA-256 of every file of the evidence folder. */
  evidence: z.record(z.string(), digestSchema),
})

export type DecisionRecord = Readonly<z.infer<typeof decisionRecordSchema>>
export type WorkloadRecord = DecisionRecord['workloads'][number]
