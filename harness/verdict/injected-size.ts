import { mean } from 'simple-statistics'
import type { Arm } from '../contract.js'
import type { Round } from './rounds.js'

/**
 * The effect that injected work really had: the kernel is timed in the arm that has it. If that is
 * the candidate, the candidate is slower and the improvement negative.
 *
 * @param arm the arm with the injected work
 * @returns a fraction; undefined if a run does not state the time of its kernel
 */
export function realisedImprovement(rounds: readonly Round[], arm: Arm): number | undefined {
  const sizes = rounds.map(({ runs }) => {
    const { cpuMs = Number.NaN, injectedMs = Number.NaN } = runs[arm] ?? {}
    return arm === 'candidate' ? -injectedMs / (cpuMs - injectedMs) : injectedMs / cpuMs
  })
  const size = sizes.length === 0 ? Number.NaN : mean(sizes)
  return Number.isFinite(size) ? size : undefined
}
