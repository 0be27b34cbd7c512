import { Option } from 'commander'
import { PAIR_DESIGNS, SCALE_NAMES, type ScaleName } from '../contract.js'
import { InputError } from '../errors.js'
import { findNamed } from '../text/nearest-name.js'
import { isThresholdPreset, SLOWDOWN_PRESETS } from '../verdict/threshold-presets.js'

/** Options that several commands share, and the parsers of their values. */

/** With fewer pairs, there is no verdict. */
const FEWEST_PAIRS = 10
export const MOST_PAIRS = 1000
const LARGEST_SEED = 2 ** 31 - 1
const DEFAULT_SEED = 20251022
/** `setTimeout` takes no more than 2^31 − 1 ms. */
export const LONGEST_TIMEOUT_S = 2_147_483
const MAX_PAIRS = '--max-pairs <n>'

/** `--workload ID`, repeatable; a command checks the names against its suite. */
export function workloadOption(): Option {
  return new Option('--workload <id>', 'only this workload; repeatable').argParser(collect)
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
  const flags = '--pairs <n>'
  return new Option(flags, `${description}, at least ${FEWEST_PAIRS}`)
    .argParser((text) => toWhole(text, flags, FEWEST_PAIRS, MOST_PAIRS, ' (fewer give no verdict)'))
    .default(fallback)
}

/** `--max-pairs N`; `looksUpTo` checks it against `--pairs`. */
export function maxPairsOption(description: string, most = MOST_PAIRS): Option {
  return wholeOption(MAX_PAIRS, description, FEWEST_PAIRS, most)
}

/** `--seed INT` */
export function seedOption(description = 'seed of the data and of the order of runs'): Option {
  return wholeOption('--seed <int>', description, 0, LARGEST_SEED).default(DEFAULT_SEED)
}

/** `--metric NAME`: cpu or wall. */
export function metricOption(note = ''): Option {
  return new Option('--metric <name>', `time that is compared${note}`).choices(['cpu', 'wall'])
}

/** `--design NAME` */
export function designOption(): Option {
  return new Option(
    '--design <name>',
    'how the arms of a pair share the machine (default: what suits each workload; see docs/methodology.md)',
  ).choices(PAIR_DESIGNS)
}

/** `--timeout SECONDS`; its value is in ms. */
export function timeoutOption(): Option {
  const description = 'a run that takes longer is killed and counts as failed'
  return secondsOption('--timeout <seconds>', description, LONGEST_TIMEOUT_S, 600)
}

/** `--node-options FLAGS`; its value is an array. */
export function nodeOptionsOption(): Option {
  return new Option(
    '--node-options <flags>',
    'Node flags of measured processes, instead of --single-threaded-gc --no-concurrent-recompilation',
  ).argParser(parseNodeOptions)
}

/** `--incumbent LAYERS`; its value is an array, empty for `none`. */
export function incumbentOption(): Option {
  return new Option(
    '--incumbent <layers>',
    'layers below this one: none, or names separated by commas (default: the accepted layers before it)',
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
  const description = 'suite of another project: a compiled module that exports suite'
  return new Option('--suite <module>', description)
}

/** A parser for a repeatable option: its value is an array. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}

/** An option with a whole number. */
export function wholeOption(
  flags: string,
  description: string,
  least: number,
  most: number,
): Option {
  return new Option(flags, description).argParser((text) => toWhole(text, flags, least, most))
}

/** An option in seconds; its value is in ms. */
export function secondsOption(
  flags: string,
  description: string,
  most: number,
  fallback: number,
): Option {
  return new Option(flags, description)
    .argParser((text) => {
      const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
      if (value > 0 && value <= most) return value * 1000
      throw refused(flags, text, `seconds, more than 0 and at most ${most}`)
    })
    .default(fallback * 1000, String(fallback))
}

/**
 * An option with a fraction: `5%` and `0.05` are the same. A bare number of 1 or more is refused,
 * because it usually means percent.
 *
 * @param accepts must be false for NaN
 * @param remedy what to give instead, for the message
 * @param named  the value of a name that can be given instead of a number
 */
export function fractionOption(
  flags: string,
  description: string,
  accepts: (value: number) => boolean,
  remedy: string,
  named: (text: string) => number | undefined = () => undefined,
): Option {
  return new Option(flags, description).argParser((text) => {
    const meant = named(text)
    if (meant !== undefined) return meant
    const { value, bare } = parseFraction(text)
    if (bare && Math.abs(value) >= 1) throw refused(flags, text, percentRemedy(value))
    if (accepts(value)) return value
    throw refused(flags, text, remedy)
  })
}

/** A number with or without a percent sign. */
export interface Fraction {
  /** The value of the fraction; NaN if the text is not a number. */
  readonly value: number
  /** Whether the number has no percent sign. */
  readonly bare: boolean
}

/** Reads `5%` as 0.05, and `0.05` as it is. */
export function parseFraction(text: string): Fraction {
  const [, number, sign] = /^([+-]?(?:\d+\.?\d*|\.\d+))(\s*%)?$/.exec(text.trim()) ?? []
  const bare = sign === undefined
  return { value: number === undefined ? Number.NaN : Number(number) / (bare ? 1 : 100), bare }
}

/** What to give instead of a bare number of 1 or more, if a fraction is meant. */
function percentRemedy(value: number): string {
  return `${value}% or ${Number((value / 100).toPrecision(12))}: a number without % is a fraction, and ${value} would be ${Number((100 * value).toPrecision(12))} %`
}

/** An option with the slowdown that fails a command. */
export function slowdownOption(flags: string, description: string): Option {
  const remedy = 'a slowdown above 0 and at most 1000%, e.g. 10% or 0.1'
  const named = (text: string) => (isThresholdPreset(text) ? SLOWDOWN_PRESETS[text] : undefined)
  return fractionOption(
    flags,
    `${description}; strict: 5%, default: 10%, lenient: 20%`,
    (value) => value > 0 && value <= 10,
    remedy,
    named,
  )
}

/**
 * Pair counts at which a decision may be made: every `pairs` up to `most`.
 *
 * @throws {InputError} `most` is not a multiple of `pairs`, or above `limit`
 */
export function looksUpTo(most: number, pairs: number, limit: number): number[] {
  toWhole(String(most), MAX_PAIRS, pairs, limit)
  if (most % pairs === 0)
    return Array.from({ length: most / pairs }, (_, look) => pairs * (look + 1))
  const nearest = Math.ceil(most / pairs) * pairs
  throw refused(MAX_PAIRS, String(most), `a multiple of --pairs ${pairs}, e.g. ${nearest}`)
}

function toWhole(text: string, flags: string, least: number, most: number, why = ''): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw refused(flags, text, `a whole number of at least ${least}${why} and at most ${most}`)
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
  const layers = text === 'none' ? [] : text.split(',').map((layer) => layer.trim())
  if (!layers.includes('')) return layers
  throw refused('--incumbent', text, 'none, or layer names separated by commas')
}

/**
 * The error for a value that an option cannot have.
 *
 * @param flags the option as declared, or its name
 */
export function refused(flags: string, text: string, remedy: string): InputError {
  return new InputError(`${flags.split(' ', 1)[0]} ${text}: give ${remedy}`)
}
