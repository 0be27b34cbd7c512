import { z } from 'zod'
import type { RunSlot } from '../contract.js'
import { tamperClassSchema } from '../evidence/field-schemas.js'
import { runRecordSchema } from '../evidence/run-record.js'

/**
 * Messages of the parent: first the slot, then GO when the child is ready; further ones only to
 * processes that run together.
 */
export type ParentMessage =
  | { readonly kind: 'slot'; readonly slot: RunSlot; readonly key: string }
  | { readonly kind: 'go' }
  /** In lock-step: make the next iteration. */
  | { readonly kind: 'turn' }
  /** Every other process of the pair has made its timed iterations. */
  | { readonly kind: 'stop' }

/**
 * The part of a run record that the measured process itself measures; the parent process adds
 * workload, pair, arm, start time and the load of the host.
 */
export const measurementSchema = runRecordSchema.omit({
  workload: true,
  pair: true,
  position: true,
  arm: true,
  foreignLoad: true,
  core: true,
  stealShare: true,
  startedAt: true,
  voided: true,
  previous: true,
})
export type Measurement = Readonly<z.infer<typeof measurementSchema>>

/** The result of a profiled process. Its profiles are in the folder given by the slot. */
const profiledRunSchema = z.strictObject({
  /**
   * CPU of one pass, ms: the median over the passes. Every profiler except `clock` increases this
   * time, coverage the most.
   */
  cpuMs: z.number().nonnegative(),
  /** Passes under the profiler. */
  passes: z.number().int().positive(),
  /**
   * CPU of the process during these passes, ms; for the profiler `cpu`, without the profiler
   * itself, as far as the host reports it.
   */
  sectionCpuMs: z.number().nonnegative(),
  /**
   * CPU of each thread in `files`, ms: before and while it was sampled. Absent unless the profiler
   * is `cpu` and the host reports it.
   */
  threads: z
    .array(
      z.strictObject({ startMs: z.number().nonnegative(), sampledMs: z.number().nonnegative() }),
    )
    .optional(),
  /** Names of the files written, one per thread, the main thread's first; none for `clock`. */
  files: z.array(z.string().regex(/^[\w.-]+$/)),
  /** Threads that ended before their profile could be taken. */
  lostThreads: z.number().int().nonnegative(),
  /** Present if other processes worked for the pass; profilers do not see them. */
  startedProcesses: z.literal(true).optional(),
  /** CPU of one reference computation, ms, if the workload has one and the profiler is `clock`. */
  referenceCpuMs: z.number().nonnegative().optional(),
})
export type ProfiledRun = Readonly<z.infer<typeof profiledRunSchema>>

/** The contents of a version of a suite. */
const suiteDescriptionSchema = z.strictObject({
  name: z.string().min(1),
  workloads: z.array(z.string()),
  /** Layers that may be part of an incumbent stack. */
  layers: z.array(z.string()),
})
export type SuiteDescription = Readonly<z.infer<typeof suiteDescriptionSchema>>

/** What the guard of the process found. */
const signs = z.array(z.strictObject({ class: tamperClassSchema, what: z.string() })).optional()

/** Paths of the modules the process has loaded. */
const modules = z.array(z.string())

/**
 * Messages of a child. Measured code runs in the same process and could send anything, so every
 * message is validated.
 */
export const childMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  /** In lock-step: an iteration has ended. */
  z.strictObject({ kind: z.literal('passed') }),
  /** Together with others: the timed iterations have ended. */
  z.strictObject({ kind: z.literal('timed') }),
  z.strictObject({ kind: z.literal('described'), description: suiteDescriptionSchema }),
  z.strictObject({
    kind: z.literal('prepared'),
    warnings: z.array(z.string()),
    /** Versions of the data by name. */
    data: z.record(z.string(), z.string()),
    /** Sets of seeds that were prepared, if the slot has some. */
    sets: z.number().int().nonnegative().optional(),
    modules,
  }),
  z.strictObject({
    kind: z.literal('verified'),
    digest: runRecordSchema.shape.digest,
    /** Digest of the whole output, more than its canonical form may hold; empty if unknown. */
    wholeDigest: z.string(),
    /** Whether the output, or its canonical form, holds no value. */
    isHollow: z.boolean(),
    output: z.unknown().optional(),
    modules,
  }),
  z.strictObject({
    kind: z.literal('measured'),
    measurement: measurementSchema,
    /** CPU used between GO and this message by this process and those it started, ms. */
    ownCpuMs: z.number().nonnegative(),
    /** The part of it that the process itself used, in a defended run. */
    selfCpuMs: z.number().nonnegative().optional(),
    signs,
    modules,
  }),
  z.strictObject({ kind: z.literal('profiled'), profile: profiledRunSchema }),
  z.strictObject({
    kind: z.literal('error'),
    message: z.string(),
    /** 2 if the cause is an input of the user. */
    exitCode: z.number().optional(),
    signs,
  }),
])
export type ChildMessage = z.infer<typeof childMessageSchema>
