/** The true changes that are measured, signed improvements. */
export const INTERFERENCE_SIZES: readonly number[] = [
  0.5, 0.2, 0.12, 0.1, 0.08, 0.05, 0.03, 0.02, 0.01, 0, -0.01, -0.02, -0.03, -0.05, -0.08, -0.1,
  -0.12, -0.2, -0.5,
]

/** The layer that makes a change: `faster-10`, `slower-3`. */
export function layerOf(change: number): string {
  return `${change > 0 ? 'faster' : 'slower'}-${Math.round(100 * Math.abs(change))}`
}
