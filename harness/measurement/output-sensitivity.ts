import { ContractError, canonicalOf } from './outcome-contract.js'

type AnyWorkload = Parameters<typeof canonicalOf>[0]

/** How the values of an output are changed; a canonical form must notice at least one of them. */
interface Alteration {
  number(value: number): number
  text(value: string): string
  /** Number of elements to add behind a list (negative: to take away). */
  readonly longer: number
}

/** Several, because a canonical form may round, sort, or count. */
const ALTERATIONS: readonly Alteration[] = [
  { number: (value) => value + 1, text: (value) => `${value}x`, longer: 0 },
  { number: (value) => -3 * value - 7919, text: () => '', longer: 1 },
  { number: (value) => value + 1.2345e12, text: (value) => `7${value}`, longer: -1 },
  { number: (value) => (value === 0 ? 0.5 : 0), text: () => '-1.5', longer: 0 },
]

/**
 * Checks that a canonical form depends on the output: it is formed again of outputs in which every
 * value is changed. One that is the same for all of them proves nothing, whatever it holds.
 *
 * @param canonical the canonical form of `output`
 * @throws {ContractError} it is the same for every changed output
 */
export function refuseBlindCanonical(
  workload: AnyWorkload,
  output: unknown,
  canonical: string | Uint8Array,
): void {
  if (ALTERATIONS.some((alteration) => isNoticed(workload, output, canonical, alteration))) return
  throw new ContractError(
    `workload ${workload.id}: canonical returns ${shown(canonical)} for every output, also for changed ones, so equal forms prove nothing; put the whole result into it, e.g. JSON.stringify(output)`,
  )
}

function isNoticed(
  workload: AnyWorkload,
  output: unknown,
  canonical: string | Uint8Array,
  alteration: Alteration,
): boolean {
  try {
    const other = canonicalOf(workload, alter(output, alteration, new Map()))
    return Buffer.compare(Buffer.from(other), Buffer.from(canonical)) !== 0
  } catch {
    // A form that cannot be made of the changed output depends on it.
    return true
  }
}

/**
 * Whether an output holds no value at all: an empty text, list or object, or only such. One like
 * this may happen; if all are, nothing is compared.
 */
export function isHollow(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'object' || value instanceof Date || value instanceof RegExp) return false
  if (seen.has(value)) return true
  seen.add(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength === 0
  const parts =
    value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value)
  return parts.every((part) => isHollow(part, seen))
}

/** A deep copy with every value changed; shared and circular parts stay shared. */
function alter(value: unknown, by: Alteration, seen: Map<unknown, unknown>): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? by.number(value) : 0
    case 'bigint':
      return BigInt(Math.trunc(by.number(Number(BigInt.asIntN(32, value))))) + 1n
    case 'string':
      return by.text(value)
    case 'boolean':
      return !value
    case 'object':
      return value === null ? 1 : (seen.get(value) ?? alterObject(value, by, seen))
    default:
      return value === undefined ? 1 : value
  }
}

function alterObject(value: object, by: Alteration, seen: Map<unknown, unknown>): unknown {
  if (value instanceof Date) return new Date(value.getTime() + 86_400_000)
  if (ArrayBuffer.isView(value)) return alterView(value, by)
  if (value instanceof ArrayBuffer) return alterView(new Uint8Array(value), by).buffer
  const inner = (part: unknown) => alter(part, by, seen)
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, inner(part)]))
  if (value instanceof Set) return new Set([...value, 'one more'].map(inner))
  if (Array.isArray(value)) {
    const list: unknown[] = []
    seen.set(value, list)
    list.push(...resized(value, by.longer).map(inner))
    return list
  }
  const copy = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>
  seen.set(value, copy)
  for (const [key, part] of Object.entries(value)) copy[key] = inner(part)
  if (by.longer > 0) copy.oneMore = 1
  return copy
}

function resized(list: readonly unknown[], longer: number): readonly unknown[] {
  return longer > 0 ? [...list, list.at(-1) ?? 1] : list.slice(0, list.length + longer)
}

/** Typed arrays, buffers and views: every byte flipped, and one more or less of them. */
function alterView(view: ArrayBufferView, { longer }: Alteration): ArrayBufferView {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).map((b) => b ^ 0x15)
  if (view instanceof DataView) return new DataView(bytes.buffer)
  const size = (view as Uint8Array).BYTES_PER_ELEMENT
  const resizedBytes = new Uint8Array(Math.max(0, bytes.length + longer * size))
  resizedBytes.set(bytes.subarray(0, resizedBytes.length))
  const Kind = view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView
  return view instanceof Buffer ? Buffer.from(resizedBytes) : new Kind(resizedBytes.buffer)
}

function shown(canonical: string | Uint8Array): string {
  if (typeof canonical !== 'string') return `the same ${canonical.length} bytes`
  return canonical.length > 60 ? `the same ${canonical.length} characters` : `'${canonical}'`
}
