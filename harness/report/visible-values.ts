import { visibleText } from '../text/visible-text.js'

/**
 * A copy of a value with visible texts: control characters, direction overrides and invisible
 * characters are written out, so that a name cannot reverse or hide part of a line. Keys are
 * changed too, because they may be names.
 */
export function visibleValues<Value>(value: Value): Value {
  return copy(value) as Value
}

/**
 * Longer texts are cut. All texts of a page are shorter, and names in tables are cut earlier
 * (`shortName`).
 */
const TEXT_LIMIT = 4000

function copy(value: unknown): unknown {
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [shown(key), copy(entry)]))
}

/** Line breaks and tabs become spaces, as in HTML. */
function shown(text: string): string {
  return visibleText(text.replace(/[\s\u2028\u2029]+/g, ' '), TEXT_LIMIT)
}
