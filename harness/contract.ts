/**
 * The whole interface between the harness and the code it measures. The harness does not look into
 * a `Subject`: for our engine it is an `OptimizationConfig`, for another project it is the setting
 * that its layers change.
 */
export interface Suite<Subject = unknown> {
  readonly name: string
  /**
   * `import.meta.url` of the module that exports this suite as `suite`: measured processes import
   * it by this address.
   */
  readonly module: string
  /**
   * The pure baseline, with every optimization off. It must be the subject itself and not a
   * promise of it.
   */
  baseline(): Subject
  /** In the order in which `evaluate all` evaluates them. */
  readonly layers: readonly Layer<Subject>[]
  // biome-ignore lint/suspicious/noExplicitAny: each workload has a scale and an output of its own
  readonly workloads: readonly Workload<Subject, any, any>[]
  /** Further workloads to profile, so that hot spots cover the range of uses; never measured. */
  // biome-ignore lint/suspicious/noExplicitAny: each workload has a scale and an output of its own
  readonly profiled?: readonly Workload<Subject, any, any>[]
  /**
   * Names for the parts of a profile. Without them, all time except garbage collection and the
   * runtime is `other`.
   */
  readonly categories?: ProfileCategories
  /** How much faster all layers together should be; only `evaluate all` needs it. */
  readonly goal?: Goal
  /**
   * Names of environment variables that measured processes inherit, in addition to the harness's
   * own allow-list. An optimization switch must not be among them.
   */
  readonly passEnvironment?: readonly string[]
}

/** Improvements over the pure baseline, fractions. */
export interface Goal {
  /** Once the accepted layers reach this improvement, no further layer is evaluated. */
  readonly aspired: number
  /** The improvement that the accepted layers must show together; at most `aspired`. */
  readonly minimum: number
}

export type ScaleName = 'smoke' | 'standard' | 'production'
export const SCALE_NAMES: readonly ScaleName[] = ['smoke', 'standard', 'production']

export interface Workload<Subject, Scale, Output> {
  /** `grid-search`: lower case, digits, dots and dashes. */
  readonly id: string
  readonly title: string
  readonly scales: Readonly<Record<ScaleName, Scale>>
  /**
   * It keeps several threads busy. With more threads than processors they wait for one another, so
   * waiting does not indicate a disturbed run: only foreign load and stolen time void it.
   */
  readonly parallel?: boolean
  /**
   * Numbers of warm-up and timed iterations of a run at each scale: what the measured time means.
   * Without them, a pilot chooses.
   */
  readonly passes?: Readonly<Record<ScaleName, RunLength>>
  /** The content of one pass, as a text for readers: `100 backtests`. */
  describe?(scale: Scale): string
  /**
   * Puts data on disk. It runs once, in a process of its own, and is not timed. It must be safe to
   * call again.
   *
   * @param warn takes one line for the user, e.g. that damaged data were made again
   * @returns nothing, or the version of each set of data by its name; a record holds them
   */
  prepare(
    scale: Scale,
    seed: number,
    warn: (line: string) => void,
    // biome-ignore lint/suspicious/noConfusingVoidType: most workloads return nothing
  ): Promise<DataVersions | void>
  /**
   * The timed work. It must start cold on every call, so that filling a cache is part of the
   * measurement.
   */
  run(subject: Subject, scale: Scale, seed: number): Promise<Outcome<Output>>
  /**
   * The bare computation of one pass, as the reference for its overhead: the same arithmetic in a
   * plain loop over arrays already in memory. All other work (opening, decoding, bookkeeping)
   * happens before this returns.
   *
   * @returns the computation; it can be called any number of times, always with the same result
   */
  reference?(scale: Scale, seed: number): Promise<() => number>
  /**
   * Equal bytes ⇔ equal results; the digest is the SHA-256 of this. It must contain the whole
   * result: a form that stays the same when the output changes is refused.
   */
  canonical(output: Output): string | Uint8Array
  /** The first place where two outputs differ; undefined if they are equal. */
  diverge(baseline: Output, candidate: Output): Divergence | undefined
}

