import { createHash } from 'node:crypto'
import {
  closeSync,
  type Dirent,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { z } from 'zod'
import { type AssayError, InputError, InvalidEvidenceError } from '../errors.js'
import { jsonText } from './json-text.js'

/** Codes of file system errors that mean: the given place cannot be used. */
const UNUSABLE = new Set([
  'EACCES',
  'EROFS',
  'ENOTDIR',
  'EPERM',
  'ENOENT',
  'EEXIST',
  'EISDIR',
  'ENAMETOOLONG',
  'ELOOP',
])
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * Turns an error of the file system into one of ours: `InputError` for a place that cannot be used,
 * `InvalidEvidenceError` for a disk that is full or failing. Any other error is returned unchanged.
 */
export function explainFileError(error: unknown, path: string): AssayError | unknown {
  const code = codeOf(error)
  if (UNUSABLE.has(code))
    return new InputError(`cannot use ${path} (${code}); choose a writable directory with --out`, {
      cause: error,
    })
  if (FULL.has(code))
    return new InvalidEvidenceError(
      `disk full while writing ${path} (${code}); free some space and try again; --resume continues an evaluation`,
      { cause: error },
    )
  if (code === 'EIO')
    return new InvalidEvidenceError(
      `the file system cannot read or write ${path} (EIO); check the disk and try again; --resume continues an evaluation`,
      { cause: error },
    )
  return error
}

/**
 * Turns an error of the operating system that the code did not expect into an
 * `InvalidEvidenceError`: the host failed, which is not a bug. Any other error is returned
 * unchanged.
 */
export function explainSystemError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined || !/^E[A-Z0-9]+$/.test(code)) return error
  const at = path === undefined ? '' : ` ${path}`
  return new InvalidEvidenceError(
    `the system call ${syscall}${at} failed (${code}); check space, permissions and the disk, then repeat the command`,
    { cause: error },
  )
}

/** Creates a directory and those above it. */
export function makeDirectory(path: string): void {
  withExplainedErrors(path, () => makeMissing(path))
}

/**
 * Step by step: Node's own recursive form never returns where a file system reports ENOENT below a
 * directory that exists, as /proc does.
 */
function makeMissing(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  if (!existsSync(dirname(path))) makeMissing(dirname(path))
  try {
    mkdirSync(path)
    syncDirectory(dirname(path))
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!(existsSync(path) && statSync(path).isDirectory())) throw error
  }
}

/** Creates a directory that must not exist. @returns false where it does */
export function claimDirectory(path: string): boolean {
  try {
    mkdirSync(path)
    syncDirectory(dirname(path))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw explainFileError(error, path)
  }
}

/** Replaces a file as a whole: even after a crash it has the old content or the new one. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`)
  withExplainedErrors(path, () => {
    try {
      writeSynced(temporary, 'w', content)
      renameSync(temporary, path)
      syncDirectory(dirname(path))
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

/** Replaces a file by a value as indented JSON, as a whole. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${jsonText(value, 2)}\n`)
}

/** Adds text to the end of a file and waits until it is on the disk. */
export function appendSynced(path: string, text: string): void {
  withExplainedErrors(path, () => {
    const isNew = !existsSync(path)
    writeSynced(path, 'a', text)
    if (isNew) syncDirectory(dirname(path))
  })
}

/**
 * Waits until the names in a directory are on the disk: after a crash, a file that was created or
 * renamed in it is there. File systems that cannot do this are left alone.
 */
function syncDirectory(path: string): void {
  let directory: number | undefined
  try {
    directory = openSync(path, 'r')
    fsyncSync(directory)
  } catch (error) {
    if (FULL.has(codeOf(error))) throw error
  } finally {
    if (directory !== undefined) closeSync(directory)
  }
}

/** Replaces a directory by another one that lies beside it, both absolute. */
export function replaceDirectory(directory: string, by: string): void {
  withExplainedErrors(directory, () => {
    rmSync(directory, { recursive: true, force: true })
    renameSync(by, directory)
    syncDirectory(dirname(directory))
  })
}

/** Cuts a file to its first bytes. */
export function truncateSynced(path: string, bytes: number): void {
  withExplainedErrors(path, () => {
    const file = openSync(path, 'r+')
    try {
      ftruncateSync(file, bytes)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  })
}

/**
 * Content of one of our JSON files; undefined where there is none.
 *
 * @param problem message after the path, with the remedy, where the file does not fit the schema
 * @throws {InvalidEvidenceError} the file is not valid JSON, or does not fit the schema
 */
export function readStored<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  problem = 'was changed or damaged; restore it',
): z.infer<Schema> | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new InvalidEvidenceError(`${path} ${problem}`, { cause })
  }
}

/** The text of a file; undefined where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw explainReadError(error, path)
  }
}

/**
 * Names in a directory, ascending; none where there is no directory. Any other error is thrown:
 * what cannot be listed is not empty, and its records and numbers would be forgotten.
 */
export function namesIfThere(path: string): string[] {
  return entriesIfThere(path).map(({ name }) => name)
}

/** Entries of a directory, ascending by name; otherwise as `namesIfThere`. */
export function entriesIfThere(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isAbsent(error)) return []
    throw explainReadError(error, path)
  }
}

/** Paths of all files below a directory that exists, relative to it. */
export function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(path, join(entry.parentPath, entry.name)))
  } catch (error) {
    throw explainReadError(error, path)
  }
}

/** The code of a system error, such as `ENOENT`; empty for any other error. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** As `explainFileError`, for reading, which fills no disk. */
function explainReadError(error: unknown, path: string): AssayError | unknown {
  const code = codeOf(error)
  if (code === '' || UNUSABLE.has(code)) return explainFileError(error, path)
  return new InvalidEvidenceError(
    `${path} cannot be read (${code}); nothing was decided without it: check the disk and try again`,
    { cause: error },
  )
}

/** `sha256:…` of the bytes of a file. */
export function digestFile(path: string): string {
  return digestOf(readFileSync(path))
}

/** `sha256:…` of a text or of bytes. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function writeSynced(path: string, flags: 'w' | 'a', content: string | Uint8Array): void {
  const file = openSync(path, flags)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function withExplainedErrors(path: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    throw explainFileError(error, path)
  }
}
