/** A longer name is cut to so many characters. */
const NAME_LIMIT = 200

/**
 * Makes every character of a name visible: control characters, direction overrides, invisible
 * characters, line separators and unpaired surrogates become `\u{202e}`. So a name can neither
 * break a file nor look like another name.
 */
export function visibleText(text: string, limit = NAME_LIMIT): string {
  const shown = [...text.slice(0, 2 * limit + 2)].map(visible)
  return shown.length > limit ? `${shown.slice(0, limit - 1).join('')}…` : shown.join('')
}

function visible(character: string): string {
  // Emoji and some scripts need the zero-width joiner, the only invisible character that is kept.
  const isHarmless =
    character === '\u200d' || !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u.test(character)
  return isHarmless ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`
}
