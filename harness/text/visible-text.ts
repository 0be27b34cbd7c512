import { replaceInvisible } from '../system/json-text.js'

/** A longer name is cut to this many characters. */
const NAME_LIMIT = 200

/**
 * Makes every character of a name visible: control characters, direction overrides, invisible
 * characters, line separators and unpaired surrogates become `\u{202e}`. So a name can neither
 * break a file nor look like another name.
 */
export function visibleText(text: string, limit = NAME_LIMIT): string {
  const shown = [...text.slice(0, 2 * limit + 2)].map(visibleLine)
  return shown.length > limit ? `${shown.slice(0, limit - 1).join('')}…` : shown.join('')
}

/** The same for a whole line, which is not cut. */
export function visibleLine(text: string): string {
  return replaceInvisible(text, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
