import type { Criterion } from '../contract.js'
import { InputError } from '../errors.js'

/** Names that can be given instead of a limit. */
export type ThresholdPreset = 'default' | 'strict' | 'lenient'

const THRESHOLD_PRESETS: readonly ThresholdPreset[] = ['default', 'strict', 'lenient']

/** The slowdown that fails a gate or a comparison: half the usual one, the usual one, twice. */
export const SLOWDOWN_PRESETS: Readonly<Record<ThresholdPreset, number>> = {
  default: 0.1,
  strict: 0.05,
  lenient: 0.2,
}

/** Whether a text names a preset. */
export function isThresholdPreset(text: string): text is ThresholdPreset {
  return (THRESHOLD_PRESETS as readonly string[]).includes(text)
}

/**
 * A layer's criterion under a preset: `default` leaves it as it is; `strict` requires twice the
 * improvement, or tolerates half the slowdown or difference; `lenient` is the reverse.
 *
 * @throws {InputError} a budget, whose limit is in a unit of its own; the limit would reach 100 %
 */
export function withPreset(criterion: Criterion, preset: ThresholdPreset): Criterion {
  if (preset === 'default') return criterion
  if (criterion.kind === 'budget')
    throw new InputError(
      `--threshold ${preset}: the limit of a budget is a number in its own unit; give it, e.g. 50`,
    )
  const factor = preset === 'strict' ? 2 : 0.5
  if (criterion.kind === 'improvement') {
    const atLeast = criterion.atLeast * factor
    if (atLeast < 1) return { ...criterion, atLeast }
    throw new InputError(
      `--threshold ${preset}: twice the layer's own improvement is 100 % or more; give a number, e.g. 60%`,
    )
  }
  if ('within' in criterion) return { ...criterion, within: criterion.within / factor }
  return { ...criterion, atMost: criterion.atMost / factor }
}
