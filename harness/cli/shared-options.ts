import { Option } from 'commander'
import { SCALE_NAMES, type ScaleName } from '../contract.js'
import { InputError } from '../errors.js'
import { findNamed } from '../text/nearest-name.js'

/** Options that several commands share, and the parsers of their values. */

/** Fewer pairs than this give no verdict. */
export const FEWEST_PAIRS = 10
export const MOST_PAIRS = 1000
const LARGEST_SEED = 2 ** 31 - 1
const DEFAULT_SEED = 20251022
/** `setTimeout` takes no more than 2^31 − 1 ms. */
const LONGEST_TIMEOUT_S = 2_147_483
const DEFAULT_TIMEOUT_S = 600

/** `--workload ID`, repeatable; a command checks the names against its suite. */
export function workloadOption(description: string): Option {
  return new Option('--workload <id>', `${description}; repeatable`).argParser(collect)
}

/** `--scale NAME` */
export function scaleOption(fallback: ScaleName): Option {
  return new Option('--scale <name>', 'amount of data and work')
    .choices(SCALE_NAMES)
    .argParser((text) => findNamed(SCALE_NAMES, (name) => name, text, 'scale'))
    .default(fallback)
}

/** `--pairs N` */
export function pairsOption(description: string, fallback: number): Option {
  const pairs = whole('--pairs', FEWEST_PAIRS, MOST_PAIRS, ' (fewer give no verdict)')
  return new Option('--pairs <n>', `${description}, at least ${FEWEST_PAIRS}`)
    .argParser(pairs)
    .default(fallback)
}

/** `--max-pairs N`; `looksUpTo` checks it against `--pairs`. */
export function maxPairsOption(description: string, most = MOST_PAIRS): Option {
  return new Option('--max-pairs <n>', description).argParser(
    whole('--max-pairs', FEWEST_PAIRS, most),
  )
}

/** `--seed INT` */
export function seedOption(description = 'seed of the data and of the order of runs'): Option {
  return new Option('--seed <int>', description)
    .argParser(whole('--seed', 0, LARGEST_SEED))
    .default(DEFAULT_SEED)
}

/** `--metric NAME`: cpu or wall. */
export function metricOption(description: string): Option {
  return new Option('--metric <name>', description).choices(['cpu', 'wall'])
}

/** `--timeout SECONDS`; its value is in ms. */
export function timeoutOption(): Option {
  const description = 'a run that takes longer is killed and counts as failed'
  return new Option('--timeout <seconds>', description)
    .argParser(seconds('--timeout', LONGEST_TIMEOUT_S))
    .default(DEFAULT_TIMEOUT_S * 1000, String(DEFAULT_TIMEOUT_S))
}

/** `--node-options FLAGS`; its value is an array. */
export function nodeOptionsOption(description: string): Option {
  return new Option('--node-options <flags>', description).argParser(parseNodeOptions)
}

/** `--incumbent LAYERS`; its value is an array, empty for `none`. */
export function incumbentOption(): Option {
  const description = 'layers below this one: none, or names separated by commas'
  return new Option(
    '--incumbent <layers>',
    `${description} (default: the accepted layers before it)`,
  ).argParser(parseIncumbent)
}

/** `--json` */
export function jsonOption(what: string): Option {
  return new Option('--json', `${what} as one JSON document on stdout, everything else on stderr`)
}

/** `--out DIR`, relative to the working directory. */
export function outOption(
  description = 'evidence root: decisions/, reports/ and profiling-results/ are below it',
  fallback = '.',
): Option {
  return new Option('--out <dir>', description).default(fallback)
}

/** `--suite MODULE` */
export function suiteOption(): Option {
  return new Option(
    '--suite <module>',
    'suite of another project: a compiled module that exports suite',
  )
}

/** A parser for a repeatable option: its value is an array. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}

/** A parser of whole numbers. @param why the reason for the lower bound, for the message */
export function whole(
  option: string,
  least: number,
  most: number,
  why = '',
): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InputError(
      `${option} ${text}: give a whole number of at least ${least}${why} and at most ${most}`,
    )
  }
}

/** A parser of seconds, which returns ms. */
export function seconds(option: string, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
    if (value > 0 && value <= most) return value * 1000
    throw new InputError(`${option} ${text}: give seconds, more than 0 and at most ${most}`)
  }
}

/**
 * A parser of fractions: `5%` and `0.05` are the same.
 *
 * @param accepts must be false for NaN
 * @param remedy what to give instead, for the message
 */
export function fraction(
  option: string,
  accepts: (value: number) => boolean,
  remedy: string,
): (text: string) => number {
  return (text) => {
    const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(\s*%)?$/.exec(text.trim())
    const value = match === null ? Number.NaN : Number(match[1]) / (match[2] ? 100 : 1)
    if (accepts(value)) return value
    throw new InputError(`${option} ${text}: give ${remedy}`)
  }
}

/** A parser of the slowdown that fails a command. */
export function slowdown(option: string): (text: string) => number {
  const remedy = 'a slowdown above 0 and at most 1000%, e.g. 10% or 0.1'
  return fraction(option, (value) => value > 0 && value <= 10, remedy)
}

/**
 * Pair counts at which a decision may be made: every `pairs` up to `most`.
 *
 * @throws {InputError} `most` is not a multiple of `pairs`, or above `limit`
 */
export function looksUpTo(most: number, pairs: number, limit: number): number[] {
  whole('--max-pairs', pairs, limit)(String(most))
  if (most % pairs !== 0) {
    const nearest = Math.ceil(most / pairs) * pairs
    throw new InputError(
      `--max-pairs ${most}: give a multiple of --pairs ${pairs}, e.g. ${nearest}`,
    )
  }
  return Array.from({ length: most / pairs }, (_, look) => pairs * (look + 1))
}

function parseNodeOptions(text: string): string[] {
  const flags = text.split(/\s+/).filter((flag) => flag !== '')
  const value = flags.find((flag) => !flag.startsWith('-'))
  if (value === undefined) return flags
  throw new InputError(
    `--node-options ${text}: ${value} is not a flag; write values as --flag=value`,
  )
}

function parseIncumbent(text: string): string[] {
  if (text === 'none') return []
  const layers = text.split(',').map((layer) => layer.trim())
  if (!layers.includes('')) return layers
  throw new InputError(`--incumbent ${text}: give none, or layer names separated by commas`)
}
