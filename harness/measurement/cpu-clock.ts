import { readCpuUsage } from '../system/primordials.js'

/**
 * CPU time of this process between two readings of `process.cpuUsage`, user + system, all threads,
 * ms.
 *
 * @param to now, if absent
 */
export function cpuMsBetween(from: NodeJS.CpuUsage, to: NodeJS.CpuUsage = readCpuUsage()): number {
  return (to.user + to.system - from.user - from.system) / 1000
}
