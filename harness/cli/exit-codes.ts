import type { ExitCode } from '../errors.js'

/** Exit codes that mean the same in every command. */
const COMMON: Readonly<Partial<Record<ExitCode, string>>> = {
  2: 'wrong input: an option, a name, a path, a data file, or a directory in use',
  70: 'a bug in assay',
  130: 'interrupted by Ctrl-C (143: terminated)',
}

/**
 * The exit codes of a command, for its help.
 *
 * @param meanings codes of its own, or in place of the common ones
 */
export function exitCodes(meanings: Readonly<Partial<Record<ExitCode, string>>>): string {
  const lines = Object.entries({ ...COMMON, ...meanings }).map(
    ([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`,
  )
  return ['Exit codes:', ...lines].join('\n')
}
