import { EngineError } from './errors.js'

const GIB = 2 ** 30

/** Variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['no', false],
  ['off', false],
])

/**
 * A switch from a variable; the fallback if it is unset or empty.
 *
 * @throws {EngineError} `config-invalid`: not one of the accepted words
 */
export function readSwitch(env: Environment, variable: string, fallback: boolean): boolean {
  const accepted = 'one of 1, true, yes, on, 0, false, no, off'
  return read(env, variable, fallback, accepted, (text) => SWITCHES.get(text.toLowerCase()))
}

/**
 * A positive whole number from a variable; otherwise as `readSwitch`.
 *
 * @throws {EngineError} `config-invalid`
 */
export function readWhole(env: Environment, variable: string, fallback: number): number {
  return read(env, variable, fallback, 'a positive whole number', wholeOf)
}

/**
 * Positive whole numbers joined by commas from a variable; otherwise as `readSwitch`.
 *
 * @throws {EngineError} `config-invalid`
 */
export function readWholes(
  env: Environment,
  variable: string,
  fallback: readonly number[],
): readonly number[] {
  const accepted = 'positive whole numbers joined by commas, such as 20,50,200'
  return read(env, variable, fallback, accepted, (text) => {
    const values = text.split(',').map((part) => wholeOf(part.trim()))
    return values.every((value) => value !== undefined) ? values : undefined
  })
}

function wholeOf(text: string): number | undefined {
  const value = Number(text)
  return /^\d+$/.test(text) && isPositiveWhole(value) ? value : undefined
}

/**
 * GiB from a variable, fractions allowed, in bytes; otherwise as `readSwitch`.
 *
 * @throws {EngineError} `config-invalid`
 */
export function readGib(env: Environment, variable: string, fallback: number): number {
  return read(env, variable, fallback, 'a positive number of GiB, such as 2 or 0.5', (text) => {
    const bytes = Math.floor(Number(text) * GIB)
    return /^\d*\.?\d+$/.test(text) && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
  })
}

function read<T>(
  env: Environment,
  variable: string,
  fallback: T,
  accepted: string,
  parse: (text: string) => T | undefined,
): T {
  const text = env[variable]?.trim()
  if (text === undefined || text === '') return fallback
  const value = parse(text)
  if (value !== undefined) return value
  throw new EngineError(
    'config-invalid',
    `${variable} is '${text}'; set it to ${accepted}, or unset it`,
    { details: { variable, value: text } },
  )
}

/** Whether a number is whole, exact and above 0. */
export function isPositiveWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}
