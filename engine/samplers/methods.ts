import { EngineError } from '../errors.js'
import type { ParameterSpace } from '../search/parameter-space.js'
import { checkChoice } from '../simulation/choice.js'
import { bohb } from './bohb.js'
import { cmaEs } from './cma-es.js'
import { differentialEvolution } from './differential-evolution.js'
import { grid } from './grid.js'
import { hyperband } from './hyperband.js'
import { dimensionsText, type Method } from './method.js'
import { quasiRandom } from './quasi-random.js'
import { random } from './random.js'
import type { FidelityOptions, Sampler, SamplerOptions, SamplerState } from './sampler.js'
import { successiveHalving } from './successive-halving.js'
import { tpe } from './tpe.js'

/** Every method of search, by name. */
const BY_NAME = {
  grid,
  random,
  'quasi-random': quasiRandom,
  tpe,
  'cma-es': cmaEs,
  'differential-evolution': differentialEvolution,
  'successive-halving': successiveHalving,
  hyperband,
  bohb,
} as const satisfies Readonly<Record<string, Method>>

export type MethodName = keyof typeof BY_NAME

/** The names of all methods of search. */
export const METHODS: readonly MethodName[] = Object.keys(BY_NAME) as MethodName[]

/**
 * A sampler at its start.
 *
 * @throws {EngineError} `input-invalid`: an unknown method, a seed that is not a whole number from
 * 0 to 2^53 − 1, or a fidelity out of range
 */
export function makeSampler(
  space: ParameterSpace,
  method: MethodName,
  options: SamplerOptions = {},
): Sampler {
  checkChoice('method', method, METHODS)
  checkSeed(options.seed ?? 1)
  checkFidelity(options.fidelity ?? {})
  return BY_NAME[method].start(method, space, options)
}

/**
 * A sampler that continues from a state.
 *
 * @param space  that of the saved sampler, with the same constraints
 * @throws {EngineError} `input-invalid`: an unknown method, or a space with other dimensions
 */
export function restoreSampler(space: ParameterSpace, state: SamplerState): Sampler {
  checkChoice('method', state.method, METHODS)
  if (state.dimensions !== dimensionsText(space))
    throw new EngineError(
      'input-invalid',
      `the saved ${state.method} sampler has dimensions ${state.dimensions}, and the space ${dimensionsText(space)}; restore it with its own space`,
    )
  return BY_NAME[state.method as MethodName].restore(space, state)
}

function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return
  throw new EngineError('input-invalid', `seed ${seed}; give a whole number from 0 to 2^53 − 1`)
}

function checkFidelity({ least = 1, reduction = 2 }: FidelityOptions): void {
  if (!(least > 0 && least <= 1))
    throw new EngineError('input-invalid', `least fidelity ${least}; give a share in (0, 1]`)
  if (!(reduction >= 2 && Number.isFinite(reduction)))
    throw new EngineError('input-invalid', `reduction ${reduction}; give a number, at least 2`)
}
