/** Characters of a name that are kept; the rest of a longer one says nothing more. */
const NAME_LIMIT = 200

/**
 * A name as it can be shown anywhere: control characters, direction overrides, invisible
 * characters, line separators and halves of characters are written out (`\u{202e}`), so that they
 * neither break a file nor hide what a name is. Cut to 200 characters.
 */
export function visibleText(text: string, limit = NAME_LIMIT): string {
  const shown = [...text.slice(0, 2 * limit + 2)].map(visible)
  return shown.length > limit ? `${shown.slice(0, limit - 1).join('')}…` : shown.join('')
}

function visible(character: string): string {
  // The joiner of emoji and of some scripts is the one invisible character that belongs to a text.
  const isHarmless =
    character === '\u200d' || !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u.test(character)
  return isHarmless ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`
}

/** Text inside an element or a quoted attribute of XML and HTML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * The beginning of a text that fits into so many cells of a monospaced font, with `…` where it was
 * cut; nothing where fewer than three fit.
 *
 * Scripts a monospaced font lacks come from another one: they are taken to be two cells wide, which
 * is more than they are.
 */
export function clipText(text: string, cells: number): string {
  if (cells < 3) return ''
  if (cellsOf(text) <= cells) return text
  let used = 0
  let clipped = ''
  for (const character of text) {
    used += cellsOf(character)
    if (used > cells - 1) break
    clipped += character
  }
  return `${clipped}…`
}

/** A number and its unit stay together. */
const BREAKS = / (?!%|m?s\b|[KMGT]?i?B\b)/

/**
 * Lines of at most so many cells, broken at spaces where there are any; the last one is clipped.
 */
export function wrapText(text: string, cells: number, lineLimit: number): string[] {
  const lines = ['']
  for (const word of text.split(BREAKS).filter((part) => part !== '')) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (cellsOf(last) + 1 + cellsOf(word) <= cells) lines[lines.length - 1] = `${last} ${word}`
    else if (lines.length < lineLimit) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => clipText(line, cells))
}

/** How many cells of a monospaced font a text takes, at most. */
export function cellsOf(text: string): number {
  let cells = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    cells += /[\u0020-\u052f\u2000-\u206f\u2190-\u2193\u25b2\u25bc]/.test(character) ? 1 : 2
  }
  return cells
}
