/**
 * Breaks a text into lines, between its parts, which are separated by three blanks, and between
 * the words of a part that is too long. Words and intervals in brackets are never broken.
 *
 * @param width characters per line, at most
 */
export function foldLines(text: string, width: number): string[] {
  const lines = ['']
  const add = (piece: string, gap: string) => {
    const line = lines.at(-1)!
    if (line !== '' && line.length + gap.length + piece.length > width) lines.push(piece)
    else lines[lines.length - 1] = line === '' ? piece : `${line}${gap}${piece}`
  }
  for (const part of text.split('   ')) {
    if (part.length <= width) add(part, '   ')
    else
      for (const [index, word] of part.split(BETWEEN_WORDS).entries())
        add(word, index === 0 ? '   ' : ' ')
  }
  return lines
}

/** A blank outside brackets. */
const BETWEEN_WORDS = / (?![^[]*\])/
