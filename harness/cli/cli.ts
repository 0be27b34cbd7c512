import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import type { Suite } from '../contract.js'
import { AssayError, EXIT, type ExitCode, InputError } from '../errors.js'
import { SEQUENCE_ID } from '../evidence/sequence-evidence.js'
import type { Io } from '../io.js'
import { loadSuite, ownSuite } from '../measurement/load-suite.js'
import { packageRoot } from '../system/package-root.js'
import { unknownName } from '../text/nearest-name.js'
import { addCalibrateOptions, type CalibrateOptions, parseCalibrate } from './calibrate-options.js'
import { compareCommand } from './compare.js'
import { DEFAULTS, type EvaluateOptions, parseEvaluate } from './evaluate-options.js'
import type { ExtraCommand } from './extra-command.js'
import { addGateOptions, type GateOptions, parseGate } from './gate-options.js'
import { COMMAND_EXAMPLES, EVALUATE_EXAMPLES, EXIT_CODES } from './help-text.js'
import { describeProfile } from './profile-options.js'

const packageSchema = z.looseObject({
  version: z.string(),
  bugs: z.looseObject({ url: z.string() }).optional(),
})

/**
 * Runs one command line to its end.
 *
 * A command loads what it works with when it runs: comparing two files does not wait for what
 * evaluates.
 *
 * @param argv words after the name of the program
 * @param suite what is measured unless `--suite` names another, or how to load it
 * @param extra commands of the composition root beside our own
 * @returns the exit code; never throws: errors are told on `io.stderr`, one line each, bugs with
 * their stack
 */
