import { DegenerateSampleError } from '../statistics/sample.js'

/** Is told which statistic does not exist for these values, and why. */
export type OnAbsent = (key: string, reason: string) => void

/**
 * A statistic under its name, or nothing where it does not exist for these values: absent is
 * absent, never zero, NaN or infinite. None of the statistics made this way decides anything.
 */
export function present<Key extends string, Value>(
  key: Key,
  compute: () => Value,
  onAbsent: OnAbsent = () => {},
): { [Name in Key]?: NonNullable<Value> } {
  try {
    const value = compute()
    if (value === undefined || value === null) onAbsent(key, 'the values do not vary')
    else if (!allFinite(value))
      onAbsent(key, 'the result lies beyond the range of double-precision numbers')
    else return { [key]: value } as { [Name in Key]?: NonNullable<Value> }
  } catch (error) {
    if (!(error instanceof DegenerateSampleError)) throw error
    onAbsent(key, error.message)
  }
  return {}
}

function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite)
}
