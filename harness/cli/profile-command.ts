import { resolve } from 'node:path'
import { Option } from 'commander'
import { InputError } from '../errors.js'
import { BOTTLENECKS } from '../evidence/bottlenecks-file.js'
import { PROFILE_TOOLS } from '../profile/tools/tool-table.js'
import { packageFile } from '../system/package-root.js'
import { findNamed } from '../text/nearest-name.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import type { ProfileCommand, ProfileOptions } from './profile-layer.js'
import { ALL, PURE } from './profile-names.js'
import {
  collect,
  incumbentOption,
  jsonOption,
  outOption,
  scaleOption,
  secondsOption,
  seedOption,
  suiteOption,
  timeoutOption,
  wholeOption,
} from './shared-options.js'

const HELP = `
Examples:
  assay profile baseline                         where the time of the pure baseline goes, in every workload
  assay profile layer1                           baseline and candidate, and where the gain comes from
  assay profile layer1 --scenario grid-search --interval 100
  assay profile layer1 --scenario all            every scenario, and ${BOTTLENECKS}
  assay profile layer1 --tool clinic-flame       a page of clinic flame, which is installed on first use

Files written, to profiling-results/profile-<layer>-<scenario>/; those of an earlier run are replaced:
  hotspots.json            categories, operations, functions with calls and hottest lines, significant changes, what to optimize next
  <arm>.svg                flame graph: open it in a browser to zoom and search; .inlined. as V8 runs it when measured
  difference.svg           what got slower or faster, where there is a candidate; coloured where the change is significant
  <arm>.cpuprofile         for Chrome DevTools, as is .heapprofile (allocations)
  <arm>.speedscope.json    for speedscope; <arm>.pb.gz for pprof; <arm>.folded for any flame graph tool
  <tool>/<arm>.html        with --tool: opens in any browser; ${packageFile('docs/profiling.md')} lists what each tool shows and misses

${exitCodes({ 0: 'the profiles are written', 5: 'a profiled process or a tool failed' })}`

/** `assay profile <layer|baseline>`. */
export const profileCommand: CliCommand<ProfileOptions, ProfileCommand> = {
  name: 'profile',
  summary: 'find out where the time goes: profiles, flame graphs, hot spots; no verdict',
  declare(command) {
    command
      .argument('<layer>', `a layer, profiled beside the pure baseline; or ${PURE} alone`)
      .addOption(
        new Option(
          '--scenario <id>',
          `a workload, or a scenario that is only profiled; repeatable; ${ALL}: every one, and ${BOTTLENECKS}`,
        ).argParser(collect),
      )
      .addOption(
        new Option('--tool <name>', 'pages of another profiler, in place of ours')
          .choices(PROFILE_TOOLS.map(({ id }) => id))
          .argParser((text) => findNamed(PROFILE_TOOLS, ({ id }) => id, text, 'tool')),
      )
      .addOption(scaleOption('standard'))
      .addOption(seedOption('seed of the data'))
      .addOption(
        wholeOption(
          '--interval <µs>',
          'time between two samples without inlining; twice that with it',
          50,
          100_000,
        ).default(250),
      )
      .addOption(
        secondsOption('--duration <seconds>', 'approximate CPU time of each profile', 600, 4),
      )
      .addOption(incumbentOption())
      .addOption(timeoutOption())
      .addOption(suiteOption())
      .addOption(jsonOption('hot spots, or with --tool the list of pages,'))
      .addOption(outOption())
      .addHelpText('after', HELP)
  },
  parse([layer], options, { cwd }) {
    if (layer === PURE && options.incumbent !== undefined)
      throw new InputError('--incumbent: the pure baseline has none; leave it out')
    return { ...options, layer: String(layer), root: resolve(cwd, options.out) }
  },
  async run(command, context) {
    const { profileLayer } = await import('./profile-layer.js')
    return profileLayer(command, context)
  },
}
