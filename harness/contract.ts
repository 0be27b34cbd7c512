/**
 * The whole seam between the harness and what it measures. The harness never learns what a
 * `Subject` is: for our engine it is an `OptimizationConfig`, for another project it is whatever
 * its layers change.
 */
export interface Suite<Subject = unknown> {
  readonly name: string
  /**
   * `import.meta.url` of the module that exports this suite as `suite`: measured processes import
   * it by this address.
   */
  readonly module: string
  /** The pure baseline: every optimization off. */
  baseline(): Subject
  /** In the order in which they are to be evaluated. */
  readonly layers: readonly Layer<Subject>[]
  // biome-ignore lint/suspicious/noExplicitAny: scale and output differ per workload and are private to it
  readonly workloads: readonly Workload<Subject, any, any>[]
  /**
   * Workloads that are profiled beside the measured ones, so that hot spots are known over the
   * range of uses; no verdict rests on them.
   */
  // biome-ignore lint/suspicious/noExplicitAny: scale and output differ per workload and are private to it
  readonly profiled?: readonly Workload<Subject, any, any>[]
  /**
   * To which category the time of a profile belongs; without them everything but collection and
   * runtime is `other`.
   */
  readonly categories?: ProfileCategories
  /** How much faster all layers together are to be; only `evaluate all` needs it. */
  readonly goal?: Goal
  /**
   * Names of environment variables measured processes inherit, beside the harness's own allow-list.
   * Never an optimization switch.
   */
  readonly passEnvironment?: readonly string[]
}

/** Improvements over the pure baseline, fractions. */
export interface Goal {
  /** Reached, the search is over: no further layer is evaluated. */
  readonly aspired: number
  /** What the accepted layers together have to show; at most what is aspired to. */
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
   * It keeps several threads busy. Where there are more of them than processors they wait for one
   * another, so waiting is no sign that something disturbed a run: foreign load and stolen time
   * alone void it.
   */
  readonly parallel?: boolean
  /** What one pass consists of, for people: `100 backtests`. */
  describe?(scale: Scale): string
  /**
   * Untimed, once, in a process of its own: puts data on disk. Safe to call again.
   *
   * @param warn takes one line the user should read, e.g. that damaged data were made again
   */
  prepare(scale: Scale, seed: number, warn: (line: string) => void): Promise<void>
  /** Timed. A cold subject each call: whatever it fills, it fills inside the measurement. */
  run(subject: Subject, scale: Scale, seed: number): Promise<Outcome<Output>>
  /**
   * The bare computation of one pass, which its overhead is told against: the arithmetic as
   * written, in a plain loop over arrays already in memory. Everything else (opening, decoding,
   * bookkeeping) happens before this returns.
   *
   * @returns the computation: any number of times, always with the same result
   */
  reference?(scale: Scale, seed: number): Promise<() => number>
  /** Equal bytes ⇔ equal results; the digest is the SHA-256 of this. */
  canonical(output: Output): string | Uint8Array
  /** Where two outputs first differ; undefined where they do not. */
  diverge(baseline: Output, candidate: Output): Divergence | undefined
}

export interface Outcome<Output> {
  /** Must survive a structured clone. */
  readonly output: Output
  /** Cache hits, opens, bytes: reported, never part of the digest. */
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
   * `layer1`: in a sequence it is evaluated only where that was.
   */
  readonly id: string
  readonly title: string
  /** What should get faster, by how much, and why. */
  readonly hypothesis: string
  /** Workloads it must win on. */
  readonly workloads: readonly string[]
  /** Workloads it must not lose on: none of the above. All others of the suite where absent. */
  readonly guards?: readonly string[]
  /** `wall` only for I/O or parallelism. */
  readonly metric: Metric
  readonly criterion: Criterion
  /**
   * An identity layer (A/A control) or a part of another layer: evaluated on the pure baseline,
   * never part of an incumbent stack.
   */
  readonly standalone?: boolean
  /**
   * `heavy`: a last resort, evaluated in a sequence only where the layers before it miss the
   * aspired goal.
   */
  readonly phase?: 'heavy'
  apply(subject: Subject): Subject
}

