import type { SharedBundleData } from '../cache/shared-columns.js'
import type { OptimizationConfig } from '../config.js'
import type { TrialTask } from '../search/grid.js'
import type { SearchModuleOptions } from '../search/module/search-module.js'
import type { ObjectiveName } from '../search/objectives.js'
import type { CarriedError } from './carried-error.js'

/** What a worker of a pool gets when it starts. */
export interface WorkerStart {
  readonly module: string
  readonly given: SearchModuleOptions
  readonly config: OptimizationConfig
  /** One element in shared memory: the number of the task that is running, or `IDLE`. */
  readonly progress: Int32Array
}

/** No task is running. */
export const IDLE = -1

/** What a search wants of each task. */
export type Wanted =
  /** Its figures; the objective of the module if none is named. */
  | { readonly kind: 'trials'; readonly objective?: ObjectiveName }
  /** Its result in full. */
  | { readonly kind: 'backtests' }

export interface BatchMessage {
  readonly kind: 'batch'
  readonly wanted: Wanted
  /** The number of its first task. */
  readonly first: number
  readonly tasks: readonly TrialTask[]
  /** One element in shared memory: tasks from this number on are not to be run any more. */
  readonly stop: Int32Array
  /** The number of the shared bundle; if absent, each backtest opens the bundle of the module. */
  readonly bundle?: number
}

export type ToWorker =
  | BatchMessage
  | { readonly kind: 'bundle'; readonly number: number; readonly data: SharedBundleData }
  | { readonly kind: 'forget'; readonly number: number }

/** A batch that was run, up to its end, its first error, or the number at which it had to stop. */
export interface BatchDone {
  readonly kind: 'done'
  readonly results: readonly unknown[]
  readonly busyMs: number
  readonly failed?: { readonly index: number; readonly error: CarriedError }
}

export type FromWorker =
  | BatchDone
  /** The module is loaded; `bundle` is the directory of its bundle. */
  | { readonly kind: 'loaded'; readonly bundle: string }
  | { readonly kind: 'refused'; readonly error: CarriedError }
