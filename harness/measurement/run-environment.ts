import type { Metric, Suite } from '../contract.js'

/**
 * Variables every measured process inherits; all others are dropped, so that only a layer and never
 * a shell switches an optimization.
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

/**
 * CPU time counts every thread of a process. Garbage collection and compilation on helper threads
 * make it exceed wall time, and not equally in both arms: at smoke scale the compiler thread alone
 * set the results by the two metrics five points apart (53 % against 48 %).
 */
const ON_ONE_THREAD: readonly string[] = ['--single-threaded-gc', '--no-concurrent-recompilation']

/**
 * Everything on one thread, and a heap that grows by fixed steps. By default V8 lets the heap grow
 * by how long its collections take, so that the peak depends on how busy the host is.
 */
const DETERMINISTIC_MEMORY: readonly string[] = ['--single-threaded', '--predictable-gc-schedule']

/**
 * Flags of Node for a run of the memory probe: those of the measured runs, and those that make its
 * peak reproducible.
 */
export function probeFlagsFor(nodeFlags: readonly string[]): string[] {
  return [...DETERMINISTIC_MEMORY, ...nodeFlags.filter((flag) => !ON_ONE_THREAD.includes(flag))]
}

/**
 * Flags of Node for every measured process; `--expose-gc` lets it collect garbage before its heap
 * is read.
 *
 * @param override the flags of `--node-options`, in place of the default for the metric
 */
export function nodeFlagsFor(metric: Metric, override?: readonly string[]): string[] {
  return [...new Set([...(override ?? (metric === 'cpu' ? ON_ONE_THREAD : [])), '--expose-gc'])]
}
