import type { Combination } from './combinations.js'
import type { EngineSetting, SpeedData, SpeedResult } from './speed-engine.js'

/** What the process of an engine receives. */
export interface EngineSlot {
  /** Address of the engine's module, which exports `openSpeedEngine`. */
  readonly module: string
  readonly data: SpeedData
  readonly setting: EngineSetting
  readonly combinations: readonly Combination[]
  /** About how long warm-up and timed passes may take together. */
  readonly budgetMs: number
}

/** Time of one run of all chosen combinations, the mean over the runs of a timed pass. */
export interface TimedPass {
  readonly cpuMs: number
  readonly wallMs: number
}

/** What an engine did, and how long it took. */
export interface MeasuredEngine {
  readonly kind: 'measured'
  /** How many combinations a run had: the first ones of the slot. */
  readonly combinations: number
  readonly passes: readonly TimedPass[]
  readonly peakRssBytes: number
  /** Of the last run that was timed, one per combination. */
  readonly results: readonly SpeedResult[]
}

/** The one message that the process of an engine sends. */
export type EngineAnswer = MeasuredEngine | { readonly kind: 'failed'; readonly error: string }
