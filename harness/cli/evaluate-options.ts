import { resolve } from 'node:path'
import { SCALE_NAMES, type ScaleName } from '../contract.js'
import { InputError } from '../errors.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import { findNamed } from '../text/nearest-name.js'

/** Option values as typed; commander has refused unknown options and filled in defaults. */
export interface EvaluateOptions {
  readonly workload?: readonly string[]
  readonly scale: string
  readonly pairs: string
  readonly maxPairs?: string
  readonly fixed?: boolean
  readonly seed: string
  readonly threshold?: string
  readonly alpha: string
  readonly memory: string
  readonly metric?: string
  readonly resume?: boolean
  readonly out: string
  readonly json?: boolean
  readonly require?: string
  readonly suite?: string
  readonly incumbent?: string
  readonly timeout: string
  readonly nodeOptions?: string
  readonly inject?: string
  /** `--profile` or `--no-profile`. */
  readonly profile?: boolean
}

export const DEFAULTS = {
  scale: 'standard',
  pairs: '10',
  seed: '20251022',
  alpha: '0.05',
  memory: 'advisory',
  out: '.',
  timeout: '600',
} as const

const FEWEST_PAIRS = 10
const MOST_PAIRS = 1000
const DEFAULT_MAX_PAIRS: Readonly<Record<ScaleName, number>> = {
  smoke: 20,
  standard: 40,
  production: 40,
}
/** `setTimeout` takes no more than 2^31 − 1 ms. */
const LONGEST_TIMEOUT_S = 2_147_483
const LARGEST_SEED = 2 ** 31 - 1

/** @throws {InputError} an option's value cannot be used; says which would do */
export function parseEvaluate(
  layer: string,
  options: EvaluateOptions,
  cwd: string,
): EvaluateCommand {
  const scale = parseScale(options.scale)
  return {
    layer,
    workloads: options.workload ?? [],
    scale,
    looks: parseLooks(options, scale),
    fixed: options.fixed === true,
    seed: parseWhole('--seed', options.seed, 0, LARGEST_SEED),
    ...(options.threshold !== undefined && { threshold: parseThreshold(options.threshold) }),
    alpha: parseAlpha(options.alpha),
    memory: parseChoice('--memory', options.memory, ['advisory', 'blocking']),
    ...(options.metric !== undefined && {
      metric: parseChoice('--metric', options.metric, ['cpu', 'wall']),
    }),
    resume: options.resume === true,
    root: resolve(cwd, options.out),
    json: options.json === true,
    requireAccepted:
      options.require !== undefined &&
      parseChoice('--require', options.require, ['accepted']) === 'accepted',
    ...(options.suite !== undefined && { suite: options.suite }),
    ...(options.incumbent !== undefined && {
      incumbent: options.incumbent === 'none' ? [] : parseList(options.incumbent),
    }),
    timeoutMs: parseTimeout(options.timeout),
    ...(options.nodeOptions !== undefined && {
      nodeOptions: parseNodeOptions(options.nodeOptions),
    }),
    ...(options.inject !== undefined && { inject: parseInjection(options.inject) }),
    // A quick look is over before its profiles would be; a control says nothing about a layer.
    profile: options.profile ?? (scale !== 'smoke' && options.inject === undefined),
    text: commandText(layer, options),
  }
}

/** A known scale. @throws {InputError} */
export function parseScale(value: string): ScaleName {
  return findNamed(SCALE_NAMES, (name) => name, value, 'scale')
}

function parseLooks(options: EvaluateOptions, scale: ScaleName): readonly number[] {
  const pairs = parseWhole('--pairs', options.pairs, FEWEST_PAIRS, MOST_PAIRS)
  if (options.fixed === true) {
    if (options.maxPairs === undefined) return [pairs]
    throw new InputError('--fixed takes its one look at --pairs; leave out --max-pairs')
  }
  const most =
    options.maxPairs === undefined
      ? pairs * Math.max(1, Math.floor(DEFAULT_MAX_PAIRS[scale] / pairs))
      : parseWhole('--max-pairs', options.maxPairs, pairs, MOST_PAIRS)
  if (most % pairs !== 0)
    throw new InputError(
      `--max-pairs ${most}: give a multiple of --pairs ${pairs}, e.g. ${Math.ceil(most / pairs) * pairs}`,
    )
  return Array.from({ length: most / pairs }, (_, look) => pairs * (look + 1))
}

