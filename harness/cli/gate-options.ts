import { isAbsolute, normalize, resolve } from 'node:path'
import type { Command } from 'commander'
import { InputError } from '../errors.js'
import type { GateSetting } from '../gate/gate-request.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import {
  DEFAULTS,
  parseChoice,
  parseFraction,
  parseScale,
  parseTimeout,
  parseWhole,
  quoted,
} from './evaluate-options.js'

/** A `gate` command, checked as far as that is possible without the repository. */
export interface GateCommand extends GateSetting {
  readonly json: boolean
  /** The command again, for people to repeat. */
  readonly text: string
}

/** Option values as typed; commander has refused unknown options and filled in defaults. */
export interface GateOptions {
  readonly base?: string
  readonly workload?: readonly string[]
  readonly scale: string
  readonly threshold: string
  readonly pairs: string
  readonly maxPairs?: string
  readonly seed: string
  readonly metric: string
  readonly timeout: string
  readonly build: string
  readonly module: string
  readonly resultsChanged?: string
  readonly profile: boolean
  readonly json?: boolean
  readonly out: string
}

const GATE_DEFAULTS = {
  scale: 'smoke',
  threshold: '10%',
  pairs: DEFAULTS.pairs,
  seed: DEFAULTS.seed,
  metric: 'cpu',
  timeout: DEFAULTS.timeout,
  build: 'build',
  module: 'dist/scenarios/suite.js',
  out: 'profiling-results/gate',
} as const

const FEWEST_PAIRS = 10
const MOST_PAIRS = 1000
/** The published error rates are those of a rule that looks three times at most. */
const MOST_LOOKS = 3
const LARGEST_SEED = 2 ** 31 - 1

const EXPLANATION = `What it does:
  1  checks out HEAD and the commit where it left the base, each into a git worktree of its own at a path of equal
     length, uses the packages installed here unless package-lock.json differs, and builds both
  2  proves that both compute the same, over three seeds; a difference ends it (exit 4) unless --results-changed says why
  3  measures both in adjacent pairs on this machine: every workload both have, on the pure baseline and on the
     accepted layers, looking after 10, 20 and 30 pairs
  4  measures what failed again, in fresh pairs with another seed; only what fails twice fails the gate
  5  writes gate.json, gate.md, every run, and for what failed a differential flame graph; removes the worktrees

Examples:
  assay gate                                   against origin/HEAD, origin/main or main
  assay gate --base origin/main --json         for programs: the report on stdout, everything else on stderr
  assay gate --base HEAD~1 --workload grid-search
  assay gate --results-changed "fills round half to even now (#41)"
  assay gate --build compile --module build/suite.js    another project

Exit codes, never 0 by default:
  0    pass: every case is certified or estimated to be less than 10 % slower
  1    fail: a case is slower by 10 % or more, in two independent rounds
  2    something given is wrong: no repository, no such commit, a shallow clone, uncommitted changes, a head that does not build
  3    inconclusive: too noisy to tell, or two rounds that contradict each other
  4    not equivalent: head computes something else
  5    not comparable: the base does not build, no workload in common, processes crashed, nothing measured
  70   a bug in assay
  130  interrupted (143: terminated); nothing is left behind`

export function addGateOptions(command: Command): Command {
  return command
    .description(
      'is the committed HEAD slower than its base? both built, proven equal and measured here; for pull requests',
    )
    .option(
      '--base <ref>',
      'branch, tag or commit to compare with (default: the first of origin/HEAD, origin/main, main … there is)',
    )
    .option(
      '--workload <id>',
      'measure this workload only; repeatable',
      (id: string, ids: readonly string[] = []) => [...ids, id],
    )
    .option('--scale <name>', 'smoke, standard or production', GATE_DEFAULTS.scale)
    .option('--threshold <fraction>', 'slowdown that must not pass', GATE_DEFAULTS.threshold)
    .option('--pairs <n>', 'pairs per look, at least 10', GATE_DEFAULTS.pairs)
    .option(
      '--max-pairs <n>',
      'pairs at the last look, at most three looks (default: three times --pairs)',
    )
    .option('--seed <int>', 'seed of the data and of the order of runs', GATE_DEFAULTS.seed)
    .option('--metric <name>', 'cpu or wall', GATE_DEFAULTS.metric)
    .option(
      '--results-changed <why>',
      'measure although results differ, and say in the report why they do',
    )
    .option('--no-profile', 'leave out the flame graphs of what failed')
    .option(
      '--timeout <seconds>',
      'a run that takes longer is killed and counts as failed',
      GATE_DEFAULTS.timeout,
    )
    .option('--build <script>', 'npm script that builds a version, or none', GATE_DEFAULTS.build)
    .option(
      '--module <path>',
      'compiled module that exports the suite, below the project',
      GATE_DEFAULTS.module,
    )
    .option('--json', 'the report as one JSON document on stdout, everything else on stderr')
    .option(
      '--out <dir>',
      'where the outputs go, in place of those of an earlier gate',
      GATE_DEFAULTS.out,
    )
    .addHelpText('after', `\n${EXPLANATION}`)
}

