import type { Metric } from '../contract.js'
import type { RunRecord } from '../evidence/run-record.js'
import type { HostCpuTime } from '../system/proc.js'
import { formatNumber, formatPercent } from '../text/format.js'

/** Load of the host during a run; empty if the host does not report it. */
export type HostLoad = Pick<RunRecord, 'foreignLoad' | 'stealShare'>

/** CPU time of the host at a moment of this process's clock. */
export interface HostMoment {
  readonly host: HostCpuTime | undefined
  readonly atMs: number
}

const MOST_STEAL = 0.05
const MOST_FOREIGN_CORES = 1.5
const MOST_WAIT = 0.25

/**
 * The load of the host between two moments.
 *
 * @param ownCpuMs CPU time of the measured process and those it started between the moments, ms
 */
export function hostLoadBetween(from: HostMoment, to: HostMoment, ownCpuMs: number): HostLoad {
  if (from.host === undefined || to.host === undefined) return {}
  const total = to.host.total - from.host.total
  const elapsedMs = to.atMs - from.atMs
  // The counters advance in ticks of 10 ms, so a very short section may not contain a tick.
  if (total <= 0 || elapsedMs <= 0) return {}
  const busyCores = ((to.host.busy - from.host.busy) / total) * to.host.cpus
  return {
    foreignLoad: Math.max(0, busyCores - ownCpuMs / elapsedMs),
    stealShare: Math.max(0, to.host.steal - from.host.steal) / total,
  }
}

/**
 * The reason why a run does not count; undefined if it counts. The reason depends only on the
 * covariates of the run and never on its times.
 */
export function voidReason(
  run: Pick<RunRecord, 'stealShare' | 'foreignLoad' | 'waitShare'>,
  metric: Metric,
): string | undefined {
  const { stealShare = 0, foreignLoad = 0, waitShare = 0 } = run
  if (stealShare > MOST_STEAL) return `steal ${formatPercent(stealShare, 0)}`
  if (metric === 'wall' && foreignLoad > MOST_FOREIGN_CORES)
    return `foreign load ${formatNumber(foreignLoad)} cores`
  if (metric === 'wall' && waitShare > MOST_WAIT) return `wait share ${formatPercent(waitShare, 0)}`
  return undefined
}
