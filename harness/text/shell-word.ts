import { escapeInvisible } from '../system/json-text.js'

/** Characters of a word that a shell takes as they are. */
const PLAIN = /^[\w@%+=:,./µ-]+$/

/**
 * An argument as it must be typed: in quotes if a shell would take it apart, and as `$'…'` with
 * escapes if it holds characters that are not seen.
 */
export function shellWord(argument: string): string {
  if (PLAIN.test(argument)) return argument
  const inOneLine = argument.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const escaped = escapeInvisible(inOneLine.replaceAll('\t', '\\t'))
  if (escaped === argument.replaceAll('\\', '\\\\')) return `'${argument.replaceAll("'", "'\\''")}'`
  return `$'${escaped.replaceAll("'", "\\'")}'`
}