export function parseWhole(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  const why = option === '--pairs' ? ' (fewer give no verdict)' : ''
  throw new InputError(
    `${option} ${text}: give a whole number of at least ${least}${why} and at most ${most}`,
  )
}

/** `5%` and `0.05` are the same fraction. */
export function parseFraction(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(\s*%)?$/.exec(text.trim())
  return match === null ? Number.NaN : Number(match[1]) / (match[2] === undefined ? 1 : 100)
}

/** A number; whether the criterion of the layer can be that number is for the plan to say. */
function parseThreshold(text: string): number {
  const value = parseFraction(text)
  if (Number.isFinite(value)) return value
  throw new InputError(
    `--threshold ${text}: give a fraction, or the limit of a budget in its own unit, e.g. 5% or 0.05`,
  )
}

function parseAlpha(text: string): number {
  const value = parseFraction(text)
  if (value > 0 && value <= 0.5) return value
  throw new InputError(
    `--alpha ${text}: give an error probability above 0 and at most 0.5, e.g. 0.05`,
  )
}

function parseInjection(text: string): number {
  const value = parseFraction(text)
  if (value !== 0 && value >= -10 && value <= 0.9) return value
  throw new InputError(
    `--inject ${text}: give an improvement of at most 90%, or a negative one down to -1000%, but not 0, e.g. 12%`,
  )
}

export function parseChoice<Choice extends string>(
  option: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((known) => known === text)
  if (choice === undefined) throw new InputError(`${option} ${text}: give ${choices.join(' or ')}`)
  return choice
}

export function parseTimeout(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds > 0 && seconds <= LONGEST_TIMEOUT_S) return seconds * 1000
  throw new InputError(
    `--timeout ${text}: give seconds, more than 0 and at most ${LONGEST_TIMEOUT_S}`,
  )
}

function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.includes(''))
    throw new InputError(`--incumbent ${text}: give none, or layer names separated by commas`)
  return items
}

export function parseNodeOptions(text: string): string[] {
  const flags = text.split(/\s+/).filter((flag) => flag !== '')
  const odd = flags.find((flag) => !flag.startsWith('-'))
  if (odd !== undefined)
    throw new InputError(`--node-options ${text}: ${odd} is no flag; write values as --flag=value`)
  return flags
}

/**
 * What to type to get this evaluation again: options that decide about its result, unless they are
 * the default.
 */
function commandText(layer: string, options: EvaluateOptions): string {
  const words = [
    'npx assay evaluate',
    layer,
    ...(options.workload ?? []).map((id) => `--workload ${id}`),
  ]
  const valued = [
    'scale',
    'pairs',
    'maxPairs',
    'seed',
    'threshold',
    'alpha',
    'memory',
    'metric',
    'suite',
    'incumbent',
    'timeout',
    'nodeOptions',
    'inject',
  ] as const
  for (const name of valued) {
    const value = options[name]
    if (
      value === undefined ||
      (name in DEFAULTS && DEFAULTS[name as keyof typeof DEFAULTS] === value)
    )
      continue
    words.push(
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${quoted(value)}`,
    )
  }
  if (options.fixed === true) words.push('--fixed')
  if (options.profile !== undefined) words.push(options.profile ? '--profile' : '--no-profile')
  return words.join(' ')
}

/** A value that begins with a dash, or that a shell would split, needs care. */
export function quoted(value: string): string {
  const text = /^[\w./%:,=+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
  return value.startsWith('-') ? `=${text}` : ` ${text}`
}
