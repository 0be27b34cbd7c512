import { visibleText } from '../text/escape-xml.js'

/**
 * A copy of a value in which every text shows what it holds: control characters, direction
 * overrides and invisible characters are written out, so that no name can turn a line around or
 * hide in it. Keys, which may be names too, likewise.
 */
export function visibleValues<Value>(value: Value): Value {
  return copy(value) as Value
}

/**
 * Longer than any text that belongs on a page; names are cut further where they stand in tables.
 */
const TEXT_LIMIT = 4000

function copy(value: unknown): unknown {
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [shown(key), copy(entry)]))
}

/** Breaks of lines and tabs are what they look like. */
function shown(text: string): string {
  return visibleText(text.replace(/[\s\u2028\u2029]+/g, ' '), TEXT_LIMIT)
}
