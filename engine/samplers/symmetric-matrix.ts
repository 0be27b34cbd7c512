import { oncePer } from '../once-per.js'

/** Rows of a square matrix. */
export type Matrix = readonly (readonly number[])[]

/** The eigenvalues of a symmetric matrix, and its eigenvectors as columns. */
export interface Eigen {
  readonly values: readonly number[]
  readonly vectors: Matrix
}

const MOST_SWEEPS = 60
const SMALLEST = 1e-30

/** The unit matrix of a size. */
export function unitMatrix(size: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => Number(i === j)),
  )
}

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, in no particular order. They are kept
 * with the matrix, which must not change afterwards.
 *
 * @source the cyclic Jacobi method: Golub & Van Loan, Matrix Computations, section 8.5
 */
export const eigenOf = oncePer((matrix: Matrix): Eigen => {
  const a = matrix.map((row) => [...row])
  const vectors = unitMatrix(a.length)
  for (let sweep = 0; sweep < MOST_SWEEPS && isMixed(a); sweep++)
    for (let p = 0; p < a.length; p++)
      for (let q = p + 1; q < a.length; q++) rotate(a, vectors, p, q)
  return { values: a.map((row, i) => row[i]!), vectors }
})

/** Whether there is something beside the diagonal. */
function isMixed(a: Matrix): boolean {
  let beside = 0
  let along = SMALLEST
  for (const [i, row] of a.entries())
    for (const [j, value] of row.entries()) {
      if (i === j) along += value * value
      else beside += value * value
    }
  return beside > SMALLEST * along
}

/** Turns the plane of two axes so that the element between them becomes 0. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const between = a[p]![q]!
  if (between === 0) return
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * between)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (const row of a) turn(row, p, q, c, s)
  const [rowP, rowQ] = [a[p]!, a[q]!]
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [rowP[k]!, rowQ[k]!]
    rowP[k] = c * x - s * y
    rowQ[k] = s * x + c * y
  }
  for (const row of vectors) turn(row, p, q, c, s)
}

function turn(row: number[], p: number, q: number, c: number, s: number): void {
  const [x, y] = [row[p]!, row[q]!]
  row[p] = c * x - s * y
  row[q] = s * x + c * y
}
