import { basename, join } from 'node:path'
import {
  EngineError,
  type FailedTrial,
  METHODS,
  type MethodName,
  namedValues,
  OBJECTIVES,
  type ObjectiveName,
  type OpenedSearch,
  openSearch,
  type ResultConstraints,
  type SearchFindings,
  type SearchQueue,
  type SearchWindows,
} from '../../engine/index.js'
import { commandText, nextCommand } from '../../harness/cli/command-text.js'
import { printJson, shownPath } from '../../harness/cli/output.js'
import { AssayError, EXIT, type ExitCode, InputError, messageOf } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import type { Io } from '../../harness/io.js'
import { formatCounted } from '../../harness/text/format.js'
import { unknownName } from '../../harness/text/nearest-name.js'
import { shellWord } from '../../harness/text/shell-word.js'
import { onUserInput } from '../commands/engine-input.js'
import { type GivenPrices, ingestOptions } from '../commands/given-prices.js'
import { redisAddress } from '../commands/redis-address.js'
import { collectResults } from './collect-results.js'
import { type ResultDirectory, takeResultDirectory } from './result-directory.js'
import { RESULT_FILES, writeResults } from './result-files.js'
import { identityOf } from './search-identity.js'
import { JOURNAL_FILE } from './search-journal.js'
import { showProgress } from './search-progress.js'
import type { SearchResults } from './search-results.js'
import { searchNotes, searchText } from './search-text.js'

/** A `search` command. Names of methods and objectives are not checked yet. */
export interface SearchCommand extends GivenPrices {
  /** Absolute path of the module. */
  readonly module: string
  /** The module as typed. */
  readonly given: string
  /** Options that affect the results, as typed. */
  readonly words: readonly string[]
  readonly method?: string
  readonly trials?: number
  readonly seed?: number
  readonly objective?: string
  readonly workers?: number
  readonly batch?: number
  /** Address of a Redis, or true for that of REDIS_URL, if the backtests run elsewhere. */
  readonly redis?: string | true
  readonly queue?: string
  /** Absolute path of a folder that all workers see. */
  readonly folder?: string
  readonly constraints: ResultConstraints
  readonly windows?: SearchWindows
  /** Absolute. */
  readonly out: string
  /** `--out DIR` if it was given. */
  readonly outWords: readonly string[]
  readonly resume?: boolean
  readonly replace?: boolean
  readonly json?: boolean
}

/**
 * Runs a search and writes its results.
 *
 * @param version  of this package
 * @throws {InputError} the module, its data, an option or the directory cannot be used
 * @throws {AssayError} exit 130 or 143, after what is done is written: it was interrupted
 */
export function runSearchCommand(
  command: SearchCommand,
  version: string,
  io: Io,
): Promise<ExitCode> {
  return onUserInput(async () => {
    const search = await opened(command, io)
    try {
      for (const note of search.notes) io.stderr(`note: ${note}\n`)
      await searchInto(command, search, version, io)
    } finally {
      await search.close()
    }
    return EXIT.done
  })
}

function opened(command: SearchCommand, { env }: Io): Promise<OpenedSearch> {
  const { csv, bundle, method, objective, trials, seed, workers, batch, windows } = command
  if (method !== undefined && !METHODS.includes(method as MethodName))
    throw unknownName('--method', method, METHODS)
  if (objective !== undefined && !OBJECTIVES.includes(objective as ObjectiveName))
    throw unknownName('--objective', objective, OBJECTIVES)
  return openSearch(command.module, {
    ...defined({ bundle, trials, seed, workers, batch, windows, queue: queueOf(command, env) }),
    ...defined({
      method: method as MethodName | undefined,
      objective: objective as ObjectiveName | undefined,
    }),
    ...(csv !== undefined && { prices: { files: csv, ...ingestOptions(command, 'prices') } }),
    constraints: command.constraints,
  })
}

