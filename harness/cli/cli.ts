import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import type { Suite } from '../contract.js'
import { AssayError, EXIT, type ExitCode } from '../errors.js'
import { type Io, withVisibleText } from '../io.js'
import { explainSystemError } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'
import { refusePlugNPlay } from '../system/plug-n-play.js'
import { visibleLine } from '../text/visible-text.js'
import { calibrateCommand } from './calibrate-command.js'
import { checkCommand } from './check-command.js'
import { addCommand, type CliCommand, type CommandContext, type Failure } from './command.js'
import { compareCommand } from './compare-command.js'
import { evaluateCommand } from './evaluate-command.js'
import { exitCodes } from './exit-codes.js'
import { gateCommand } from './gate-command.js'
import { initCommand } from './init-command.js'
import { judgeCommand } from './judge-command.js'
import { listCommand } from './list-command.js'
import { mcpCommand } from './mcp-command.js'
import { profileCommand } from './profile-command.js'
import { replayCommand } from './replay-command.js'
import { reportCommand } from './report-command.js'
import { usageError } from './usage-error.js'

/** The commands of the harness, in the order of the help. */
const COMMANDS: readonly CliCommand[] = [
  evaluateCommand,
  judgeCommand,
  replayCommand,
  checkCommand,
  reportCommand,
  calibrateCommand,
  gateCommand,
  profileCommand,
  listCommand,
  mcpCommand,
  compareCommand,
  initCommand,
]

const HELP = `
Examples:
  assay list                          what can be evaluated, and what was decided
  assay evaluate layer1               the main job: a verdict with its evidence
  assay judge --layer layer1 --json   keep or discard, as one JSON object for a program
  assay evaluate all                  every layer on top of the accepted ones, and the gain of all together
  assay gate --base origin/main       did this branch get slower? for pull requests
  assay profile layer1                where the time goes in both arms, and where the gain comes from
  assay calibrate                     check that this machine measures correctly; evaluations quote the result
  assay compare before.txt after.txt  every statistic for two files of numbers measured elsewhere
  assay init                          write a small suite into a project of your own, to measure its code
  assay characteristics               how often verdicts are wrong: derive the published page again
  assay report 0002                   write the HTML report of a record again
  assay replay --all                  audit every record: derive it again and compare
  assay check                         everything in the evidence: what is wrong, and how to mend it
  assay replay --all --rewrite        bring records of an older version to the format of this one

${exitCodes({
  0: 'done: accepted or rejected, replayed, listed; judge: accepted and nothing else',
  1: 'the gate failed, --require accepted is unmet, judge rejected, or compare --fail-on-regression found a regression',
  3: 'inconclusive: the machine is too noisy for this effect',
  4: 'not equivalent: results differ; speed is not judged',
  5: 'measurement or evidence is invalid: crashes, a full disk, changed files; or nothing could be compared',
  130: 'interrupted by Ctrl-C (143: terminated); continue with --resume',
})}`

/**
 * Runs one command line.
 *
 * @param words the command line, without the name of the program
 * @param suite what is measured without `--suite`, or a function that loads it when it is needed
 * @param given the environment and outputs; invisible characters are written out in all texts
 * @param extra commands of the composition root, beside those of the harness
 * @returns the exit code; never throws: an error becomes one line on `io.stderr`, and a bug is
 * printed with its stack
 */
export async function runCli(
  words: readonly string[],
  suite: Suite | (() => Promise<Suite>),
  given: Io,
  extra: readonly CliCommand[] = [],
): Promise<ExitCode> {
  const io = withVisibleText(given)
  try {
    return await runProgram(words, suite, io, extra)
  } catch (error) {
    return conclude(printError(error, io), words, io, extra)
  }
}

/**
 * Lets the command that a command line names write about the error that ended it.
 *
 * @param extra as `runCli`
 */
export function announceFailure(
  failure: Failure,
  words: readonly string[],
  io: Io,
  extra: readonly CliCommand[],
): void {
  const name = words.find((word) => !word.startsWith('-'))
  const command = [...COMMANDS, ...extra].find((candidate) => candidate.name === name)
  command?.failed?.(failure, words, io)
}

