import { gaussLegendre, type Quadrature } from './gauss-legendre.js'
import { decreasingRoot, normalDensity, normalUpperQuantile, normalUpperTail } from './normal.js'

export type Spending = 'pocock' | 'obrien-fleming'

/** The critical value at one look of a group-sequential test. */
export interface Boundary {
  /** Pairs at this look. */
  readonly pairs: number
  /** Critical value for a normal statistic. */
  readonly z: number
  /** One-sided nominal level: the critical value for a t statistic is t⁻¹(1 − pNominal, df). */
  readonly pNominal: number
}

/** Points of the quadrature. */
const NODES = 400
let rule: Quadrature | undefined
const computed = new Map<string, readonly Boundary[]>()

/**
 * One-sided group-sequential boundaries: the total error over all looks at the growing data is
 * `alpha`.
 *
 * @param looks  pair counts, ascending; the information is taken to be proportional to them
 * @param alpha  one-sided error over all looks, in (0, 1)
 * @param spending how alpha is spread over the looks: `pocock` evenly, `obrien-fleming` late
 * @returns one boundary per look, accurate to 1e-10
 * @source Lan & DeMets 1983, Biometrika 70 (spending); Armitage, McPherson & Rowe 1969, JRSS A 132
 * (recursive integration); golden vectors from golden-stats.py (scipy)
 */
export function groupSequentialBoundaries(
  looks: readonly number[],
  alpha: number,
  spending: Spending = 'pocock',
): readonly Boundary[] {
  const key = `${spending} ${alpha} ${looks.join(' ')}`
  const boundaries = computed.get(key) ?? integrate(looks, alpha, spending)
  computed.set(key, boundaries)
  return boundaries
}

/** The part of alpha spent at information fraction t. */
function spent(t: number, alpha: number, spending: Spending): number {
  if (spending === 'pocock') return alpha * Math.log(1 + (Math.E - 1) * t)
  return 2 * normalUpperTail(normalUpperQuantile(alpha / 2) / Math.sqrt(t))
}

/** On a grid, the density of the score of those paths that have not crossed a boundary yet. */
interface Survivors {
  readonly grid: Float64Array
  /** Density × quadrature weight. */
  readonly mass: Float64Array
}

function integrate(looks: readonly number[], alpha: number, spending: Spending): Boundary[] {
  const total = looks.at(-1)!
  const boundaries: Boundary[] = []
  let survivors: Survivors | undefined
  let before = 0
  for (const pairs of looks) {
    const t = pairs / total
    const step = Math.sqrt(t - before)
    const increment =
      spent(t, alpha, spending) - (before === 0 ? 0 : spent(before, alpha, spending))
    const z =
      survivors === undefined
        ? normalUpperQuantile(increment)
        : crossing(survivors, increment, t, step)
    boundaries.push({ pairs, z, pNominal: normalUpperTail(z) })
    survivors = advance(survivors, z * Math.sqrt(t), step)
    before = t
  }
  return boundaries
}

/** The z at which the probability of a first crossing at information t equals the increment. */
function crossing({ grid, mass }: Survivors, increment: number, t: number, step: number): number {
  return decreasingRoot((z) => {
    let probability = 0
    for (let i = 0; i < NODES; i += 1)
      probability += mass[i]! * normalUpperTail((z * Math.sqrt(t) - grid[i]!) / step)
    return probability - increment
  })
}

function advance(survivors: Survivors | undefined, upper: number, step: number): Survivors {
  const lower = -9
  const half = (upper - lower) / 2
  rule ??= gaussLegendre(NODES)
  const grid = new Float64Array(NODES)
  const mass = new Float64Array(NODES)
  for (let i = 0; i < NODES; i += 1) {
    const x = half * rule.points[i]! + (upper + lower) / 2
    let density = 0
    if (survivors === undefined) density = normalDensity(x / step) / step
    else
      for (let j = 0; j < NODES; j += 1)
        density += (survivors.mass[j]! * normalDensity((x - survivors.grid[j]!) / step)) / step
    grid[i] = x
    mass[i] = density * half * rule.weights[i]!
  }
  return { grid, mass }
}
