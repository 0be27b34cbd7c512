import type { Command, CommanderError } from 'commander'
import { InputError } from '../errors.js'
import { unknownName } from '../text/nearest-name.js'
import { shellWord } from '../text/shell-word.js'

/**
 * Converts an error that commander found in a command line to an error with our texts, which name
 * the option, its value, and what to give instead.
 *
 * @param words the command line, without the name of the program
 * @returns undefined if nothing is wrong and commander has printed help or the version
 */
export function usageError(
  error: CommanderError,
  program: Command,
  words: readonly string[],
): InputError | undefined {
  if (error.exitCode === 0) return undefined
  const names = program.commands.map((command) => command.name())
  const name = words.find((word) => !word.startsWith('-'))
  const command = program.commands.find((candidate) => candidate.name() === name)
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '')
  const [first = '', second = ''] = [...message.matchAll(/'([^']*)'/g)].map((match) => match[1]!)
  switch (error.code) {
    case 'commander.help':
      return new InputError(`no command given; known: ${names.join(', ')}`)
    case 'commander.unknownCommand':
      return unknownName('command', first, names)
    case 'commander.unknownOption':
      if (first.startsWith('-:'))
        return new InputError(
          `${first} begins like an option; put the options first, then --, then the files: assay compare -- a.txt ${shellWord(first)}`,
        )
      return unknownName('option', first, [...optionsOf(command ?? program), '--help'])
    case 'commander.conflictingOption':
      return new InputError(
        `${flagOf(first)} cannot be used with ${flagOf(second)}; leave one of them out`,
      )
    case 'commander.invalidArgument':
      return wrongChoice(message)
    default:
      return new InputError(
        `${message}; see: assay ${command === undefined ? '' : `${command.name()} `}--help`,
      )
  }
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => long ?? [])
}

/** `--scale <name>` → `--scale` */
function flagOf(declaration: string): string {
  return declaration.split(' ', 1)[0] ?? declaration
}

/**
 * `option '--metric <name>' argument 'gpu' is invalid. Allowed choices are cpu, wall` → `--metric
 * gpu: give cpu or wall`
 */
function wrongChoice(message: string): InputError {
  const option = /^option '(\S+).*?' argument '(.*)' is invalid\. Allowed choices are (.*)$/s
  const argument =
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)$/s
  const [, value, name, choices] = argument.exec(message) ?? []
  const [, flag = name, given = value, allowed = choices] = option.exec(message) ?? []
  if (flag === undefined || allowed === undefined) return new InputError(message)
  return new InputError(`${flag} ${given}: give ${allowed.replaceAll(', ', ' or ')}`)
}
