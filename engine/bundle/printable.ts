const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/**
 * Text of a user's file for a message: control characters, marks of direction and invisible
 * characters are written as escapes, so that a file cannot write to the terminal.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`
  })
}

/** Text of a user's file as a short quotation: at most 40 characters, printable. */
export function quoted(text: string): string {
  return `'${printable(text.length > 40 ? `${text.slice(0, 40)}…` : text)}'`
}