/** @throws {InputError} an option's value cannot be used; says which would do */
export function parseGate(options: GateOptions, cwd: string): GateCommand {
  const metric = parseChoice('--metric', options.metric, ['cpu', 'wall'])
  return {
    rule: {
      workloads: options.workload ?? [],
      scale: parseScale(options.scale),
      seed: parseWhole('--seed', options.seed, 0, LARGEST_SEED),
      metric,
      limit: parseLimit(options.threshold),
      looks: parseLooks(options),
      nodeFlags: nodeFlagsFor(metric),
    },
    ...(options.base !== undefined && { baseRef: options.base }),
    ...(options.build !== 'none' && { script: parseScript(options.build) }),
    module: parseModule(options.module),
    ...(options.resultsChanged !== undefined && {
      resultsChanged: parseReason(options.resultsChanged),
    }),
    out: resolve(cwd, options.out),
    profile: options.profile,
    timeoutMs: parseTimeout(options.timeout),
    json: options.json === true,
    text: commandText(options),
  }
}

function parseLooks({ pairs, maxPairs }: GateOptions): number[] {
  const step = parseWhole('--pairs', pairs, FEWEST_PAIRS, MOST_PAIRS)
  const most =
    maxPairs === undefined
      ? MOST_LOOKS * step
      : parseWhole('--max-pairs', maxPairs, step, MOST_LOOKS * step)
  if (most % step !== 0)
    throw new InputError(`--max-pairs ${most}: give a multiple of --pairs ${step}`)
  return Array.from({ length: most / step }, (_, look) => step * (look + 1))
}

function parseLimit(text: string): number {
  const value = parseFraction(text)
  if (value > 0 && value <= 10) return value
  throw new InputError(
    `--threshold ${text}: give a slowdown above 0 and at most 1000%, e.g. 10% or 0.1`,
  )
}

function parseScript(text: string): string {
  if (/^[\w:.][\w:.-]*$/.test(text)) return text
  throw new InputError(`--build '${text}': give the name of an npm script, or none`)
}

function parseModule(text: string): string {
  const path = normalize(text).replaceAll('\\', '/')
  if (text !== '' && !isAbsolute(path) && !path.startsWith('../') && !path.startsWith('-'))
    return path
  throw new InputError(
    `--module '${text}': give a path below the project, e.g. ${GATE_DEFAULTS.module}`,
  )
}

function parseReason(text: string): string {
  if (text.trim() !== '') return text.trim()
  throw new InputError('--results-changed: say why results differ; reviewers will read it')
}

/** Options that decide about the result, unless they are the default. */
function commandText(options: GateOptions): string {
  const words = [
    'npx assay gate',
    ...(options.workload ?? []).map((id) => `--workload${quoted(id)}`),
  ]
  const valued = [
    'base',
    'scale',
    'threshold',
    'pairs',
    'maxPairs',
    'seed',
    'metric',
    'resultsChanged',
    'timeout',
    'build',
    'module',
  ] as const
  for (const name of valued) {
    const value = options[name]
    if (
      value === undefined ||
      (name in GATE_DEFAULTS && GATE_DEFAULTS[name as keyof typeof GATE_DEFAULTS] === value)
    )
      continue
    words.push(
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${quoted(value)}`,
    )
  }
  return words.join(' ')
}
