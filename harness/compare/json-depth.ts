import { InvalidEvidenceError } from '../errors.js'

/** Most levels of arrays and objects. Exports have fewer than ten. */
const DEEPEST = 100

const [QUOTE, BACKSLASH, OPEN, CLOSE, BEGIN, END] = Array.from('"\\[]{}', (sign) =>
  sign.charCodeAt(0),
)

/**
 * Checks that JSON, valid or not, is not nested so deeply that reading it would exhaust the stack.
 *
 * @param path as the user gave it, for the message
 * @throws {InvalidEvidenceError} it has more than 100 levels
 */
export function checkDepth(text: string, path: string): void {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (sign === QUOTE) at = endOfText(text, at)
    else if (sign === CLOSE || sign === END) depth -= 1
    else if (sign === OPEN || sign === BEGIN) depth += 1
    if (depth > DEEPEST)
      throw new InvalidEvidenceError(
        `${path} nests arrays or objects in more than ${DEEPEST} levels; give an array of numbers, or an export that compare can read`,
      )
  }
}

/** The place of the quote that closes the quote at a given place. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (sign === BACKSLASH) at += 1
    else if (sign === QUOTE) return at
  }
  return text.length
}
