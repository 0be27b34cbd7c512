import { z } from 'zod'
import { armSchema, digestSchema, tamperClassSchema } from './field-schemas.js'

const finite = z.number().refine(Number.isFinite)
const nonNegative = finite.refine((value) => value >= 0)

/**
 * One line of `runs.jsonl`: a run that finished. Values are means over the timed iterations unless
 * stated otherwise.
 */
export const runRecordSchema = z.strictObject({
  workload: z.string(),
  /** Number of the pair (round), from 1; a repeated pair gets a new number. */
  pair: z.int().positive(),
  /** Place of this run within its pair. */
  position: z.enum(['first', 'second', 'third']),
  arm: armSchema,
  /** CPU time per iteration, user + system, all threads of the process, ms. */
  cpuMs: finite,
  /**
   * Wall time per iteration, ms. Where arms share a CPU, it leaves out what the others took: the
   * iterations of the others in lock-step, the waiting of the main thread if co-scheduled.
   */
  wallMs: finite,
  /** Wall time of the very first iteration in the process, warm-up included, ms. */
  coldWallMs: finite,
  /** Wall time of each timed iteration, in the order they ran, ms. */
  samplesMs: z.array(finite),
  /** CPU time of each iteration, warm-up first, ms; absent in evidence of version 1 and 2. */
  passCpuMs: z.array(finite).optional(),
  /** CPU time of the injected kernel per timed iteration, ms; only in the arm that has it. */
  injectedMs: nonNegative.optional(),
  /** The CPU that all runs of the pair were bound to; absent if they were not. */
  core: z.int().nonnegative().optional(),
  /** Warm-up iterations before the timed ones. */
  warmup: z.int().nonnegative(),
  /** Wall time of the whole warm-up, ms. */
  warmupMs: nonNegative,
  /** Timed iterations. */
  iterations: z.int().positive(),
  /** Peak resident set (VmHWM), bytes; absent if the host does not report it. */
  peakRssBytes: nonNegative.optional(),
  /** Live heap after a full garbage collection, which follows the timed section, bytes. */
  heapBytes: nonNegative,
  gcMs: nonNegative,
  gcCount: z.int().nonnegative(),
  involuntarySwitches: z.int().nonnegative().optional(),
  /**
   * Share of the timed section this process's threads spent waiting for a CPU; absent if they wait
   * for one another (`parallel`).
   */
  waitShare: nonNegative.optional(),
  /** CPU used by everything else on the host during this run, in cores. */
  foreignLoad: finite.optional(),
  /** Share of CPU time taken by the hypervisor during this run. */
  stealShare: nonNegative.optional(),
  digest: digestSchema,
  /**
   * First 16 hexadecimal digits of the digest of each iteration, warm-up first, if each has a seed
   * of its own; `digest` is then that of all digests.
   */
  passDigests: z.array(z.string().regex(/^[0-9a-f]{16}$/)).optional(),
  /** CPU of a defended run outside of its iterations, all threads, ms. */
  outsideMs: z
    .strictObject({
      /** From the start of the process to its first iteration. */
      before: finite,
      /** Between the timed iterations. */
      between: finite,
      /** After them, without the iterations made while others were still timed. */
      after: finite,
      /** For the canonical forms and digests. */
      canonical: finite,
      /** Of processes that it started and that have ended. */
      children: finite,
    })
    .optional(),
  counters: z.record(z.string(), finite),
  work: z.strictObject({ unit: z.string(), amount: nonNegative }).optional(),
  startedAt: z.iso.datetime(),
  /**
   * Why this pair does not count; the reason follows from covariates alone. One voided line voids
   * its whole pair.
   */
  voided: z.string().optional(),
  /** `sha256:…` of the line before, or of the plan; absent in evidence of version 1. */
  previous: digestSchema.optional(),
})
export type RunRecord = Readonly<z.infer<typeof runRecordSchema>>

/**
 * One line of `runs.jsonl`: a run that crashed, hung or sent an invalid answer. Its pair does not
 * count.
 */
export const runFailureSchema = z.strictObject({
  workload: z.string(),
  pair: z.int().positive(),
  arm: armSchema,
  error: z.string(),
  /** Present if the run shows signs of tampering: it ends the evaluation. */
  tampered: tamperClassSchema.optional(),
  startedAt: z.iso.datetime(),
  /** `sha256:…` of the line before, or of the plan; absent in evidence of version 1. */
  previous: digestSchema.optional(),
})
export type RunFailure = Readonly<z.infer<typeof runFailureSchema>>

export const journalLineSchema = z.union([runRecordSchema, runFailureSchema])
export type JournalLine = RunRecord | RunFailure
