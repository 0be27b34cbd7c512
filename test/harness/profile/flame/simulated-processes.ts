import type {
  SampledArm,
  SignificantChanges,
} from '../../../../harness/profile/flame/significant-changes.js'
import type { Frame } from '../../../../harness/profile/fold/stacks.js'
import { excludesZero } from '../../../../harness/statistics/interval.js'
import { seededRandom } from '../../../../harness/statistics/random.js'
import { js, profileOf } from '../hostile-names.js'

/** A function of the simulated program, with its mean self time in one arm, ms per pass. */
export interface SimulatedFunction {
  readonly stack: readonly Frame[]
  readonly ms: number
  /** Standard deviation of its time between processes, a fraction. */
  readonly spread: number
}

/** How the processes of a simulated arm differ, and how they were sampled. */
export interface SimulatedHost {
  readonly processes: number
  /** Standard deviation of the speed of a process, a fraction: it applies to all functions. */
  readonly speed: number
  /** µs between two samples. */
  readonly intervalMicros: number
  readonly passes: number
}

/** Normal and Poisson numbers from a seeded stream. */
export function noiseFrom(seed: number) {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const poisson = (mean: number): number => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let count = 0
    for (let left = Math.exp(-mean), product = random(); product > left; product *= random())
      count += 1
    return count
  }
  /** A factor of mean 1. */
  const factor = (spread: number) => Math.exp(spread * normal() - (spread * spread) / 2)
  return { normal, poisson, factor }
}

/** A simulated arm, and the CPU of a pass in each of its processes, ms. */
export interface SimulatedArm extends SampledArm {
  readonly cpuMs: readonly number[]
}

/**
 * An arm that was profiled in several processes: each has a speed of its own, each function in it
 * a time of its own, and what is sampled of that time is Poisson.
 *
 * @param measured what its passes take on average, ms; by default, what they took in the processes
 */
export function simulateArm(
  functions: readonly SimulatedFunction[],
  { processes, speed, intervalMicros, passes }: SimulatedHost,
  { poisson, factor }: ReturnType<typeof noiseFrom>,
  measured?: number,
): SimulatedArm {
  const captured = Array.from({ length: processes }, () => {
    const pace = factor(speed)
    const times = functions.map(({ ms, spread }) => ms * pace * factor(spread))
    const counts = times.map((ms) => poisson((ms * 1000 * passes) / intervalMicros))
    const micros = counts.map((count) => count * intervalMicros)
    return {
      micros,
      profile: profileFrom(functions, micros),
      samples: counts.reduce((sum, count) => sum + count, 0),
      cpuMs: times.reduce((sum, ms) => sum + ms, 0),
    }
  })
  const together = profileFrom(
    functions,
    functions.map((_, index) => captured.reduce((sum, { micros }) => sum + micros[index]!, 0)),
  )
  const iterations =
    measured === undefined ? processes * passes : together.totalMicros / (measured * 1000)
  return {
    profile: together,
    iterations,
    processes: captured,
    cpuMs: captured.map(({ cpuMs }) => cpuMs),
  }
}

function profileFrom(functions: readonly SimulatedFunction[], micros: readonly number[]) {
  return profileOf(
    functions.flatMap(({ stack }, index) =>
      micros[index]! > 0 ? [[stack, micros[index]!] as const] : [],
    ),
  )
}

/**
 * A program of 36 functions in six modules, three calls deep. A few functions take most of the
 * time. Some of the smaller ones wait for the disk, so their time differs much between processes.
 */
export function simulatedProgram(): SimulatedFunction[] {
  const main = js('main', 'main.ts', 1)
  return Array.from({ length: 36 }, (_, index) => {
    const module = js(`run${index % 6}`, `m${index % 6}.ts`, 1)
    const step = js(`step${index % 18}`, `m${index % 6}.ts`, 10 + (index % 18))
    const leaf = js(`work${index}`, `m${index % 6}.ts`, 100 + index)
    return {
      stack: [main, module, step, leaf],
      ms: 30 / (index + 3),
      spread: index % 8 === 7 && index > 8 ? 0.3 : 0.04,
    }
  })
}

/** Names of the functions on nodes that are certain to have changed. */
export function changedNodes({ tree, ofNodes }: SignificantChanges): string[] {
  return [...ofNodes.keys()].flatMap((node) => {
    const interval = ofNodes[node]
    if (interval === undefined || !excludesZero(interval)) return []
    return node === 0 ? ['all'] : [tree.frames[tree.frame[node]!]!.name]
  })
}