/** @param failure undefined if nothing is wrong because help or the version was printed */
function conclude(
  failure: Failure | undefined,
  words: readonly string[],
  io: Io,
  extra: readonly CliCommand[],
): ExitCode {
  if (failure === undefined) return EXIT.done
  announceFailure(failure, words, io, extra)
  return failure.exitCode
}

/** `runCli` once its texts are made visible. @throws before the command line is read */
async function runProgram(
  words: readonly string[],
  suite: Suite | (() => Promise<Suite>),
  io: Io,
  extra: readonly CliCommand[],
): Promise<ExitCode> {
  const { version } = readPackage()
  let isSuiteForgotten = false
  const context: CommandContext = {
    io,
    packageVersion: version,
    suiteOf: async (module, limits = { signal: io.signal }) => {
      const { loadSuite, ownSuite } = await import('../measurement/load-suite.js')
      if (module !== undefined) return loadSuite(module, io.cwd, limits)
      const own = ownSuite(typeof suite === 'function' ? await suite() : suite)
      isSuiteForgotten = isOfPackage(own.address) && !isBelow(packageRoot(), io.cwd)
      return own
    },
  }
  let code: ExitCode = EXIT.done
  const program = describeProgram(version, io)
  for (const command of [...COMMANDS, ...extra])
    addCommand(program, command, io.cwd, async (parsed) => {
      refusePlugNPlay(process.versions)
      code = await command.run(parsed, context)
    })
  try {
    await program.parseAsync([...words], { from: 'user' })
    if (isSuiteForgotten) io.stderr(`note: ${SUITE_HINT}\n`)
    return code
  } catch (error) {
    const ended = printError(
      error instanceof CommanderError ? usageError(error, program, words) : error,
      io,
    )
    if (isSuiteForgotten && ended?.exitCode === EXIT.input) io.stderr(`assay: ${SUITE_HINT}\n`)
    return conclude(ended, words, io, extra)
  }
}

const SUITE_HINT =
  'this is about the suite that comes with assay, because no --suite is given; name that of your project with --suite MODULE, or write one with: npx assay init'

/** Whether a suite comes with this package, and not with the composition root of a project. */
function isOfPackage(address: string): boolean {
  return isBelow(join(packageRoot(), 'dist'), fileURLToPath(address))
}

function isBelow(folder: string, path: string): boolean {
  const below = relative(folder, path)
  return !below.startsWith('..') && !isAbsolute(below)
}

function describeProgram(version: string, io: Io): Command {
  return (
    new Command('assay')
      .description(
        'Checks that an optimization changes no result, measures it in isolated interleaved runs, and writes a verdict that can be derived again from the stored runs.',
      )
      .version(version)
      // After a command, `--version` may be the value of an option and must not print the version.
      .enablePositionalOptions()
      .exitOverride()
      .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => {} })
      .addHelpText('after', HELP)
  )
}

/**
 * Prints an error.
 *
 * @param thrown undefined if nothing is wrong because help or the version was printed
 */
function printError(thrown: unknown, io: Io): Failure | undefined {
  if (thrown === undefined) return undefined
  const error = explainSystemError(thrown)
  if (error instanceof AssayError) {
    const message = visibleLine(error.message)
    io.stderr(`assay: ${message}\n`)
    return { exitCode: error.exitCode, message }
  }
  const { version, bugs } = readPackage()
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const where = bugs === undefined ? 'to the maintainers of this copy of assay' : `at ${bugs.url}`
  const message = `internal error in assay ${version}: this is a bug; please report it with the lines above ${where}`
  io.stderr(`${stack}\nassay: ${message}\n`)
  return { exitCode: EXIT.internal, message }
}

/** What our own package.json states. */
interface OwnPackage {
  readonly version: string
  readonly bugs?: { readonly url: string }
}

function readPackage(): OwnPackage {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as OwnPackage
}