export type Metric = 'cpu' | 'wall'

/**
 * What a layer has to show on each of its workloads. Changes are fractions (0.05 is 5 %) of the
 * time of the arm it is compared with; limits of a budget are in the unit of what is counted.
 */
export type Criterion =
  /** Takes at least that much less time. */
  | { readonly kind: 'improvement'; readonly atLeast: number }
  /** The gate: does not take that much more time, or it fails. */
  | { readonly kind: 'regression'; readonly atMost: number }
  /** Changes the time by no more than that, up or down. */
  | { readonly kind: 'equivalence'; readonly within: number }
  /** Costs less than that, certified. */
  | { readonly kind: 'non-inferiority'; readonly atMost: number }
  | Budget

/**
 * A limit to the candidate's own values, whatever the other arm does.
 *
 * `counter` names a counter of a run, `x.hitRate` where a run counts `x.hits` and `x.misses`, or
 * one of `cpuMs`, `wallMs`, `coldWallMs`, `peakRssBytes` and `heapBytes`. What some iteration does
 * not count, and what is below zero, was not counted: nothing is accepted then.
 */
export type Budget =
  | { readonly kind: 'budget'; readonly counter: string; readonly atMost: number }
  | { readonly kind: 'budget'; readonly counter: string; readonly atLeast: number }

/** One name for a part of the work, and the sources it consists of. */
export interface ProfileCategory {
  readonly name: string
  /**
   * Files (`engine/portal/frame.ts`), folders (`engine/bundle/`, with the slash at the end), or
   * functions of a file (`engine/portal/long-table.ts#bars`), relative to the project root. The
   * most specific one decides.
   */
  readonly sources: readonly string[]
  /** What the program is there for: never a candidate for removal. */
  readonly purpose?: boolean
}

export interface ProfileCategories {
  readonly categories: readonly ProfileCategory[]
  /** Sources whose time belongs to whoever called them. */
  readonly callers: readonly string[]
}

/**
 * Profiling of a process: which profiler, and the folder its files go to. `clock` is none: it times
 * passes and the reference computation; `outside` is somebody else's.
 */
export interface Capture {
  readonly profiler: 'clock' | 'outside' | 'cpu' | 'allocation' | 'coverage'
  /** Absolute path of a folder that exists. */
  readonly directory: string
  /** Time between two samples of `cpu`, µs. */
  readonly intervalMicros: number
}

export type Arm = 'baseline' | 'incumbent' | 'candidate'
export const ARMS: readonly Arm[] = ['baseline', 'incumbent', 'candidate']

/**
 * Everything a measured process needs, sent by IPC: its argv and environment are equal for all
 * arms.
 */
export interface RunSlot {
  /** Address of the suite's module. */
  readonly suite: string
  /**
   * `describe`: what the suite has, without running any of it. `probe`: a run of which only the
   * peak of memory is kept; it collects garbage before each iteration. `profile`: an untimed run
   * under a profiler.
   */
  readonly mode: 'describe' | 'prepare' | 'verify' | 'run' | 'probe' | 'profile'
  readonly workload: string
  readonly arm: Arm
  /** Layer ids folded over the baseline, in order. */
  readonly stack: readonly string[]
  readonly scale: ScaleName
  readonly seed: number
  readonly pair: number
  readonly position: number
  /** Warm-up iterations, untimed. */
  readonly warmup: number
  /** Timed iterations. */
  readonly iterations: number
  /**
   * Turns of the injected integer kernel added to every iteration: real extra work, for controls.
   */
  readonly inject?: number
  /**
   * In mode `run`: the metric the verdict is made by. Under `cpu` a run in which other processes
   * worked is refused: their CPU is not counted.
   */
  readonly metric?: Metric
  /** In mode `verify`: send the output itself too, so that a divergence can be located. */
  readonly wantOutput?: boolean
  /** In mode `profile`. */
  readonly capture?: Capture
}