/** Numbers of iterations in one measured process. */
export interface RunLength {
  /** Warm-up iterations, untimed (W). */
  readonly warmup: number
  /** Timed iterations after them (K). */
  readonly iterations: number
}

/** Versions of sets of data by their names, e.g. hashes of their content. */
export type DataVersions = Readonly<Record<string, string>>

export interface Outcome<Output> {
  /**
   * The output that is compared. It must not be undefined or null, and must survive a structured
   * clone.
   */
  readonly output: Output
  /** Cache hits, opens, bytes: finite numbers, reported, not part of the digest. */
  readonly counters?: Readonly<Record<string, number>>
  /** Amount of work done, so that the harness can print a rate, e.g. bars/s. */
  readonly work?: Work
}

export interface Work {
  readonly unit: string
  readonly amount: number
}

/** The first place where two outputs differ. */
export interface Divergence {
  /**
   * Coordinates from the outside in, e.g. `{ backtest: 'fast=5 slow=60', asset: 'A03', session:
   * '2014-03-04' }`.
   */
  readonly at: Readonly<Record<string, string>>
  /** The field that differs, e.g. `price`. */
  readonly field: string
  readonly baseline: string
  readonly candidate: string
}

export interface Layer<Subject> {
  /**
   * `layer1`: lower case, digits, dots and dashes; not `all`. `layer1.asset-list` is a part of
   * `layer1`: in a sequence, the part is evaluated only if `layer1` was evaluated.
   */
  readonly id: string
  readonly title: string
  /** What should get faster, by how much, and why. */
  readonly hypothesis: string
  /** Workloads on which the layer must win. */
  readonly workloads: readonly string[]
  /**
   * Workloads on which the layer must not lose, none of them in `workloads`. If absent, all other
   * workloads of the suite.
   */
  readonly guards?: readonly string[]
  /** `wall` only for I/O or parallelism. */
  readonly metric: Metric
  readonly criterion: Criterion
  /**
   * An identity layer (A/A control) or a part of another layer: evaluated on the pure baseline,
   * never part of an incumbent stack.
   */
  readonly standalone?: boolean
  /** An A/A control: both arms run the same code. */
  readonly sameCode?: boolean
  /**
   * `heavy`: a last resort, evaluated in a sequence only if the layers before it do not reach
   * `goal.aspired`.
   */
  readonly phase?: 'heavy'
  apply(subject: Subject): Subject
}

export type Metric = 'cpu' | 'wall'

/**
 * How the processes of a pair run.
 *
 * - `co-scheduled`: all at the same time on one CPU, so that the scheduler gives each a few
 *   milliseconds in turn and every disturbance of the host meets all of them.
 * - `lock-step`: all alive on one CPU, but only one works at a time; their iterations alternate.
 * - `adjacent`: one directly after the other, on any CPU.
 */
export type PairDesign = 'co-scheduled' | 'lock-step' | 'adjacent'
export const PAIR_DESIGNS: readonly PairDesign[] = ['co-scheduled', 'lock-step', 'adjacent']

/**
 * What a layer must show on each of its workloads. Changes are fractions (0.05 is 5 %) of the time
 * of the arm it is compared with; limits of a budget are in the unit of what is counted.
 */
export type Criterion =
  /** Takes at least this much less time. */
  | { readonly kind: 'improvement'; readonly atLeast: number }
  /** The gate: fails if it takes more than this much more time. */
  | { readonly kind: 'regression'; readonly atMost: number }
  /** Changes the time by at most this much, up or down. */
  | { readonly kind: 'equivalence'; readonly within: number }
  /** Is certified to take less than this much more time. */
  | { readonly kind: 'non-inferiority'; readonly atMost: number }
  | Budget

