import type { PairDesign } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import { drawCpu } from '../../measurement/affinity.js'
import { turnOrder } from '../../measurement/schedule.js'
import {
  type ArmStack,
  type Captured,
  capture,
  captureTogether,
  type ProfiledWork,
  type ProfileRequest,
} from './profiled-process.js'

/** What the processes of a round do. */
export interface RoundWork extends ProfiledWork {
  /** For the progress, `CPU time`. */
  readonly name: string
}

/**
 * Profiles all arms in rounds, with one process per arm in each. The processes of a round run as a
 * measured pair does: at the same time on one CPU, or one directly after the other. The order of
 * the arms is that given and backwards by turns.
 *
 * @returns for each arm, its processes in the order of the rounds
 * @throws {InvalidEvidenceError} a process failed
 */
export async function captureRounds(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  rounds: number,
  work: RoundWork,
): Promise<readonly (readonly Captured[])[]> {
  const captured: Captured[][] = arms.map(() => [])
  for (let round = 1; round <= rounds; round++) {
    const order = orderOf(arms, round)
    const results = await captureRound(
      request,
      order.map((index) => arms[index]!),
      round,
      { ...work, name: rounds === 1 ? work.name : `${work.name}, round ${round} of ${rounds}` },
    )
    for (const [place, index] of order.entries()) captured[index]!.push(results[place]!)
  }
  return captured
}

/**
 * The order of the arms in a round: ABBA over two rounds.
 *
 * @param round from 1
 * @returns indexes of arms
 */
export function orderOf(arms: readonly unknown[], round: number): readonly number[] {
  return turnOrder(round - 1, [...arms.keys()])
}

async function captureRound(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  round: number,
  work: RoundWork,
): Promise<Captured[]> {
  const { workload, seed } = request
  const say = (who: string) => request.phase(`profiling ${workload.id}, ${who}: ${work.name}`)
  const design = designOf(request)
  if (design === 'adjacent' || arms.length === 1) {
    const captured: Captured[] = []
    for (const arm of arms) {
      say(arm.arm)
      captured.push(await capture(request, arm, work))
    }
    return captured
  }
  say(arms.map(({ arm }) => arm).join(' and '))
  const cpu = drawCpu(seed, workload.id, round)
  return await captureTogether(request, arms, work, defined({ design, cpu }))
}

/** That of the measured pairs. Without any, only a workload of several threads runs alone. */
function designOf({ measured, workload }: ProfileRequest): PairDesign {
  return measured?.design ?? (workload.parallel === true ? 'adjacent' : 'lock-step')
}
