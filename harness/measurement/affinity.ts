import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InvalidEvidenceError, messageOf } from '../errors.js'
import { listNames, PROC, readText } from '../system/proc.js'
import { cpuOf } from './schedule.js'

/** Binds processes to one CPU, by `taskset` of util-linux: Node itself cannot. */
const TASKSET = 'taskset'
const TIMEOUT_MS = 10_000

/** By the root of the proc file system, because finding out starts a process. */
const found = new Map<string, string | undefined>()

/**
 * The CPUs that this process may run on as the kernel lists them, `0-3,6`; absent if a process
 * cannot be bound to one of them. Found out once.
 */
export function readAllowedCpus(proc: string = PROC): string | undefined {
  if (!found.has(proc)) found.set(proc, findAllowedCpus(proc))
  return found.get(proc)
}

function findAllowedCpus(proc: string): string | undefined {
  const listed = allowedCpusOf(join(proc, 'self', 'status'))
  if (listed === undefined) return undefined
  const [first] = parseCpuList(listed)
  const { status } = spawnSync(TASKSET, ['-c', String(first), 'true'], { timeout: TIMEOUT_MS })
  return status === 0 ? listed : undefined
}

/** The CPUs that processes can be bound to; none if they cannot be. */
export function bindableCpus(): readonly number[] {
  const listed = readAllowedCpus()
  return listed === undefined ? [] : parseCpuList(listed)
}

/**
 * The CPU that the processes of a pair are bound to, drawn by the seed; undefined if they cannot be
 * bound.
 */
export function drawCpu(seed: number, workload: string, pair: number): number | undefined {
  const cpus = bindableCpus()
  return cpus.length === 0 ? undefined : cpuOf(seed, workload, pair, cpus)
}

/** The CPUs of a list of the kernel: `0-3,6` is 0, 1, 2, 3 and 6. */
function parseCpuList(listed: string): number[] {
  return listed.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/**
 * Binds every thread of a process to one CPU. Threads that it starts later inherit that.
 *
 * @throws {InvalidEvidenceError} the process, or a thread of it, could not be bound
 */
export async function bindToCpu(pid: number, cpu: number, proc: string = PROC): Promise<void> {
  const refused = (why: string) =>
    new InvalidEvidenceError(
      `could not be bound to CPU ${cpu}: ${why}; measure with --design adjacent`,
    )
  try {
    await promisify(execFile)(TASKSET, ['-a', '-p', '-c', String(cpu), String(pid)], {
      timeout: TIMEOUT_MS,
    })
  } catch (cause) {
    throw refused(messageOf(cause).trim())
  }
  const tasks = join(proc, String(pid), 'task')
  const free = listNames(tasks).find(
    (task) => allowedCpusOf(join(tasks, task, 'status')) !== String(cpu),
  )
  if (free !== undefined) throw refused(`its thread ${free} may still run on others`)
}

function allowedCpusOf(status: string): string | undefined {
  return /^Cpus_allowed_list:\s+([\d,-]+)$/m.exec(readText(status) ?? '')?.[1]
}
