import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Arm, Suite } from '../contract.js'
import { AssayError, InputError, InvalidEvidenceError, messageOf } from '../errors.js'
import { signText } from '../evidence/tamper-classes.js'
import { compiledModule, packageRoot } from '../system/package-root.js'
import { type Replaced, takePrimordials } from '../system/primordials.js'
import { endIfBusy } from './busy-import.js'
import { checkSuite } from './check-suite.js'

/** A suite, and the address from which measured processes import it. */
export interface LoadedSuite {
  readonly suite: Suite
  /** Address of its compiled module. */
  readonly address: string
  /** Finds functions of this process that were replaced since the suite was imported. */
  readonly findReplaced?: () => readonly Replaced[]
  /** Path of the module, if the suite is that of another project; absent for our own suite. */
  readonly foreignFile?: string
  /** Addresses for the arms that measure another version of the suite. */
  readonly versions?: Readonly<Partial<Record<Arm, string>>>
}

/** Address of the module an arm measures. */
export function addressOf({ address, versions }: LoadedSuite, arm: Arm): string {
  return versions?.[arm] ?? address
}

/** The folder of the project that a suite belongs to: the folder of its module, or this package. */
export function projectOf({ foreignFile }: Pick<LoadedSuite, 'foreignFile'>): string {
  return foreignFile === undefined ? packageRoot() : dirname(foreignFile)
}

/** Our own suite, as the composition root hands it over. */
export function ownSuite(suite: Suite): LoadedSuite {
  return { suite: checkSuite(suite, 'the suite'), address: compiledModule(suite.module) }
}

/**
 * Another project's suite: a module that exports `suite`.
 *
 * @param module path, absolute or relative to `cwd`
 * @throws {InputError} the module does not exist, or does not export a suite; the message names
 * what is missing
 */
export async function loadSuite(
  module: string,
  cwd: string,
  limits?: ImportLimits,
): Promise<LoadedSuite> {
  const foreignFile = resolve(cwd, module)
  if (!existsSync(foreignFile))
    throw new InputError(
      `--suite ${module}: no such file; give the path of a compiled module that exports suite`,
    )
  return await importSuite(foreignFile, `--suite ${module}`, limits)
}

/**
 * The suite that a compiled module exports.
 *
 * @param foreignFile absolute path
 * @param name        its name in error messages
 * @throws {InputError} the module cannot be imported, or does not export a suite; the message
 * names what is missing
 * @throws {InvalidEvidenceError} it replaces functions of this process
 */
export async function importSuite(
  foreignFile: string,
  name: string,
  limits: ImportLimits = {},
): Promise<LoadedSuite> {
  const address = pathToFileURL(foreignFile).href
  const findReplaced = takePrimordials()
  let exported: unknown
  try {
    exported = ((await importWithin(address, name, limits)) as { suite?: unknown }).suite
  } catch (cause) {
    if (cause instanceof AssayError) throw cause
    throw new InputError(
      `${name}: cannot be imported (${messageOf(cause)}); give a compiled ES module`,
      {
        cause,
      },
    )
  }
  // First, because everything after it uses functions that may have been replaced.
  refuseReplaced(findReplaced(), name)
  return { suite: checkSuite(exported, name), address, foreignFile, findReplaced }
}

/**
 * Refuses a suite that replaces functions of this process, which decides about it.
 *
 * @throws {InvalidEvidenceError} it did; names the class and the function
 */
export function refuseReplaced([first]: readonly Replaced[], name: string): void {
  if (first === undefined) return
  throw new InvalidEvidenceError(
    `${name} replaces a function of the process that decides: ${signText(first)}; leave built-in functions as they are`,
  )
}

/** When the import of a suite is given up. */
export interface ImportLimits {
  readonly signal?: AbortSignal
  readonly deadlineMs?: number
  /** Written to stdout if this process has to be killed, because the import never returns. */
  readonly lastWords?: string
}

const IMPORT_DEADLINE_MS = 30_000

/**
 * An import that computes without an end is ended with this process: see `endIfBusy`.
 *
 * @throws {InputError} the import does not end
 * @throws the signal's reason if it was aborted
 */
async function importWithin(
  address: string,
  name: string,
  { signal, deadlineMs: given = IMPORT_DEADLINE_MS, lastWords }: ImportLimits,
): Promise<unknown> {
  signal?.throwIfAborted()
  const deadlineMs = Math.min(given, IMPORT_DEADLINE_MS)
  const { promise: givenUp, reject } = withReject()
  const onAbort = () => reject(signal?.reason)
  const late = new InputError(
    `${name}: its import did not end within ${deadlineMs / 1000} s, e.g. because of an await that never settles; a suite only declares what is measured, and works in prepare and run`,
  )
  const timer = setTimeout(() => reject(late), deadlineMs)
  signal?.addEventListener('abort', onAbort)
  const stopWatching = endIfBusy(name, deadlineMs, lastWords)
  try {
    return await Promise.race([import(address), givenUp])
  } finally {
    clearTimeout(timer)
    stopWatching()
    signal?.removeEventListener('abort', onAbort)
  }
}

function withReject() {
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<never>((_, fail) => {
    reject = fail
  })
  return { promise, reject }
}
