import type { Arm } from '../contract.js'
import type { RoundName } from '../evidence/campaign-round.js'
import { seededRandom } from '../statistics/random.js'

const BLOCK = 4

/**
 * The order of the arms in one pair. With two arms, every block of four successive pairs contains
 * two AB and two BA in seeded random order. With three arms, the order in each pair is a seeded
 * permutation.
 *
 * The order depends only on the seed, the workload and the number of the pair, so that a resumed
 * evaluation continues the same schedule.
 *
 * @param pair number of the pair, from 1
 * @param arms in the order of the plan; two or three
 */
export function armOrder(
  seed: number,
  workload: string,
  pair: number,
  arms: readonly Arm[],
): readonly Arm[] {
  if (arms.length !== 2) return shuffled(arms, randomOf(`${seed}/${workload}/${pair}`))
  const block = Math.floor((pair - 1) / BLOCK)
  const swaps = shuffled([false, false, true, true], randomOf(`${seed}/${workload}/block ${block}`))
  return swaps[(pair - 1) % BLOCK] ? [...arms].reverse() : arms
}

/**
 * The CPU that the processes of a pair are bound to, drawn by the seed.
 *
 * @param cpus the CPUs they may run on, at least one
 */
export function cpuOf(
  seed: number,
  workload: string,
  pair: number,
  cpus: readonly number[],
): number {
  const drawn = randomOf(`${seed}/${workload}/${pair} cpu`)()
  return cpus[Math.floor(drawn * cpus.length)]!
}

/**
 * The order of the arms in one turn of a pair in lock-step: forwards and backwards alternately.
 *
 * @param turn from 0, warm-up included
 */
export function turnOrder<Item>(turn: number, order: readonly Item[]): readonly Item[] {
  return turn % 2 === 0 ? order : [...order].reverse()
}

/** The order of the arms in a pair of the memory probe: another schedule than that of the runs. */
export function probeOrder(
  seed: number,
  workload: string,
  pair: number,
  against: Arm,
): readonly Arm[] {
  return armOrder(seed, `${workload} memory probe`, pair, [against, 'candidate'])
}

/**
 * The start of a run as an ISO time that never goes back, although the clock of the host may be set
 * back while an evaluation runs.
 *
 * @param earliest start of the run before it, or creation of the plan
 */
export function notBefore(earliest: string, now: Date): string {
  return new Date(Math.max(Date.parse(earliest), now.getTime())).toISOString()
}

/** Places within a pair, in order. */
export const POSITIONS = ['first', 'second', 'third'] as const

/** Number of a workload's next pair; the numbers of voided and failed pairs are not used again. */
export function nextPair(
  lines: readonly { readonly workload: string; readonly pair: number }[],
  workload: string,
): number {
  return (
    1 + Math.max(0, ...lines.filter((line) => line.workload === workload).map(({ pair }) => pair))
  )
}

/**
 * Seeds for which equivalence is proven: the measured seed, and others derived from it.
 *
 * @param count number of seeds, ≥ 1
 */
export function equivalenceSeeds(seed: number, count: number): number[] {
  const random = randomOf(`${seed}/equivalence`)
  const seeds = new Set([seed])
  while (seeds.size < count) seeds.add(Math.floor(random() * 2 ** 31))
  return [...seeds]
}

/**
 * A set of seeds for the iterations of a defended run, all different.
 *
 * @param set    number of the set, from 0
 * @param length iterations of the run, warm-up included
 */
export function iterationSeeds(
  seed: number,
  workload: string,
  set: number,
  length: number,
): number[] {
  const random = randomOf(`${seed}/${workload}/iterations ${set}`)
  const seeds = new Set<number>()
  while (seeds.size < length) seeds.add(Math.floor(random() * 2 ** 31))
  return [...seeds]
}

/**
 * The seed of a summary, derived from the seed of its layers. It gives different data and a
 * different order from those that decided about the layers.
 */
export function freshSeed(seed: number): number {
  const random = randomOf(`${seed}/summary`)
  const first = Math.floor(random() * 2 ** 31)
  return first === seed ? Math.floor(random() * 2 ** 31) : first
}

/**
 * The seed of a round of a campaign. The confirmation has other data and another order than the
 * screening, and every candidate has its own.
 *
 * @param candidate number of the candidate, from 1
 */
export function campaignSeed(name: string, candidate: number, round: RoundName): number {
  const random = randomOf(`campaign ${name}/${candidate}`)
  const screening = Math.floor(random() * 2 ** 31)
  if (round === 'screening') return screening
  const confirmation = Math.floor(random() * 2 ** 31)
  return confirmation === screening ? (confirmation + 1) % 2 ** 31 : confirmation
}

/** Fisher–Yates. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const item = result[last] as Item
    result[last] = result[other] as Item
    result[other] = item
  }
  return result
}

/**
 * Uniform numbers in [0, 1), seeded by the FNV-1a hash of a text.
 *
 * @source FNV-1a, draft-eastlake-fnv
 */
function randomOf(text: string): () => number {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return seededRandom(hash)
}
