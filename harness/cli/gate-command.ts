import { isAbsolute, normalize, resolve } from 'node:path'
import { Option } from 'commander'
import type { Metric, PairDesign, ScaleName } from '../contract.js'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import type { CliCommand } from './command.js'
import { commandText } from './command-text.js'
import { exitCodes } from './exit-codes.js'
import type { GateCommand } from './gate-head.js'
import {
  designOption,
  fractionOption,
  jsonOption,
  looksUpTo,
  MOST_PAIRS,
  maxPairsOption,
  metricOption,
  outOption,
  pairsOption,
  refused,
  scaleOption,
  seedOption,
  slowdownOption,
  timeoutOption,
  workloadOption,
} from './shared-options.js'

interface GateOptions {
  readonly base?: string
  readonly workload?: readonly string[]
  readonly scale: ScaleName
  readonly threshold: number
  readonly pairs: number
  readonly maxPairs?: number
  readonly seed: number
  readonly metric: Metric
  readonly design?: PairDesign
  readonly resultsChanged?: string
  readonly profile: boolean
  readonly counts: boolean
  readonly strictWork?: number | true
  readonly timeout: number
  readonly build: string
  readonly module: string
  readonly json?: boolean
  readonly out: string
}

/** The published error rates are those of a rule with at most three looks. */
const MOST_LOOKS = 3
/** Commander has no value that is undefined. */
const NO_BUILD = 'none'
const DEFAULT_MODULE = 'dist/scenarios/suite.js'

const HELP = `
Steps:
  1  checks out HEAD and the commit where it left the base, each into its own git worktree at a path of equal length;
     uses the packages installed here unless a lock file or a dependency differs; builds both
  2  checks, with three seeds, that both give the same results; if not, it ends (exit 4) unless --results-changed gives
     the reason
  3  measures both at the same time on one CPU, in pairs: every workload that both have, on the pure baseline and on the
     accepted layers, with looks after 10, 20 and 30 pairs
  4  measures again, in fresh pairs with another seed, each case that failed; the gate fails only if it fails twice
  5  writes gate.json, gate.md, every run, and a differential flame graph of each failed case; removes the worktrees

Examples:
  assay gate                                   against origin/HEAD, origin/main or main
  assay gate --base origin/main --json         for programs: the report on stdout, everything else on stderr
  assay gate --base HEAD~1 --workload grid-search
  assay gate --strict-work 0.1%                fails on 0.1 % more executions, which time cannot show
  assay gate --results-changed "fills round half to even now (#41)"
  assay gate --build compile --module build/suite.js    another project, which npm run compile builds
  assay gate --build none --module bench/suite.mjs      another project in plain JavaScript

${exitCodes({
  0: 'pass, only if every case is certified or estimated to be less than 10 % slower',
  1: 'fail: a case is slower by 10 % or more, in two independent rounds, or executes more under --strict-work',
  2: 'wrong input: not a repository, an unknown commit, a shallow clone, uncommitted changes, a HEAD that does not build',
  3: 'inconclusive: too noisy to decide, or two rounds that contradict each other',
  4: "not equivalent: the results of HEAD differ from the base's",
  5: 'not comparable: the base does not build, no workload in common, processes crashed, or nothing was measured',
  130: 'interrupted by Ctrl-C (143: terminated); nothing is left behind',
})}`

/** `assay gate`. */
export const gateCommand: CliCommand<GateOptions, GateCommand> = {
  name: 'gate',
  summary:
    'for pull requests: is the committed HEAD slower than its base? builds, checks and measures both',
  declare(command) {
    command
      .option(
        '--base <ref>',
        'branch, tag or commit to compare with (default: the first that exists of origin/HEAD, origin/main, main …)',
      )
      .addOption(workloadOption())
      .addOption(scaleOption('smoke'))
      .addOption(
        slowdownOption('--threshold <fraction>', 'slowdown that fails').default(0.1, '10%'),
      )
      .addOption(pairsOption('pairs between two looks at the results', 10))
      .addOption(
        maxPairsOption(
          'pairs at most: 1, 2 or 3 × --pairs (default: 3 ×)',
          MOST_LOOKS * MOST_PAIRS,
        ),
      )
      .addOption(seedOption())
      .addOption(metricOption().default('cpu'))
      .addOption(designOption())
      .addOption(
        new Option(
          '--results-changed <why>',
          'measure although results differ; the report gives this reason',
        ).argParser(parseReason),
      )
      .option('--no-profile', 'no flame graphs of failed cases')
      .option('--no-counts', 'do not count how often each line of a case runs that does not pass')
      .addOption(strictWorkOption())
      .addOption(timeoutOption())
      .addOption(
        new Option('--build <script>', 'npm script that builds a version, or none')
          .argParser(parseScript)
          .default('build'),
      )
      .addOption(
        new Option('--module <path>', 'compiled module that exports the suite, below the project')
          .argParser(parseModule)
          .default(DEFAULT_MODULE),
      )
      .addOption(jsonOption('the report'))
      .addOption(
        outOption(
          'where the outputs go; those of an earlier gate are replaced',
          'profiling-results/gate',
        ),
      )
      .addHelpText('after', HELP)
  },
  parse: (_args, options, { cwd, words }) => {
    const { workload, scale, seed, metric, design, threshold, pairs, resultsChanged } = options
    const limit = MOST_LOOKS * pairs
    return defined({
      rule: {
        workloads: workload ?? [],
        scale,
        seed,
        metric,
        design,
        limit: threshold,
        strictWork: options.strictWork === true ? 0 : options.strictWork,
        looks: looksUpTo(options.maxPairs ?? limit, pairs, limit),
        nodeFlags: nodeFlagsFor(metric),
      },
      baseRef: options.base,
      script: options.build === NO_BUILD ? undefined : options.build,
      module: options.module,
      resultsChanged,
      out: resolve(cwd, options.out),
      profile: options.profile,
      counts: options.counts,
      timeoutMs: options.timeout,
      json: options.json === true,
      text: commandText('gate', ...words),
    })
  },
  async run(command, context) {
    const { gateHead } = await import('./gate-head.js')
    return gateHead(command, context)
  },
}

const strictWorkOption = () =>
  fractionOption(
    '--strict-work [fraction]',
    'executions decide, too: a case fails if head executes more than base, by more than this (default: any), and does not pass if they cannot be counted exactly',
    (value) => value >= 0 && value <= 10,
    'the largest addition that passes, from 0 to 1000%, e.g. 0.1%',
  )

function parseScript(text: string): string {
  if (/^[\w:.][\w:.-]*$/.test(text)) return text
  throw refused('--build', `'${text}'`, 'the name of an npm script, or none')
}

function parseModule(text: string): string {
  const path = normalize(text).replaceAll('\\', '/')
  if (text !== '' && !isAbsolute(path) && !path.startsWith('../') && !path.startsWith('-'))
    return path
  throw refused('--module', `'${text}'`, `a path below the project, e.g. ${DEFAULT_MODULE}`)
}

function parseReason(text: string): string {
  if (text.trim() !== '') return text.trim()
  throw new InputError('--results-changed: give the reason why results differ, for reviewers')
}
