import { resolve } from 'node:path'
import type { QueueWorkerEvent } from '../../engine/index.js'
import type { CliCommand } from '../../harness/cli/command.js'
import { wholeOption } from '../../harness/cli/shared-options.js'
import { EXIT, InputError } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import { Interrupted, type Io } from '../../harness/io.js'
import { redisAddress } from './redis-address.js'

interface WorkerOptions {
  readonly redis?: string
  readonly queue?: string
  readonly folder?: string
  readonly module?: string
  readonly bundle?: string
  readonly workers?: number
}

const MOST_WORKERS = 1024
/** Between two lines of progress, ms. */
const QUIET_MS = 5000

const HELP = `
Takes ranges of trials from Redis, runs them on the processors of this machine, and gives the results back. Start it on
every machine, in any order, before or during a search; then: assay search MODULE --redis URL.

A worker runs only the module that --module names, or modules that lie in the shared folder; a job names a module by its
digest and never brings code. All who may write to the folder can run code here: share it with trusted machines only.
Every worker needs the version of assay and of Node that the search has, and refuses other searches.

A password in a command line can be read by every user of the machine: put the address into the variable REDIS_URL.
Ctrl-C or SIGTERM finishes the ranges that run, for at most ten seconds; what is not finished goes back to the queue.

Examples
  assay worker --redis redis://10.0.0.5:6379 --folder /mnt/assay
  REDIS_URL=rediss://:secret@redis.example.org assay worker --module ./mine.search.ts --bundle data/mag8`

/** `assay worker`: runs the backtests of searches that other machines began. */
export const workerCommand: CliCommand<WorkerOptions, WorkerOptions> = {
  name: 'worker',
  summary: 'run trials of searches that come through Redis, for searches on several machines',
  declare(command) {
    command
      .option('--redis <url>', 'redis://host:6379, or rediss:// for TLS (default: REDIS_URL)')
      .option(
        '--queue <name>',
        'name of the queue; searches of other names are left (default: search)',
      )
      .option('--folder <dir>', 'folder that the search and all workers share')
      .option('--module <file>', 'the only search module to run, where there is no shared folder')
      .option('--bundle <dir>', 'bundle in place of the one that --module names')
      .addOption(
        wholeOption('--workers <n>', 'threads (default: one for each processor)', 1, MOST_WORKERS),
      )
      .addHelpText('after', HELP)
  },
  parse(_args, options, { cwd }) {
    const { folder, module, bundle } = options
    if ((folder === undefined) === (module === undefined))
      throw new InputError('give either --folder DIR or --module FILE; see: assay worker --help')
    if (folder !== undefined && bundle !== undefined)
      throw new InputError('--bundle goes with --module: in a folder the bundle of the search lies')
    return {
      ...options,
      ...defined({
        folder: folder && resolve(cwd, folder),
        module: module && resolve(cwd, module),
        bundle: bundle && resolve(cwd, bundle),
      }),
    }
  },
  async run({ redis, ...options }, { io }) {
    const url = redisAddress(redis, io.env)
    const [{ queueWorker }, { onUserInput }] = await Promise.all([
      import('../../engine/index.js'),
      import('./engine-input.js'),
    ])
    const worker = await onUserInput(() =>
      queueWorker({ url, ...options, onEvent: progressOf(io) }),
    )
    await untilStopped(io.signal)
    io.stderr('finishing what runs; Ctrl-C again ends at once\n')
    await worker.close()
    const { trials, jobs, refused } = worker.statistics()
    io.stdout(`ran ${trials} trials in ${jobs} ranges; refused ${refused}\n`)
    if (!(io.signal.reason instanceof Interrupted)) throw io.signal.reason
    return EXIT.done
  },
}

/** Lines for a person or a log file: few, and none twice. */
function progressOf(io: Io): (event: QueueWorkerEvent) => void {
  let trials = 0
  let last = ''
  let printedAt = Number.NEGATIVE_INFINITY
  const print = (line: string) => {
    if (line !== last) io.stderr(`${line}\n`)
    last = line
  }
  return (event) => {
    if (event.kind === 'waiting')
      print(`waiting for trials of queue ${event.queue} at ${event.address}`)
    else if (event.kind === 'refused') print(`refused: ${event.error.message}`)
    else if (event.kind === 'trouble')
      print(`trouble with Redis (${event.error.message}); going on`)
    else {
      trials += event.trials
      const now = io.now().getTime()
      if (now - printedAt < QUIET_MS) return
      printedAt = now
      print(`${trials} trials so far; ${event.trials} in the last ${Math.round(event.ms)} ms`)
    }
  }
}

async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((stopped) => signal.addEventListener('abort', stopped, { once: true }))
}
