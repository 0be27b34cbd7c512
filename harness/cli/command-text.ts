import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { packageRoot } from '../system/package-root.js'
import { pathFrom } from '../system/path-from.js'

/** Commands that have an npm script of their name; `npm run assay -- NAME` runs the others. */
const SCRIPTS: readonly string[] = [
  'calibrate',
  'characteristics',
  'compare',
  'evaluate',
  'gate',
  'list',
  'profile',
  'replay',
  'report',
]
/**
 * Options that decide where results go, how they are shown, and whether the host is checked first;
 * they change no result.
 */
const WITHOUT_EFFECT: readonly string[] = [
  '--out',
  '--json',
  '--resume',
  '--require',
  '--no-calibration',
]

/**
 * A command that gives the same result again, for people to type.
 *
 * @param words arguments, and options as `typedWords` returns them
 */
export function commandText(name: string, ...words: readonly string[]): string {
  return ['npx assay', name, ...words].join(' ')
}

/**
 * A command to type next. In the repository of this package it is the npm script, which builds
 * first; anywhere else only the installed program exists.
 *
 * @param cwd where it will be typed
 */
export function nextCommand(name: string, cwd: string, ...words: readonly string[]): string {
  if (!isOwnRepository(cwd)) return commandText(name, ...words)
  const [script, ...given] = SCRIPTS.includes(name) ? [name, ...words] : ['assay', name, ...words]
  return ['npm run', script, ...(given.length === 0 ? [] : ['--']), ...given].join(' ')
}

/** Builds a command to type next that is about the same evidence root. */
export type CommandOnRoot = (name: string, ...words: readonly string[]) => string

/** A builder of commands about an evidence root, to type where this command was typed. */
export function commandOnRoot(root: string, cwd: string): CommandOnRoot {
  return (name, ...words) => nextCommand(name, cwd, ...words, ...outOf(root, cwd))
}

/** `--out DIR`, if a command needs it to find an evidence root. */
export function outOf(root: string, cwd: string): string[] {
  if (root === cwd) return []
  return [`--out${quoted(pathFrom(cwd, root))}`]
}

/** Whether a folder is the repository of this package, and not a project that has installed it. */
export function isOwnRepository(cwd: string): boolean {
  return cwd === packageRoot() && existsSync(join(cwd, 'build.mjs'))
}

/**
 * Records the options of a command as they are typed.
 *
 * @returns once the command line is parsed: the options that decide about the result, in the order
 * declared, without those that have their default value
 */
export function typedWords(command: Command): () => string[] {
  const typed = new Map<string, string[]>()
  for (const option of command.options) {
    const long = option.long ?? option.flags
    // Null for an option whose value was left out.
    command.on(`option:${option.name()}`, (value?: string | null) => {
      const word = typeof value === 'string' ? `${long}${quoted(value)}` : long
      typed.set(long, [...(typed.get(long) ?? []), word])
    })
  }
  const decides = (option: Option) => {
    const value = command.getOptionValue(option.attributeName())
    if (WITHOUT_EFFECT.includes(option.long ?? '') || value === option.defaultValue) return false
    return typeof value !== 'boolean' || value !== option.negate
  }
  return () => command.options.filter(decides).flatMap(({ long }) => typed.get(long ?? '') ?? [])
}

/** A value behind its option: ` 7`, `='-5%'`, ` 'two words'`. */
export function quoted(value: string): string {
  const text = /^[\w./%:,=+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
  return value.startsWith('-') ? `=${text}` : ` ${text}`
}
