import fs from 'node:fs'
import inspector from 'node:inspector'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import type { TamperClass, TamperSign } from '../evidence/tamper-classes.js'
import { append } from '../system/primordials.js'

/**
 * Watches calls by which measured code acts on the world outside of its computation: it writes
 * files, acts on other processes, changes priorities or V8, or looks into the harness. The
 * functions are wrapped before the suite is loaded. A wrapped function does what it did; only such
 * calls cost anything.
 */
export interface WatchedCalls {
  /** From now on, calls are noted: the suite has been loaded. */
  begin(): void
  /** What was noted so far. */
  readonly signs: readonly TamperSign[]
}

// biome-ignore lint/suspicious/noExplicitAny: any function of Node may be wrapped
type Call = (...given: any[]) => any
type Functions = Record<string, Call>

/** @returns the class and an instance of it; undefined if the call is allowed */
type Judge = (given: readonly unknown[]) => TamperSign | undefined

/** Functions that write the file or folder that is named by their first argument. */
const WRITES_FIRST =
  'writeFile appendFile mkdir mkdtemp truncate unlink rm rmdir chmod utimes'.split(' ')
/** Functions that write what their second argument names. */
const WRITES_SECOND = 'rename copyFile cp link symlink'.split(' ')
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants
const WRITE_FLAGS = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND
const MOST_SIGNS = 20
/** Internals of Node by which the wrapped functions could be passed by. */
const BINDINGS = ['fs', 'process_wrap', 'spawn_sync', 'pipe_wrap', 'tcp_wrap', 'inspector', 'v8']

/**
 * Wraps the functions.
 *
 * @param scratch the folder in which files may be written, absolute
 */
export function watchCalls(scratch: string): WatchedCalls {
  const signs: TamperSign[] = []
  let isNoting = false
  const note = (sign: TamperSign | undefined) => {
    if (isNoting && sign !== undefined && signs.length < MOST_SIGNS) append(signs, sign)
  }
  const wrap = (object: object, name: string, judge: Judge) => {
    const functions = object as Functions
    const original = functions[name]
    if (typeof original !== 'function') return
    const wrapped = function (this: unknown, ...given: unknown[]) {
      note(judge(given))
      return new.target === undefined
        ? Reflect.apply(original, this, given)
        : Reflect.construct(original, given)
    }
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original))
    functions[name] = wrapped
  }
  watchFiles(wrap, scratch)
  watchProcess(wrap)
  syncBuiltinESMExports()
  return {
    begin: () => {
      isNoting = true
    },
    signs,
  }
}

type Wrap = (object: object, name: string, judge: Judge) => void

function watchFiles(wrap: Wrap, scratch: string): void {
  const writes = (path: unknown) => judgeWrite(path, scratch)
  const judges: Readonly<Record<string, Judge>> = {
    ...Object.fromEntries(WRITES_FIRST.map((name) => [name, ([path]) => writes(path)])),
    ...Object.fromEntries(WRITES_SECOND.map((name) => [name, ([, to]) => writes(to)])),
    rename: ([from, to]) => writes(from) ?? writes(to),
    open: ([path, flags]) => (opensToWrite(flags) ? writes(path) : undefined),
  }
  for (const [name, judge] of Object.entries(judges))
    for (const object of [fs, fs.promises])
      for (const variant of [name, `${name}Sync`]) wrap(object, variant, judge)
}

function judgeWrite(given: unknown, scratch: string): TamperSign | undefined {
  const path = pathOf(given)
  if (path === undefined || path.startsWith(scratch + sep) || path.startsWith('/dev/')) return
  return { class: 'written-file', what: `${path} was written` }
}

/** Absolute path; undefined for a file that is open already. */
function pathOf(given: unknown): string | undefined {
  if (typeof given === 'string') return resolve(given)
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : undefined
  return given instanceof Uint8Array ? resolve(Buffer.from(given).toString()) : undefined
}

function opensToWrite(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & WRITE_FLAGS) > 0
  return typeof flags === 'string' && /[wa+]/.test(flags)
}

function watchProcess(wrap: Wrap): void {
  const always = (name: TamperClass, what: string) => () => ({ class: name, what })
  wrap(process, 'kill', ([pid, signal]) =>
    pid === process.pid || signal === 0
      ? undefined
      : { class: 'disturbed-process', what: `signal ${signal ?? 'SIGTERM'} to process ${pid}` },
  )
  wrap(process, 'chdir', ([path]) => ({ class: 'changed-environment', what: `chdir to ${path}` }))
  wrap(process, 'binding', ([name]) =>
    BINDINGS.includes(String(name))
      ? { class: 'patched-harness', what: `process.binding('${name}') was called` }
      : undefined,
  )
  wrap(os, 'setPriority', always('changed-priority', 'os.setPriority was called'))
  wrap(v8, 'setFlagsFromString', ([flags]) => ({
    class: 'changed-runtime',
    what: `flags of V8: ${flags}`,
  }))
  const inspected = always('patched-harness', 'the memory of the process was inspected')
  wrap(v8, 'getHeapSnapshot', inspected)
  wrap(v8, 'writeHeapSnapshot', inspected)
  wrap(inspector, 'open', inspected)
  wrap(inspector.Session.prototype, 'connect', inspected)
}
