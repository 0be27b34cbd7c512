import { z } from 'zod'
import { PAIR_DESIGNS, SCALE_NAMES } from '../../harness/contract.js'
import { InvalidEvidenceError } from '../../harness/errors.js'
import { describeChange } from './change-text.js'
import { readStudyFile, type StudyFile } from './study-file.js'

/** The true changes that are measured, as signed improvements: 0.03 is 3 % less time. */
export const FRESH_CELLS = {
  none: 0,
  '3% faster': 0.03,
  '10% faster': 0.1,
  '3% slower': -0.03,
  '6% slower': -0.06,
  '12% slower': -0.12,
  '20% slower': -0.2,
} as const
export type FreshCell = keyof typeof FRESH_CELLS
export const FRESH_CELL_NAMES = Object.keys(FRESH_CELLS) as readonly FreshCell[]

const positive = z.number().positive()
const share = z.number().nonnegative()

const freshRunSchema = z.strictObject({
  /** Number of the pair, from 1. A repeated pair gets a new number. */
  pair: z.int().positive(),
  position: z.enum(['first', 'second']),
  arm: z.enum(['baseline', 'candidate']),
  /** Times per iteration, ms. */
  cpuMs: positive,
  wallMs: positive,
  /** Peak resident set; absent if the host does not report it. */
  peakRssBytes: positive.optional(),
  /** Covariates; absent if the host does not report them. */
  waitShare: share.optional(),
  foreignLoad: z.number().optional(),
  stealShare: share.optional(),
  /** CPU time of the injected work per iteration, ms; only in the arm that has it. */
  injectedMs: share.optional(),
  /** The CPU that both runs of the pair were bound to; absent if they were not. */
  core: z.int().nonnegative().optional(),
  /** Why this pair does not count. The reason follows from covariates only. */
  voided: z.string().optional(),
})
export type FreshRun = Readonly<z.infer<typeof freshRunSchema>>

/**
 * One line of `fresh-decisions.jsonl`: the runs of one real evaluation with a known true change.
 * Verdicts are derived from them and never stored.
 */
export const freshDecisionSchema = z
  .strictObject({
    cell: z.enum(FRESH_CELL_NAMES),
    /** The injected signed improvement, a fraction: positive is a faster candidate. */
    change: z.number(),
    workload: z.string().min(1),
    scale: z.enum(SCALE_NAMES),
    /** How the processes of a pair ran; absent in decisions older than designs: adjacent. */
    design: z.enum(PAIR_DESIGNS).optional(),
    /** Number of CPU hogs running at the same time. */
    hogs: z.int().nonnegative(),
    seed: z.int().nonnegative(),
    /** Seed of the data, if several decisions share them; otherwise `seed`. */
    dataSeed: z.int().nonnegative().optional(),
    /** Turns of the injected kernel per iteration. */
    injectTurns: z.int().positive().optional(),
    startedAt: z.iso.datetime(),
    /** The measured code. */
    commit: z.string().min(1),
    /** Warm-up and timed iterations per run, from its pilot. */
    warmup: z.int().nonnegative(),
    iterations: z.int().positive(),
    /** In the order they ran. */
    runs: z.array(freshRunSchema).min(1),
  })
  .refine(({ cell, change }) => change === FRESH_CELLS[cell], {
    message: 'change is not the one of its cell',
    path: ['change'],
  })
export type FreshDecision = Readonly<z.infer<typeof freshDecisionSchema>>

/** The file of the study of fresh decisions. */
export const FRESH_FILE: StudyFile<typeof freshDecisionSchema> = {
  schema: freshDecisionSchema,
  line: 'fresh decision',
  task: 'decision',
  option: '--fresh',
}

/**
 * The decisions measured so far, in the order of the file.
 *
 * @returns empty if the file does not exist
 * @throws {InvalidEvidenceError} a line is not a decision, or repeats an earlier one; the message
 * names the line
 */
export function readFreshDecisions(path: string): FreshDecision[] {
  const linesOfStarts = new Map<string, number>()
  const linesOfSeeds = new Map<number, number>()
  return readStudyFile(path, FRESH_FILE, ({ startedAt, seed, change, workload }, line) => {
    refuseRepeated(linesOfStarts.get(startedAt), `started at ${startedAt}`, path, line)
    // Every decision of the schedule has its own seed, which determines its order of runs.
    refuseRepeated(
      linesOfSeeds.get(seed),
      `has seed ${seed} (${describeChange(change)}, ${workload})`,
      path,
      line,
    )
    linesOfStarts.set(startedAt, line)
    linesOfSeeds.set(seed, line)
  })
}

function refuseRepeated(
  earlier: number | undefined,
  what: string,
  path: string,
  line: number,
): void {
  if (earlier === undefined) return
  throw new InvalidEvidenceError(
    `${path}, line ${line}: this decision ${what}, like that of line ${earlier}; remove one of the two, since a decision must not count twice`,
  )
}