/**
 * A limit on the candidate's own values, independent of the other arm.
 *
 * `counter` names a counter of a run, `x.hitRate` if a run counts `x.hits` and `x.misses`, or one
 * of `cpuMs`, `wallMs`, `coldWallMs`, `peakRssBytes` and `heapBytes`. A counter that is negative
 * or missing in an iteration counts as not measured, and the layer is then not accepted.
 */
export type Budget =
  | { readonly kind: 'budget'; readonly counter: string; readonly atMost: number }
  | { readonly kind: 'budget'; readonly counter: string; readonly atLeast: number }

/** A named part of the work, and its sources. */
export interface ProfileCategory {
  readonly name: string
  /**
   * Files (`engine/portal/frame.ts`), folders (`engine/bundle/`, with the slash at the end), or
   * functions of a file (`engine/portal/long-table.ts#bars`), relative to the project root. The
   * most specific entry decides.
   */
  readonly sources: readonly string[]
  /** Whether this is the purpose of the program, which is never suggested for removal. */
  readonly purpose?: boolean
}

export interface ProfileCategories {
  readonly categories: readonly ProfileCategory[]
  /** Sources whose time belongs to their callers. */
  readonly callers: readonly string[]
}

/**
 * How a process is profiled. `clock` runs without a profiler and times passes and the reference
 * computation; `outside` leaves profiling to an external tool.
 */
export interface Capture {
  readonly profiler: 'clock' | 'outside' | 'cpu' | 'allocation' | 'coverage'
  /** Where the profiles go: absolute path of a folder that exists. */
  readonly directory: string
  /** Time between two samples of `cpu`, µs. */
  readonly intervalMicros: number
}

export type Arm = 'baseline' | 'incumbent' | 'candidate'
export const ARMS: readonly Arm[] = ['baseline', 'incumbent', 'candidate']

/**
 * Everything a measured process needs. It is sent by IPC, so that argv and environment are equal
 * for all arms.
 */
export interface RunSlot {
  /** Address of the suite's module. */
  readonly suite: string
  /**
   * `describe`: lists workloads and layers of the suite without running any. `probe`: a run for its
   * peak of memory alone, with a garbage collection before each iteration. `profile`: a run under a
   * profiler, not a measurement.
   */
  readonly mode: 'describe' | 'prepare' | 'verify' | 'run' | 'probe' | 'profile'
  readonly workload: string
  readonly arm: Arm
  /** Ids of the layers applied to the baseline, in order. */
  readonly stack: readonly string[]
  readonly scale: ScaleName
  readonly seed: number
  readonly pair: number
  readonly position: number
  /** Warm-up iterations, untimed. */
  readonly warmup: number
  /** Timed iterations. */
  readonly iterations: number
  /** How it runs beside the other processes of its pair; if absent, alone. */
  readonly together?: Exclude<PairDesign, 'adjacent'>
  /**
   * Turns of the integer kernel that are added to every iteration as real extra work, for
   * controls.
   */
  readonly inject?: number
  /**
   * In mode `run`: the metric of the verdict. Under `cpu` a run that started other processes is
   * refused, because their CPU time is not counted.
   */
  readonly metric?: Metric
  /** In mode `verify`: send the output too, so that a divergence can be located. */
  readonly wantOutput?: boolean
  /** In mode `profile`. */
  readonly capture?: Capture
  /**
   * Seeds of the iterations, warm-up first, one for each, so that an answer remembered from
   * another iteration is wrong; if absent, all have `seed`. In mode `prepare`: further seeds to
   * prepare, set by set.
   */
  readonly seeds?: readonly number[]
  /** In mode `prepare`: the number of seeds that are of use only together. */
  readonly setSize?: number
  /** In mode `run` and `probe`: watch what the code does besides computing. */
  readonly defended?: boolean
  /** In a defended run: the folder for temporary files, absolute. */
  readonly scratch?: string
}
