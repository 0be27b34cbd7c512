/**
 * Invisible characters, which can change how the text around them is shown: controls, direction
 * overrides and other formats, line separators, unpaired surrogates. Emoji and some scripts need
 * the zero-width joiner, so it is not among them.
 */
const INVISIBLE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu
const ONLY_PRINTABLE_ASCII = /^[\n\t\x20-\x7e]*$/

/**
 * Writes invisible characters as `\u202e`, which JSON reads as the same character. Line ends and
 * tabs stay.
 */
export function escapeInvisible(text: string): string {
  if (ONLY_PRINTABLE_ASCII.test(text)) return text
  return text.replace(INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : unitsOf(character),
  )
}

/** Replaces each invisible character, line ends and tabs too. */
export function replaceInvisible(text: string, replace: (character: string) => string): string {
  return text.replace(INVISIBLE, replace)
}

/** A value as JSON in which no character is invisible. */
export function jsonText(value: unknown, indent?: number): string {
  return escapeInvisible(JSON.stringify(value, null, indent))
}

function unitsOf(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
}
