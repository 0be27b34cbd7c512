import { DegenerateSampleError } from '../statistics/sample.js'

/** Called with the name of a statistic that does not exist for these values, and the reason. */
export type OnAbsent = (key: string, reason: string) => void

/**
 * A statistic under its name, or an empty object if it does not exist for these values; never NaN
 * or infinite. For statistics that the verdict does not use.
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
      onAbsent(key, 'the result exceeds the range of double-precision numbers')
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
