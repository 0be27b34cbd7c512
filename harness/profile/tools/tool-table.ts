import { compiledModule } from '../../system/package-root.js'

/** One run of a tool. */
export interface ToolRun {
  /** Absolute path of its working directory, removed afterwards. */
  readonly directory: string
  /** Shown on the page: `grid-search, baseline`. */
  readonly title: string
  /** The program to profile: `node`, its flags, and the script with its arguments. */
  readonly command: readonly string[]
}

/** A third-party profiler, and how to run it without a terminal, a browser or a network. */
export interface ProfileTool {
  /** Its name for `--tool`. */
  readonly id: string
  /** The npm package that contains it. */
  readonly package: string
  /** Its script, relative to the package. */
  readonly script: string
  /** Arguments of the script. */
  args(run: ToolRun): readonly string[]
  /** Flags of Node for the profiled program, in addition to those of every profiled run. */
  flags(run: ToolRun): readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The page it writes, relative to its working directory. */
  readonly page: string
  /**
   * Whether a page shows the workload. The size is not a sign of that: even an empty page contains
   * half a megabyte of libraries.
   */
  holds(page: string): boolean
  /** A style sheet that the page would fetch when it is opened. */
  readonly fetches?: string
  /** The largest number of passes that the tool can handle, if that number is small. */
  readonly mostPasses?: number
  /** What the tool shows and does not show. Each text continues a sentence. */
  readonly shows: string
  readonly misses: string
}

/**
 * V8 attributes inlined functions to their callers, and the tick log does not mark them: with
 * inlining, a true split of 60 : 30 : 10 read as 99 % in the caller. Without `--logfile`, the logs
 * of worker threads would go to the working directory of the program.
 */
const TICKS = ({ directory }: ToolRun) => [
  '--no-turbo-inlining',
  `--logfile=${directory}/%p-v8.log`,
]
/** The profiled program writes its traces to the directory of the tool, which reads them there. */
const TRACES = ({ directory }: ToolRun) => [
  `--trace-event-file-pattern=${directory}/node_trace.\${rotation}.log`,
]
/** Path of the harness's own compiled files, as tools print it. */
const HARNESS = new URL('../../', compiledModule(import.meta.url)).pathname

/** Whether a page names a function from a file that belongs neither to Node nor to the harness. */
function namesMeasuredCode(page: string): boolean {
  for (const [, file] of page.matchAll(/file:\/+([^"\s:]+\.[cm]?js)\b/g))
    if (!`/${file}`.startsWith(HARNESS)) return true
  return false
}

export const PROFILE_TOOLS: readonly ProfileTool[] = [
  {
    id: '0x',
    package: '0x',
    script: 'cmd.js',
    args: ({ directory, title, command }) => [
      '--open=false',
      `--title=${title}`,
      `--working-dir=${directory}`,
      `--output-dir=${directory}/0x`,
      '--',
      ...command,
    ],
    flags: TICKS,
    env: {},
    page: '0x/flamegraph.html',
    holds: namesMeasuredCode,
    shows: 'ticks of one thread as a flame graph, including start-up and loading, without inlining',
    misses: 'other threads and processes, allocations, call counts, or callers across an await',
  },
  clinic('flame', {
    flags: TICKS,
    holds: namesMeasuredCode,
    shows: 'the same ticks as 0x, divided into application, dependencies, Node and V8',
    misses: 'what 0x does not show; it counts ES modules of dependencies as the application',
  }),
  clinic('doctor', {
    flags: TRACES,
    // Requires two points in time: with fewer, the page only reports that there are too few.
    holds: (page) => /"processStat":\s*\[\s*\{"timestamp"[^\]]*\{"timestamp"/.test(page),
    shows: 'CPU, memory, event loop delay and handles over time, and a guess at the problem',
    misses:
      'functions, lines, or anything while the event loop is blocked; its guess is meant for servers',
  }),
  clinic('heapprofiler', {
    flags: () => [],
    holds: namesMeasuredCode,
    shows: 'sampled allocations that are still alive at the end, by function',
    misses: 'collected objects, nearly everything a workload allocates; other threads; time',
  }),
  clinic('bubbleprof', {
    flags: TRACES,
    holds: namesMeasuredCode,
    // This tool records every operation: the page for 17 passes of the smallest grid search had
    // 221 MiB, which is too large for a browser.
    mostPasses: 1,
    shows: 'asynchronous operations of one pass: what started them, how long they took to return',
    misses: 'computation; it slows down programs that wait often',
  }),
]

type Distinct = Pick<ProfileTool, 'flags' | 'holds' | 'mostPasses' | 'shows' | 'misses'>

function clinic(name: string, distinct: Distinct): ProfileTool {
  return {
    id: `clinic-${name}`,
    package: 'clinic',
    script: 'bin.js',
    args: ({ directory, command }) => [
      name,
      '--open=false',
      `--dest=${directory}/data`,
      '--name=assay',
      '--',
      ...command,
    ],
    // Without these variables, the tool requests permission to send usage data; if there is no
    // terminal, it then exits with 0 and writes nothing.
    env: { NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' },
    page: `data/assay.clinic-${name}.html`,
    fetches: 'https://clinicjs.org/assets/css/fonts.css',
    ...distinct,
  }
}
