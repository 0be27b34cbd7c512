import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { defined } from '../evidence/defined.js'
import type { Environment } from '../evidence/evidence.js'
import { PROC, readHostCpuTime, readPeakRssBytes, readRunQueueWaits } from '../system/proc.js'
import { readAllowedCpus } from './affinity.js'
import { readStartedProcesses } from './started-processes.js'

/**
 * Roots of the kernel's file systems. In a test, an empty directory stands for a host without
 * them.
 */
export interface HostRoots {
  readonly proc: string
  readonly sys: string
}

const HOST_ROOTS: HostRoots = { proc: PROC, sys: '/sys' }

/**
 * Reads the facts of the host. If the host does not report a fact, it is absent, and `fallbacks`
 * lists the measured values that are therefore missing and the consequence.
 *
 * @param nodeFlags flags of Node in every measured process
 */
export function readEnvironment(
  nodeFlags: readonly string[],
  roots: HostRoots = HOST_ROOTS,
): Environment {
  const processors = cpus()
  return defined({
    platform: `${process.platform} ${process.arch}`,
    kernel: `${type()} ${release()}`,
    cpuModel: processors[0]?.model.trim() || 'unknown',
    cpuCount: Math.max(1, processors.length),
    memoryBytes: totalmem(),
    node: process.versions.node,
    v8: process.versions.v8,
    nodeFlags: [...nodeFlags],
    governor: readLine(join(roots.sys, 'devices/system/cpu/cpu0/cpufreq/scaling_governor')),
    cpuQuota: readCpuQuota(roots.sys),
    memoryLimitBytes: readMemoryLimit(roots.sys),
    allowedCpus: readAllowedCpus(roots.proc),
    loadAverage: process.platform === 'win32' ? undefined : loadavg(),
    fallbacks: findFallbacks(roots.proc),
  })
}

function findFallbacks(proc: string): string[] {
  return [
    readPeakRssBytes(proc) === undefined &&
      `no peak resident set: ${proc}/self/status has no VmHWM; memory is not compared`,
    readRunQueueWaits(proc) === undefined &&
      `no run-queue wait: ${proc}/self/task/*/schedstat is missing`,
    readStartedProcesses(proc) === undefined &&
      `no count of processes a workload starts: ${proc}/self/stat is missing; those of spawnSync are not noticed`,
    readAllowedCpus(proc) === undefined &&
      'no binding to a CPU: taskset of util-linux is missing or not permitted; arms run in lock-step instead of co-scheduled',
    readHostCpuTime(proc) === undefined &&
      `no foreign load and steal: ${proc}/stat is missing; no pair is voided for them`,
  ].filter((fallback) => fallback !== false)
}

/** Number of CPUs that a control group (v2) allows, e.g. 1.5; absent if there is no limit. */
function readCpuQuota(sys: string): number | undefined {
  const [quota, period] = readLine(join(sys, 'fs/cgroup/cpu.max'))?.split(' ').map(Number) ?? []
  return quota !== undefined && period !== undefined && quota / period > 0
    ? quota / period
    : undefined
}

/** Bytes of memory that a control group (v2) allows; absent if there is no limit. */
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
