import { Command, CommanderError } from 'commander'
import { addCommand, type CliCommand } from '../../../harness/cli/command.js'
import { usageError } from '../../../harness/cli/usage-error.js'

/** What a command parses of its words. Throws the error that the command line would print. */
export function parseWords<Parsed>(
  command: CliCommand<never, Parsed>,
  words: readonly string[],
  cwd = '/',
): Parsed {
  const program = new Command().exitOverride().configureOutput({ outputError: () => {} })
  const parsed: Parsed[] = []
  addCommand(program, command as CliCommand, cwd, (one) => void parsed.push(one as Parsed))
  const line = [command.name, ...words]
  try {
    program.parse(line, { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? usageError(error, program, line) : error
  }
  return parsed[0]!
}
