/**
 * Clips a text to a number of cells of a monospaced font, and marks the cut by `…`. Below three
 * cells the result is empty.
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

/** Spaces at which a line may break, that is, all except those between a number and its unit. */
const BREAKS = / (?!%|m?s\b|[KMGT]?i?B\b)/

/**
 * Breaks a text at spaces into lines of at most a number of cells, and clips words that are too
 * long.
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

/**
 * The most cells of a monospaced font that a text can take. A character that such fonts lack
 * counts as two cells.
 */
export function cellsOf(text: string): number {
  let cells = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    cells += /[\u0020-\u052f\u2000-\u206f\u2190-\u2193\u25b2\u25bc]/.test(character) ? 1 : 2
  }
  return cells
}
