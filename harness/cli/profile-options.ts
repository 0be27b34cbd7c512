import type { Command } from 'commander'
import { PROFILE_TOOLS } from '../profile/tools/tool-table.js'
import { DEFAULTS } from './evaluate-options.js'

/** In place of the name of a scenario: every one. */
export const ALL = 'all'
/** The page that consolidates all scenarios. */
export const BOTTLENECKS = 'BOTTLENECKS.md'

const PROFILE_DEFAULTS = { interval: '250', duration: '4' } as const

/** Adds arguments, options and help of `profile` to a command. */
export function describeProfile(command: Command): Command {
  const collect = (id: string, ids: readonly string[] = []) => [...ids, id]
  return command
    .description('find out where the time goes: profiles, flame graphs, hot spots; no verdict')
    .argument('<layer>', 'a layer, profiled beside the pure baseline; or baseline alone')
    .option(
      '--scenario <id>',
      `a workload, or a scenario that is only profiled; repeatable; ${ALL}: every one, and ${BOTTLENECKS}`,
      collect,
    )
    .option(
      '--tool <name>',
      `pages of another profiler in place of ours: ${PROFILE_TOOLS.map(({ id }) => id).join(', ')}`,
    )
    .option('--scale <name>', 'smoke, standard or production', DEFAULTS.scale)
    .option('--seed <int>', 'seed of the data', DEFAULTS.seed)
    .option('--interval <µs>', 'time between two samples', PROFILE_DEFAULTS.interval)
    .option(
      '--duration <seconds>',
      'CPU to spend under the clock, each CPU profiler or the tool, about',
      PROFILE_DEFAULTS.duration,
    )
    .option(
      '--incumbent <layers>',
      'none, or layers separated by commas (default: accepted layers before this one)',
    )
    .option('--timeout <seconds>', 'a process that takes longer is killed', DEFAULTS.timeout)
    .option(
      '--json',
      'hot spots, or with --tool the pages, as one JSON document on stdout, everything else on stderr',
    )
    .option('--out <dir>', 'profiles are written below its profiling-results/', DEFAULTS.out)
    .option('--suite <module>', "another project's suite: a compiled module that exports suite")
    .addHelpText(
      'after',
      `
Examples:
  assay profile baseline                         where the time of the pure baseline goes, on every workload
  assay profile layer1                           baseline and candidate, and what the gain consists of
  assay profile layer1 --scenario grid-search --interval 100
  assay profile layer1 --scenario all            the whole matrix, and ${BOTTLENECKS}
  assay profile layer1 --tool clinic-flame       what clinic has to say; installed on first use

What is written, to profiling-results/profile-<layer>-<scenario>/, in place of what an earlier run left:
  hotspots.json            categories, operations, functions with calls, allocators, what to optimize next
  <arm>.svg                flame graph: open it in a browser to zoom and search; .inlined. as V8 runs it when measured
  difference.svg           what vanished and what appeared, where there is a candidate
  <arm>.cpuprofile         for Chrome DevTools, as .heapprofile (allocations)
  <arm>.speedscope.json    for speedscope; <arm>.pb.gz for pprof; <arm>.folded for any flame graph tool
  <tool>/<arm>.html        with --tool, opens in any browser; what each tool can and cannot see: docs/profiling.md`,
    )
}
