import { escapeInvisible } from '../system/json-text.js'

/** A word of only those characters that a shell does not interpret. */
const PLAIN = /^[\w@%+=:,./µ-]+$/

/**
 * An argument as it must be typed in a shell: in quotes if the shell would split it, and as `$'…'`
 * with escapes if it contains invisible characters.
 */
export function shellWord(argument: string): string {
  if (PLAIN.test(argument)) return argument
  const inOneLine = argument.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const escaped = escapeInvisible(inOneLine.replaceAll('\t', '\\t'))
  if (escaped === argument.replaceAll('\\', '\\\\')) return `'${argument.replaceAll("'", "'\\''")}'`
  return `$'${escaped.replaceAll("'", "\\'")}'`
}
