import type { Suite } from '../contract.js'
import { EXIT, type ExitCode } from '../errors.js'
import type { Io } from '../io.js'
import { announceFailure, runCli } from './cli.js'
import type { CliCommand } from './command.js'

/** Time for what is left of a command to end by itself, ms. */
const GRACE_MS = 200

/** Rounds of that time after which what keeps the process alive is something Node does not name. */
const MOST_ROUNDS = 10

/** What keeps a process alive, in words, by the names of Node. */
const HANDLES: Readonly<Record<string, string>> = {
  Timeout: 'a timer (setInterval or setTimeout)',
  Immediate: 'a timer (setImmediate)',
  MessagePort: 'a worker thread or a message port',
  Worker: 'a worker thread',
  ProcessWrap: 'a child process',
  TCPServerWrap: 'a server',
  TCPSocketWrap: 'a connection',
  TLSWrap: 'a connection',
  UDPWrap: 'a socket',
  FSEventWrap: 'a file watcher',
  StatWatcher: 'a file watcher',
}
/** Our own output, which may still be on its way. */
const OUTPUT = ['PipeWrap', 'TTYWrap', 'FSReqCallback', 'FSReqPromise', 'WriteWrap', 'ShutdownWrap']

/**
 * Runs one command line as this process: with its exit code, and an end of its own. Success has to
 * be earned: until the command has ended the exit code is 70, whatever else ends the process. Other
 * code, such as a suite, may leave timers or servers open: they are named, and the process ends all
 * the same.
 *
 * @param words, suite, extra as `runCli`
 */
export async function runAsProcess(
  words: readonly string[],
  suite: Suite | (() => Promise<Suite>),
  io: Io,
  extra: readonly CliCommand[] = [],
): Promise<void> {
  process.exitCode = EXIT.internal
  let isAnnounced = false
  const onEarlyExit = (code: unknown) => {
    if (isAnnounced) return
    isAnnounced = true
    if (isSignalled(code))
      return announceFailure({ exitCode: code, message: 'ended by a signal' }, words, io, extra)
    const message = earlyEnd(words, code)
    io.stderr(`assay: ${message}\n`)
    announceFailure({ exitCode: EXIT.internal, message }, words, io, extra)
    process.exitCode = EXIT.internal
  }
  process.on('exit', onEarlyExit)
  const earn = guardExitCode(onEarlyExit)
  const code = await runCli(words, suite, io, extra)
  process.off('exit', onEarlyExit)
  earn(code)
  endDespiteHandles(io)
}

/**
 * Lets no handler of other code, such as `process.on('exit', () => process.exit(0))`, end this
 * process with another exit code.
 *
 * @param onEarlyExit called with the code of an end before that of the command
 * @returns takes the exit code of the command, once it has ended
 */
function guardExitCode(onEarlyExit: (code: unknown) => void): (code: ExitCode) => void {
  const own = process as unknown as { reallyExit(code: unknown): never }
  const end = own.reallyExit.bind(process)
  let earned: ExitCode | undefined
  // An error beside the command, or of stdout, replaces success; nothing replaces a failure.
  const ended = (given: unknown) => {
    if (earned === undefined) return isSignalled(given) ? given : EXIT.internal
    return earned === EXIT.done && given !== undefined ? given : earned
  }
  own.reallyExit = (given) => {
    if (earned === undefined) onEarlyExit(given)
    return end(ended(given))
  }
  return (code) => {
    earned = code
    process.exitCode = code
    process.on('exit', () => {
      process.exitCode = ended(process.exitCode) as number
    })
  }
}

function isSignalled(code: unknown): code is typeof EXIT.interrupted | typeof EXIT.terminated {
  return code === EXIT.interrupted || code === EXIT.terminated
}

/** @param code with which the process was to end */
function earlyEnd(words: readonly string[], code: unknown): string {
  const { name, given } = suiteIn(words)
  return `the process ended before its command, with exit code ${code}; nothing was decided: ${name} must neither call process.exit nor wait for what never comes${given ? '' : '; report it if no suite of yours was loaded'}`
}

function suiteIn(words: readonly string[]) {
  const at = words.findIndex((word) => word === '--suite' || word.startsWith('--suite='))
  if (at < 0) return { name: 'the suite', given: false }
  return { name: `--suite ${words[at]?.split('=')[1] ?? words[at + 1] ?? ''}`, given: true }
}

/** Ends the process after a grace period if something keeps it alive, and names it. */
function endDespiteHandles(io: Io, round = 1): void {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((name) => !OUTPUT.includes(name))
    const isWriting = process.stdout.writableLength + process.stderr.writableLength > 0
    if (left.length === 0 && (isWriting || round < MOST_ROUNDS))
      return endDespiteHandles(io, round + 1)
    const names =
      [...new Set(left.map((name) => HANDLES[name] ?? name))].join(', ') ||
      'a worker thread or something else without a name'
    io.stderr(
      `warning: the suite, or a module it loads, has left open ${names}, which would keep this process alive; it ends all the same. Close it when the module is only imported\n`,
    )
    process.exit()
  }, GRACE_MS).unref()
}
