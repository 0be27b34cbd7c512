import type { Metric, Suite } from '../contract.js'
import type { Io } from '../io.js'
import type { ForkSettings } from './fork-run.js'

/**
 * Variables that every measured process inherits. All others are dropped, so that only a layer can
 * switch an optimization, and a setting of the shell cannot.
 */
const ALLOWED = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const

/**
 * The environment of a measured process: the same for all arms.
 *
 * @param passed further names, from the suite
 */
export function runEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  passed: Suite['passEnvironment'] = [],
): Record<string, string> {
  const inherited = [...ALLOWED, ...passed].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]]],
  )
  return { ...Object.fromEntries(inherited), TZ: 'UTC' }
}

/** What the measured processes of a command have in common. */
export function forkSettings(
  io: Pick<Io, 'env' | 'signal'>,
  { passEnvironment }: Pick<Suite, 'passEnvironment'>,
  limits: Pick<ForkSettings, 'nodeFlags' | 'timeoutMs'>,
): ForkSettings {
  return { env: runEnvironment(io.env, passEnvironment), ...limits, signal: io.signal }
}

/**
 * CPU time counts every thread of a process. With garbage collection and compilation on helper
 * threads it exceeds wall time, by a different amount in each arm. At smoke scale, the compiler
 * thread alone made the improvement in CPU time differ from that in wall time by five points (53 %
 * and 48 %).
 */
const ON_ONE_THREAD: readonly string[] = ['--single-threaded-gc', '--no-concurrent-recompilation']

/**
 * Everything on one thread, and a heap that grows by fixed steps. By default, V8 chooses the
 * growth of the heap by the time that collections take, so the peak depends on how busy the host
 * is.
 */
const DETERMINISTIC_MEMORY: readonly string[] = ['--single-threaded', '--predictable-gc-schedule']

/**
 * Flags of Node for a run of the memory probe: the flags of the measured runs and further flags
 * that make the peak reproducible.
 */
export function probeFlagsFor(nodeFlags: readonly string[]): string[] {
  return [...DETERMINISTIC_MEMORY, ...nodeFlags.filter((flag) => !ON_ONE_THREAD.includes(flag))]
}

/**
 * Flags of Node for every measured process. With `--expose-gc`, a process can collect garbage
 * before its heap is read.
 *
 * @param override the flags of `--node-options`, in place of the default for the metric
 */
export function nodeFlagsFor(metric: Metric, override?: readonly string[]): string[] {
  return [...new Set([...(override ?? (metric === 'cpu' ? ON_ONE_THREAD : [])), '--expose-gc'])]
}
