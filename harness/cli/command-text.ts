import type { Command, Option } from 'commander'

/** Options that decide where results go and how they are shown, and change none of them. */
const WITHOUT_EFFECT: readonly string[] = ['--out', '--json', '--resume', '--require']

/**
 * A command that gives the same result again, for people to type.
 *
 * @param words arguments, and options as `typedWords` returns them
 */
export function commandText(name: string, ...words: readonly string[]): string {
  return ['npx assay', name, ...words].join(' ')
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
    command.on(`option:${option.name()}`, (value?: string) => {
      const word = value === undefined ? long : `${long}${quoted(value)}`
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
