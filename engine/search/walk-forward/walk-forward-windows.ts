import { EngineError } from '../../errors.js'

/** Lengths in sessions. */
export interface WalkForwardPlan {
  /**
   * With `rolling`, the train segment moves; with `anchored`, its start stays and its end moves.
   */
  readonly mode: 'rolling' | 'anchored'
  readonly train: number
  readonly validation: number
  readonly test: number
  /** Sessions from one window to the next. */
  readonly step: number
  /** Number of sessions before the first window, which can be read but are never traded. */
  readonly warmUp: number
  /** Maximum number of windows. If absent, there are as many as fit. */
  readonly maxWindows?: number
}

/** Session numbers, `start` inclusive, `end` exclusive. */
export interface Segment {
  readonly start: number
  readonly end: number
}

export interface WalkForwardWindow {
  readonly train: Segment
  readonly validation: Segment
  readonly test: Segment
}

/**
 * The windows that fit into a number of sessions. Window `w` starts at warm-up + w · step; a
 * partial last window is dropped.
 *
 * @throws {EngineError} `input-invalid`: a length is not a positive whole number, or no window
 * fits
 */
export function walkForwardWindows(
  sessions: number,
  plan: WalkForwardPlan,
): readonly WalkForwardWindow[] {
  checkPlan(plan)
  const { train, validation, test, warmUp } = plan
  const windows = windowsWithin({ start: warmUp, end: sessions }, plan)
  if (windows.length > 0) return windows
  const needed = warmUp + train + validation + test
  throw new EngineError(
    'input-invalid',
    `the first window needs ${needed} sessions and there are ${sessions}; shorten its segments`,
  )
}

/**
 * The windows that fit between two sessions, of lengths that were checked; none if the first does
 * not. A validation segment may be empty.
 */
export function windowsWithin(
  { start: first, end }: Segment,
  {
    mode,
    train,
    validation,
    test,
    step,
    maxWindows = Number.POSITIVE_INFINITY,
  }: Omit<WalkForwardPlan, 'warmUp'>,
): readonly WalkForwardWindow[] {
  const windows: WalkForwardWindow[] = []
  for (let w = 0; w < maxWindows; w++) {
    const start = first + w * step
    const trained = start + train
    const validated = trained + validation
    if (validated + test > end) break
    windows.push({
      train: { start: mode === 'anchored' ? first : start, end: trained },
      validation: { start: trained, end: validated },
      test: { start: validated, end: validated + test },
    })
  }
  return windows
}

function checkPlan(plan: WalkForwardPlan): void {
  for (const name of ['train', 'validation', 'test', 'step', 'maxWindows'] as const) {
    const value = plan[name]
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue
    throw new EngineError(
      'input-invalid',
      `walk-forward ${name} of ${value}; give a whole number, at least 1`,
    )
  }
  if (Number.isInteger(plan.warmUp) && plan.warmUp >= 0) return
  throw new EngineError(
    'input-invalid',
    `walk-forward warm-up of ${plan.warmUp}; give a whole number, 0 or more`,
  )
}
