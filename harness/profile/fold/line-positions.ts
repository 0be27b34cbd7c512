/** A place in a text; line and column count from 0. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/**
 * Finds the line and column of an offset.
 *
 * @param starts offset of the first character of each line, ascending from 0
 */
export function linePositions(starts: readonly number[]): (offset: number) => TextPosition {
  return (offset) => {
    let low = 0
    let high = starts.length
    while (low + 1 < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return { line: low, column: offset - starts[low]! }
  }
}
