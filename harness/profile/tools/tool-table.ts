import { compiledModule } from '../../system/package-root.js'

/** Where a tool works: a folder of its own, and the program it watches. */
export interface ToolPlace {
  /** Absolute path of its working directory, removed afterwards. */
  readonly directory: string
  /** What is watched, for people: `grid-search, baseline`. */
  readonly title: string
  /** `node`, its flags, and the script with its words. */
  readonly command: readonly string[]
}

/**
 * Somebody else's profiler, and how it is made to work without a terminal, a browser or a network.
 */
export interface ProfileTool {
  /** What `--tool` calls it. */
  readonly id: string
  /** The package it comes in. */
  readonly package: string
  /** The script of it that node runs, relative to the package. */
  readonly script: string
  /** Words for the script. */
  words(place: ToolPlace): readonly string[]
  /** Flags of node for the watched program, beside those of a profiled run. */
  flags(place: ToolPlace): readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The page it writes, relative to its working directory. */
  readonly page: string
  /**
   * Whether a page has seen the workload run: the libraries it consists of fill half a megabyte
   * without.
   */
  holds(page: string): boolean
  /** A style sheet its page would fetch when it is opened. */
  readonly fetches?: string
  /** Passes it can bear, where that is few. */
  readonly mostPasses?: number
  readonly shows: string
  readonly misses: string
}

/**
 * V8 books inlined functions to their callers, and its tick log tells nobody: with inlining, a true
 * 60 : 30 : 10 read as 99 % in the caller. The log of later isolates, which are worker threads,
 * goes by the working directory of the program unless it is named.
 */
const TICKS = ({ directory }: ToolPlace) => [
  '--no-turbo-inlining',
  `--logfile=${directory}/%p-v8.log`,
]
/**
 * Written by the watched program, read by the tool: in the tool's directory, wherever the program
 * works.
 */
const TRACES = ({ directory }: ToolPlace) => [
  `--trace-event-file-pattern=${directory}/node_trace.\${rotation}.log`,
]
/** Address of our own compiled files, as tools print it. */
const HARNESS = new URL('../../', compiledModule(import.meta.url)).pathname
/** Names a function in a file that is neither of node nor of the harness. */
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
    words: ({ directory, title, command }) => [
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
    shows: 'ticks on one thread as a flame graph, start-up and loading included, without inlining',
    misses:
      'other threads and processes, allocations, call counts, or what called what across an await',
  },
  clinic('flame', {
    flags: TICKS,
    holds: namesMeasuredCode,
    shows: 'the same ticks as 0x, with application, dependencies, node and V8 told apart',
    misses: 'what 0x does not, and it takes ES modules of dependencies for the application',
  }),
  clinic('doctor', {
    flags: TRACES,
    // Two moments at least: with fewer it says that it has too few.
    holds: (page) => /"processStat":\s*\[\s*\{"timestamp"[^\]]*\{"timestamp"/.test(page),
    shows: 'CPU, memory, event loop delay and handles over time, and a guess at the problem',
    misses:
      'functions, lines, or anything while the event loop does not turn; its guess is made for servers',
  }),
  clinic('heapprofiler', {
    flags: () => [],
    holds: namesMeasuredCode,
    shows: 'sampled allocations that are still alive at the end, by function',
    misses: 'garbage, which is nearly all a workload allocates; other threads; time',
  }),
  clinic('bubbleprof', {
    flags: TRACES,
    holds: namesMeasuredCode,
    // It keeps every operation: seventeen passes of the smallest grid search made a page of 221
    // MiB, which no browser shows.
    mostPasses: 1,
    shows: 'asynchronous operations of one pass: what started them, how long they took to return',
    misses: 'computation; and it slows down whatever waits a lot',
  }),
]

type Distinct = Pick<ProfileTool, 'flags' | 'holds' | 'mostPasses' | 'shows' | 'misses'>

function clinic(name: string, distinct: Distinct): ProfileTool {
  return {
    id: `clinic-${name}`,
    package: 'clinic',
    script: 'bin.js',
    words: ({ directory, command }) => [
      name,
      '--open=false',
      `--dest=${directory}/data`,
      '--name=assay',
      '--',
      ...command,
    ],
    // Without these it asks whether it may report home, and where nobody can answer it exits with 0
    // and writes nothing.
    env: { NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' },
    page: `data/assay.clinic-${name}.html`,
    fetches: 'https://clinicjs.org/assets/css/fonts.css',
    ...distinct,
  }
}
