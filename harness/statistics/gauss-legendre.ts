/** Points and weights of a quadrature rule on [−1, 1]. */
export interface Quadrature {
  readonly points: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Gauss–Legendre quadrature with n points: exact for polynomials up to degree 2n − 1.
 *
 * @source Abramowitz & Stegun 1964, 25.4.29; roots of Pₙ by Newton's method from Tricomi's
 * approximation
 */
export function gaussLegendre(n: number): Quadrature {
  const nodes = Array.from({ length: n }, (_, index) => node(n, index))
  return { points: nodes.map(({ point }) => point), weights: nodes.map(({ weight }) => weight) }
}

function node(n: number, index: number): { point: number; weight: number } {
  let x = -Math.cos((Math.PI * (index + 0.75)) / (n + 0.5))
  let slope = 1
  for (let step = 0; step < 8; step += 1) {
    const { value, derivative } = legendre(n, x)
    slope = derivative
    x -= value / derivative
  }
  return { point: x, weight: 2 / ((1 - x * x) * slope * slope) }
}

/** Pₙ(x) and Pₙ′(x) by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; derivative: number } {
  let before = 1
  let value = x
  for (let k = 2; k <= n; k += 1)
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
  return { value, derivative: (n * (x * value - before)) / (x * x - 1) }
}
