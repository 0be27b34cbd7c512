/**
 * A text in lines of at most so many characters: broken where its parts meet (three blanks), in
 * long parts between words. What has no blank stays whole, and so does an interval in brackets.
 *
 * @param width characters
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

/** A blank, unless the next bracket closes: then it stands inside. */
const BETWEEN_WORDS = / (?![^[]*\])/