function queueOf({ redis, queue, folder }: SearchCommand, env: Io['env']): SearchQueue | undefined {
  const url = redis === true ? redisAddress(undefined, env) : redis
  if (url === undefined && (queue ?? folder) !== undefined)
    throw new InputError('--queue and --folder go with --redis; give the address of a Redis')
  return url === undefined ? undefined : { url, ...defined({ queue, folder }) }
}

async function searchInto(
  command: SearchCommand,
  search: OpenedSearch,
  version: string,
  io: Io,
): Promise<void> {
  const started = io.now()
  const module = { file: basename(search.module), digest: search.digest }
  const directory = takeResultDirectory(command.out, identityOf(search, module, version), command)
  try {
    const findings = await found(command, search, directory, io)
    const results = collectResults(search, findings, {
      engineVersion: version,
      command: repeatingCommand(command),
      module,
      started,
      ended: io.now(),
    })
    await writeResults(command.out, results)
    print(command, results, io)
    if (findings.stopped) throw interruptedAfter(command, directory.kept(), io)
  } finally {
    directory.release()
  }
}

async function found(
  command: SearchCommand,
  search: OpenedSearch,
  { journal, kept }: ResultDirectory,
  io: Io,
): Promise<SearchFindings> {
  if (command.resume) io.stderr(`note: ${resumeNote(kept(), shownPath(command.out, io))}\n`)
  const progress = showProgress(io)
  try {
    return await search.run({ journal, signal: io.signal, onProgress: progress.update })
  } catch (error) {
    if (io.signal.aborted && io.signal.reason === error) throw interruptedAfter(command, kept(), io)
    throw moduleError(command, error)
  } finally {
    progress.done()
  }
}

/** An error that code of the user threw, with the parameters of its trial. */
function moduleError({ given }: SearchCommand, thrown: unknown): unknown {
  const isOurs = thrown instanceof EngineError || thrown instanceof AssayError
  const { trial, syscall } = (thrown ?? {}) as Partial<Record<'trial' | 'syscall', unknown>>
  if (isOurs || syscall !== undefined || trial === undefined) return thrown
  const point = namedValues((trial as FailedTrial).parameters).join(', ')
  return new InputError(
    `${given} failed in the trial with ${point}: ${messageOf(thrown)}; correct the strategy`,
    { cause: thrown },
  )
}

function resumeNote(done: number, directory: string): string {
  if (done === 0) return `there is nothing to resume in ${directory}; the search starts`
  return `${formatCounted(done, 'trial')} of ${directory} are not run again`
}

function interruptedAfter(command: SearchCommand, trials: number, io: Io): unknown {
  const { reason } = io.signal as { readonly reason: unknown }
  if (!(reason instanceof AssayError)) return reason
  const words = [shellWord(command.given), ...shown(command.words), ...command.outWords, '--resume']
  return new AssayError(
    reason.exitCode,
    `${reason.message}; ${formatCounted(trials, 'trial')} kept; go on with: ${nextCommand('search', io.cwd, ...words)}`,
    { cause: reason },
  )
}

/** Without an address that may hold a password; it then has to be in REDIS_URL. */
function shown(words: readonly string[]): string[] {
  return words.map((word) => (/^--redis\b.*@/.test(word) ? '--redis' : word))
}

/** Options that change no trial. */
const WITHOUT_EFFECT = /^--(?:workers|replace|redis|queue|folder)\b/

function repeatingCommand({ given, words }: SearchCommand): string {
  const effective = words.filter((word) => !WITHOUT_EFFECT.test(word))
  return commandText('search', shellWord(given), ...effective)
}

function print({ json, out }: SearchCommand, results: SearchResults, io: Io): void {
  for (const note of searchNotes(results)) io.stderr(`note: ${note}\n`)
  const files = [...RESULT_FILES, JOURNAL_FILE].map((name) => shownPath(join(out, name), io))
  if (json) printJson(results, io)
  else io.stdout(searchText(results, files))
}
