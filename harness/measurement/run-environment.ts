import type { Metric, Suite } from '../contract.js'

/** What every measured process inherits from our environment; nothing else passes. An optimization is switched by its layer, never by a shell. */
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
  const kept = [...ALLOWED, ...passed].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  return { ...Object.fromEntries(kept), TZ: 'UTC' }
}

/**
 * Flags of Node for every measured process. `cpuUsage` counts the threads that help the garbage collector, so a CPU metric needs it on one
 * thread; `--expose-gc` lets the process collect before its heap is read.
 *
 * @param override what `--node-options` gave, in place of the default for the metric
 */
export function nodeFlagsFor(metric: Metric, override?: readonly string[]): string[] {
  return [...new Set([...(override ?? (metric === 'cpu' ? ['--single-threaded-gc'] : [])), '--expose-gc'])]
}
