import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../evidence/evidence.js'
import { PROC, readHostCpuTime, readPeakRssBytes, readRunQueueWaits } from '../system/proc.js'
import { readStartedProcesses } from './started-processes.js'

/**
 * Roots of the kernel's file systems; empty directories in tests stand for hosts that have none.
 */
export interface HostRoots {
  readonly proc: string
  readonly sys: string
}

const HOST_ROOTS: HostRoots = { proc: PROC, sys: '/sys' }

/**
 * The host as the runs will find it. What it does not tell is absent, and where a measured value is
 * missing for it, `fallbacks` says so.
 *
 * @param nodeFlags flags of Node in every measured process
 */
export function readEnvironment(
  nodeFlags: readonly string[],
  roots: HostRoots = HOST_ROOTS,
): Environment {
  const processors = cpus()
  const governor = readLine(join(roots.sys, 'devices/system/cpu/cpu0/cpufreq/scaling_governor'))
  const cpuQuota = readCpuQuota(roots.sys)
  const memoryLimitBytes = readMemoryLimit(roots.sys)
  return {
    platform: `${process.platform} ${process.arch}`,
    kernel: `${type()} ${release()}`,
    cpuModel: processors[0]?.model.trim() || 'unknown',
    cpuCount: Math.max(1, processors.length),
    memoryBytes: totalmem(),
    node: process.versions.node,
    v8: process.versions.v8,
    nodeFlags: [...nodeFlags],
    ...(governor !== undefined && { governor }),
    ...(cpuQuota !== undefined && { cpuQuota }),
    ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
    ...(process.platform !== 'win32' && { loadAverage: loadavg() }),
    fallbacks: findFallbacks(roots.proc),
  }
}

function findFallbacks(proc: string): string[] {
  return [
    readPeakRssBytes(proc) === undefined &&
      `no peak resident set: ${proc}/self/status does not tell VmHWM; memory is not compared`,
    readRunQueueWaits(proc) === undefined &&
      `no run-queue wait: ${proc}/self/task/*/schedstat does not tell it`,
    readStartedProcesses(proc) === undefined &&
      `no account of processes a workload starts: ${proc}/self/stat does not tell it; those of spawnSync are not seen`,
    readHostCpuTime(proc) === undefined &&
      `no foreign load and steal: ${proc}/stat does not tell them; no pair is voided for them`,
  ].filter((fallback) => fallback !== false)
}

/** CPUs a control group (v2) allows, e.g. 1.5; absent where there is no limit. */
function readCpuQuota(sys: string): number | undefined {
  const [quota, period] = readLine(join(sys, 'fs/cgroup/cpu.max'))?.split(' ').map(Number) ?? []
  return quota !== undefined && period !== undefined && quota / period > 0
    ? quota / period
    : undefined
}

function readMemoryLimit(sys: string): number | undefined {
  const limit = Number(readLine(join(sys, 'fs/cgroup/memory.max')))
  return limit > 0 ? limit : undefined
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
