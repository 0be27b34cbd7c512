import type { Metric, Suite } from '../contract.js'

/**
 * What every measured process inherits from our environment; nothing else passes. An optimization
 * is switched by its layer, never by a shell.
 */
const ALLOWED = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const

/**
 * The environment of a measured process: the same for all arms.
 *
 * @param passed names the suite asks for besides
 */
export function runEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  passed: Suite['passEnvironment'] = [],
): Record<string, string> {
  const kept = [...ALLOWED, ...passed].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]]],
  )
  return { ...Object.fromEntries(kept), TZ: 'UTC' }
}

/**
 * CPU time counts every thread of a process. Collecting and compiling on helper threads would make
 * it exceed wall time, and unlike in both arms: at smoke scale the compiler's thread alone set the
 * two clocks five points apart (53 % against 48 %).
 */
const ON_ONE_THREAD: readonly string[] = ['--single-threaded-gc', '--no-concurrent-recompilation']

/**
 * Everything on one thread, and a heap that grows by fixed steps: by default V8 times its
 * collections to decide how far the heap may grow, so that a busy host sees another peak than a
 * quiet one.
 */
const DETERMINISTIC_MEMORY: readonly string[] = ['--single-threaded', '--predictable-gc-schedule']

/**
 * Flags of Node for a run of the memory probe: those of the measured runs, with what keeps its peak
 * from being a matter of luck.
 */
export function probeFlagsFor(nodeFlags: readonly string[]): string[] {
  return [...DETERMINISTIC_MEMORY, ...nodeFlags.filter((flag) => !ON_ONE_THREAD.includes(flag))]
}

/**
 * Flags of Node for every measured process; `--expose-gc` lets it collect before its heap is read.
 *
 * @param override what `--node-options` gave, in place of the default for the metric
 */
export function nodeFlagsFor(metric: Metric, override?: readonly string[]): string[] {
  return [...new Set([...(override ?? (metric === 'cpu' ? ON_ONE_THREAD : [])), '--expose-gc'])]
}