export async function runCli(
  argv: readonly string[],
  suite: Suite | (() => Promise<Suite>),
  io: Io,
  extra: readonly ExtraCommand[] = [],
): Promise<ExitCode> {
  const outcome: { code: ExitCode } = { code: EXIT.done }
  const program = describeProgram(suite, io, extra, (code) => {
    outcome.code = code
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return outcome.code
  } catch (error) {
    return tellError(
      error instanceof CommanderError ? explainUsage(error, program, argv) : error,
      io,
    )
  }
}

/** Every command with its arguments and options; each action hands its exit code to `finish`. */
function describeProgram(
  suite: Suite | (() => Promise<Suite>),
  io: Io,
  extra: readonly ExtraCommand[],
  finish: (code: ExitCode) => void,
): Command {
  const program = new Command('assay')
    .description(
      'proves an optimization before it ships: equivalence first, then isolated interleaved runs, then a verdict that can be audited',
    )
    .version(readPackage().version)
    // Behind a command, `--version` may be the value of an option, and must not end it as if all
    // were well.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => {} })
    .addHelpText('after', `\n${COMMAND_EXAMPLES}\n\n${EXIT_CODES}`)
  const suiteOf = async (options: { readonly suite?: string }) =>
    options.suite === undefined
      ? ownSuite(typeof suite === 'function' ? await suite() : suite)
      : loadSuite(options.suite, io.cwd)
  const context = { io, packageVersion: readPackage().version, suiteOf: () => suiteOf({}) }

  addEvaluateOptions(program.command('evaluate <layer>'))
    .description(
      'prove that a layer changes no result, measure it against the pure baseline, decide, and write the record; all: every layer in order',
    )
    .addHelpText('after', `\n${EVALUATE_EXAMPLES}\n\n${EXIT_CODES}`)
    .action(async (layer: string, options: EvaluateOptions) => {
      if (layer === SEQUENCE_ID) {
        const { evaluateAllCommand, parseSequence } = await import('./evaluate-all.js')
        finish(
          await evaluateAllCommand(
            parseSequence(options, io.cwd),
            await suiteOf(options),
            readPackage().version,
            io,
          ),
        )
        return
      }
      const command = parseEvaluate(layer, options, io.cwd)
      const { evaluateCommand } = await import('./evaluate.js')
      finish(await evaluateCommand(command, await suiteOf(options), readPackage().version, io))
    })

  program
    .command('replay [record]')
    .description('derive a record again from its stored runs; any difference is an error (exit 5)')
    .option('--all', 'all records, and their index')
    .option(
      '--rewrite',
      'write records of an older version as this one does; refused if a verdict, reason or figure would change',
    )
    .option('--out <dir>', 'evidence root', DEFAULTS.out)
    .action(
      async (
        record: string | undefined,
        options: { readonly all?: boolean; readonly rewrite?: boolean; readonly out: string },
      ) => {
        if ((record === undefined) === (options.all !== true))
          throw new InputError('give one record, e.g. 0001 or 0001-layer1, or --all')
        const { replayCommand, rewriteCommand } = await import('./replay.js')
        const replay = options.rewrite === true ? rewriteCommand : replayCommand
        finish(await replay(resolve(io.cwd, options.out), record, io))
      },
    )

  program
    .command('report [record]')
    .description('write the report of a record, one HTML file, again from its evidence')
    .option('--all', 'all records')
    .option('--out <dir>', 'evidence root', DEFAULTS.out)
    .action(
      async (
        record: string | undefined,
        options: { readonly all?: boolean; readonly out: string },
      ) => {
        if ((record === undefined) === (options.all !== true))
          throw new InputError('give one record, e.g. 0001 or 0001-layer1, or --all')
        const { reportCommand } = await import('./report.js')
        finish(await reportCommand(resolve(io.cwd, options.out), record, io))
      },
    )

  addCalibrateOptions(program.command('calibrate')).action(async (options: CalibrateOptions) => {
    const command = parseCalibrate(options, io.cwd)
    const { calibrateCommand } = await import('./calibrate.js')
    finish(await calibrateCommand(command, await suiteOf(options), readPackage().version, io))
  })

  addGateOptions(program.command('gate')).action(async (options: GateOptions) => {
    const command = parseGate(options, io.cwd)
    const { gateCommand } = await import('./gate.js')
    finish(await gateCommand(command, readPackage().version, io))
  })

  describeProfile(program.command('profile')).action(
    async (layer: string, options: { readonly suite?: string }) => {
      const { profileCommand } = await import('./profile.js')
      finish(await profileCommand(layer, options, await suiteOf(options), io))
    },
  )

  program
    .command('list')
    .description('layers, workloads, scales, and records with their verdicts')
    .option('--out <dir>', 'evidence root', DEFAULTS.out)
    .option('--suite <module>', "another project's suite")
    .action(async (options: { readonly out: string; readonly suite?: string }) => {
      const { listCommand } = await import('./list.js')
      finish(listCommand(resolve(io.cwd, options.out), await suiteOf(options), io))
    })

  for (const one of [compareCommand, ...extra]) {
    const command = program.command(one.name).description(one.summary)
    one.declare(command)
    command.action(async (...words: unknown[]) => {
      // Commander hands over the positional arguments, then the options, then the command.
      const args = words.slice(0, -2) as (string | readonly string[] | undefined)[]
      finish(await one.run(args, command.opts(), context))
    })
  }
  return program
}

function addEvaluateOptions(command: Command): Command {
  const collect = (id: string, ids: readonly string[] = []) => [...ids, id]
  return command
    .option('--workload <id>', 'measure this workload only; repeatable', collect)
    .option('--scale <name>', 'smoke, standard or production', DEFAULTS.scale)
    .option('--pairs <n>', 'pairs per look, at least 10', DEFAULTS.pairs)
    .option(
      '--max-pairs <n>',
      'pairs at the last look, a multiple of --pairs (default: 40; smoke 20)',
    )
    .option('--fixed', 'one look at --pairs instead of a sequential test')
    .option('--seed <int>', 'seed of the data and of the order of runs', DEFAULTS.seed)
    .option(
      '--threshold <number>',
      'in place of the number in the criterion of the layer, e.g. 5% or 0.05',
    )
    .option('--alpha <fraction>', 'one-sided error over all looks', DEFAULTS.alpha)
    .option('--memory <mode>', 'advisory or blocking', DEFAULTS.memory)
    .option('--metric <name>', 'cpu or wall (default: the metric of the layer)')
    .option(
      '--incumbent <layers>',
      'none, or layers separated by commas (default: accepted layers before this one)',
    )
    .option(
      '--inject <fraction>',
      'control: real extra work that makes the candidate look that much faster (negative: slower)',
    )
    .option(
      '--timeout <seconds>',
      'a run that takes longer is killed and counts as failed',
      DEFAULTS.timeout,
    )
    .option(
      '--node-options <flags>',
      'flags of Node in measured processes, in place of --single-threaded-gc --no-concurrent-recompilation',
    )
    .option(
      '--profile',
      'find out where the time went after measuring (default, but not at smoke scale or with --inject)',
    )
    .option('--no-profile', 'leave the profiles out')
    .option(
      '--resume',
      'continue the newest unfinished evaluation of this layer, or the interrupted sequence',
    )
    .option('--require <verdict>', 'accepted: exit 1 unless the layer is accepted')
    .option('--json', 'the record as one JSON document on stdout, everything else on stderr')
    .option(
      '--out <dir>',
      'evidence root: decisions/ and profiling-results/ are read and written below it',
      DEFAULTS.out,
    )
    .option('--suite <module>', "another project's suite: a compiled module that exports suite")
}

/**
 * What commander found wrong with the words, as an error of ours. Undefined: it has shown what was
 * asked for (help, version).
 */
function explainUsage(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): InputError | undefined {
  if (error.exitCode === 0) return undefined
  const names = program.commands.map((command) => command.name())
  if (error.code === 'commander.help')
    return new InputError(`no command given; known: ${names.join(', ')}`)
  const command = program.commands.find((candidate) => argv.includes(candidate.name()))
  const wrong = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  if (error.code === 'commander.unknownCommand') return unknownName('command', wrong, names)
  if (error.code === 'commander.unknownOption') {
    const options = (command ?? program).options.flatMap(({ long }) =>
      typeof long === 'string' ? [long] : [],
    )
    return unknownName('option', wrong, [...options, '--help'])
  }
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '')
  return new InputError(
    `${message}; see: assay ${command === undefined ? '' : `${command.name()} `}--help`,
  )
}

function tellError(error: unknown, io: Io): ExitCode {
  if (error === undefined) return EXIT.done
  if (error instanceof AssayError) {
    io.stderr(`assay: ${error.message}\n`)
    return error.exitCode
  }
  const { version, bugs } = readPackage()
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.stderr(
    `${stack}\nassay: internal error in assay ${version}: this is a bug; please report it with the lines above`,
  )
  io.stderr(
    `${bugs === undefined ? ' to whoever maintains this copy of assay' : ` at ${bugs.url}`}\n`,
  )
  return EXIT.internal
}

function readPackage(): z.infer<typeof packageSchema> {
  return packageSchema.parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')))
}
