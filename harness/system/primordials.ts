import { createHash, Hash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { performance as nodePerformance, PerformanceObserver } from 'node:perf_hooks'
import timers from 'node:timers'
import v8 from 'node:v8'

/**
 * The functions that a measurement relies on, taken when this module is loaded: before the code
 * that is measured. A measured process imports it first and uses these, so a replaced function does
 * not reach its figures; and what was replaced is found by `findReplaced`.
 */

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object
const { apply, ownKeys, deleteProperty, defineProperty: restore } = Reflect
const { stringify } = JSON
const { update, digest } = Hash.prototype
const { readFileSync, readdirSync } = fs
const hash = createHash
const collectGarbage = globalThis.gc

/** The clock of the process, ms. */
export const readClock: () => number = nodePerformance.now.bind(nodePerformance)
/** CPU time of the process, all threads, µs. */
export const readCpuUsage: () => NodeJS.CpuUsage = process.cpuUsage.bind(process, undefined)
/** What the kernel counts about the process. */
export const readResourceUsage: () => NodeJS.ResourceUsage = process.resourceUsage.bind(process)
/** Statistics of the heap of V8. */
export const readHeap: typeof v8.getHeapStatistics = v8.getHeapStatistics
/** Ends the process. */
export const endProcess: (code: number) => never = process.exit.bind(process)
/** Calls a function in a later turn of the event loop. */
export const soon: (action: () => void) => unknown = setImmediate

const sendToParent = process.send?.bind(process)

/** Sends a message to the parent process; the callback gets an error if that fails. */
export function sendMessage(message: unknown, done: (error: Error | null) => void): void {
  sendToParent?.(message, undefined, {}, done)
}

/** A full garbage collection, if Node was started with `--expose-gc`. */
export function collectAll(): void {
  collectGarbage?.()
}

/** JSON of a value, by the serializer of the language. */
export function plainJson(value: unknown): string {
  return stringify(value)
}

/** SHA-256 of text or bytes, hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  const made = hash('sha256')
  apply(update, made, [content])
  return apply(digest, made, ['hex']) as string
}

/** Text of a file. @throws as `readFileSync` */
export function readPlainFile(path: string): string {
  return apply(readFileSync, fs, [path, 'utf8']) as string
}

/** Names in a folder. @throws as `readdirSync` */
export function listPlainFolder(path: string): string[] {
  return apply(readdirSync, fs, [path]) as string[]
}

/** Appends to a list, where `push` or a setter may have been replaced. */
export function append<Item>(list: Item[], value: Item): void {
  defineProperty(list, list.length, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

/** Kinds of functions that can be replaced. */
type ReplacedKind = 'replaced-clock' | 'replaced-primordial' | 'forged-message' | 'patched-harness'

interface Watched {
  readonly kind: ReplacedKind
  /** For messages: `Array.prototype`. */
  readonly name: string
  readonly object: object
  /** All of its own keys if absent. */
  readonly keys?: readonly string[]
}

const CLOCKS = ['hrtime', 'cpuUsage', 'resourceUsage', 'memoryUsage', 'uptime']
const GLOBALS =
  'setTimeout setInterval setImmediate clearTimeout clearImmediate queueMicrotask structuredClone Buffer Math JSON Promise Object Array String Number Boolean Map Set WeakMap RegExp Reflect Symbol Function Error BigInt Uint8Array Float64Array gc process'
const ITERATOR: object = getPrototypeOf([][Symbol.iterator]())
const TYPED_ARRAY: object = getPrototypeOf(Uint8Array.prototype)

/** @param harness further objects whose functions must stay, by name: prototypes of classes */
function watchedObjects(harness: Readonly<Record<string, object>>): Watched[] {
  const clock = (name: string, object: object, keys?: readonly string[]) =>
    ({ kind: 'replaced-clock', name, object, ...(keys && { keys }) }) as const
  const plain = (name: string, object: object, keys?: readonly string[]) =>
    ({ kind: 'replaced-primordial', name, object, ...(keys && { keys }) }) as const
  const builtins = { Math, JSON, Object, Reflect, Array, String, Number, Promise, Map, Set, RegExp }
  const prototypes = { Array, String, Number, Promise, Map, Set, RegExp, Boolean, WeakMap }
  return [
    clock('performance', nodePerformance, ['now', 'timeOrigin']),
    clock('Performance.prototype', getPrototypeOf(nodePerformance), ['now', 'timeOrigin']),
    clock('globalThis', globalThis, ['performance', 'Date']),
    clock('process', process, CLOCKS),
    clock('process.hrtime', process.hrtime, ['bigint']),
    clock('Date', Date, ['now']),
    clock('Date.prototype', Date.prototype, ['getTime', 'valueOf']),
    plain('globalThis', globalThis, GLOBALS.split(' ')),
    ...Object.entries(builtins).map(([name, object]) => plain(name, object)),
    ...Object.entries(prototypes).map(([name, { prototype }]) =>
      plain(`${name}.prototype`, prototype),
    ),
    plain('Function.prototype', Function.prototype, ['apply', 'bind', 'call', 'toString']),
    plain('Object.prototype', Object.prototype, ['hasOwnProperty', 'toString', 'valueOf']),
    plain('%ArrayIteratorPrototype%', ITERATOR),
    plain('%TypedArray%.prototype', TYPED_ARRAY),
    plain('fs', fs, ['readFileSync', 'readdirSync']),
    plain('crypto.Hash.prototype', Hash.prototype, ['update', 'digest']),
    plain('v8', v8, ['getHeapStatistics', 'serialize', 'deserialize']),
    plain('PerformanceObserver.prototype', PerformanceObserver.prototype),
    plain('timers', timers, ['setTimeout', 'setImmediate']),
    { kind: 'forged-message', name: 'process', object: process, keys: ['send', '_send'] },
    ...Object.entries({ 'EventEmitter.prototype': EventEmitter.prototype, ...harness }).map(
      ([name, object]) => ({ kind: 'patched-harness', name, object }) as const,
    ),
  ]
}

/** Fields that, if every list or object has them, change how values are stored or serialized. */
const POISONED = {
  'Array.prototype': [Array.prototype, ['toJSON', 'then', '0', '1']],
  'Object.prototype': [Object.prototype, ['get', 'set', 'value']],
  'String.prototype': [String.prototype, ['toJSON', 'then']],
} as const

interface Taken {
  readonly watched: Watched
  readonly key: string | symbol
  readonly descriptor: PropertyDescriptor | undefined
}

/** A function that was replaced since it was taken. */
export interface Replaced {
  readonly class: ReplacedKind
  readonly what: string
}

/**
 * Takes the functions of the language, of Node and of the harness as they are now.
 *
 * @param harness further objects to watch, by name
 * @returns finds what was replaced since, and puts the original back; empty if nothing was
 */
export function takePrimordials(harness: Readonly<Record<string, object>> = {}): () => Replaced[] {
  // Named imports of built-in modules may lag behind the modules.
  syncBuiltinESMExports()
  const taken: Taken[] = []
  for (const watched of watchedObjects(harness))
    for (const key of watched.keys ?? ownKeys(watched.object))
      taken.push({ watched, key, descriptor: getOwnPropertyDescriptor(watched.object, key) })
  return () => findReplaced(taken)
}

/** Uses no method of an object, because any of them may have been replaced. */
function findReplaced(taken: readonly Taken[]): Replaced[] {
  const replaced: Replaced[] = []
  for (let index = 0; index < taken.length; index++) {
    const { watched, key, descriptor } = taken[index]!
    if (isSame(getOwnPropertyDescriptor(watched.object, key), descriptor)) continue
    const name = typeof key === 'symbol' ? 'a symbol' : key
    append(replaced, { class: watched.kind, what: `${watched.name}.${name} was replaced` })
    if (descriptor === undefined) deleteProperty(watched.object, key)
    else restore(watched.object, key, descriptor)
  }
  findAdded(replaced)
  return replaced
}

function findAdded(replaced: Replaced[]): void {
  for (const name in POISONED) {
    // Not taken apart, because an iterator may have been replaced.
    const object = POISONED[name as keyof typeof POISONED][0]
    const keys = POISONED[name as keyof typeof POISONED][1]
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!
      if (!(key in object)) continue
      deleteProperty(object, key)
      append(replaced, { class: 'replaced-primordial', what: `${name}.${key} was added` })
    }
  }
}

function isSame(now: PropertyDescriptor | undefined, then: PropertyDescriptor | undefined) {
  if (now === undefined || then === undefined) return now === then
  if (typeof then.value === 'function' || typeof then.value === 'object')
    return now.value === then.value
  return now.get === then.get && now.set === then.set
}
