import type { Outcome, Workload } from '../contract.js'

/** A suite does not keep the contract. Exit 2: its author can mend it. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly exitCode = 2
}

type AnyWorkload = Pick<Workload<unknown, unknown, unknown>, 'id' | 'canonical'>

/**
 * What a workload returned, checked: an output to compare, counters that are numbers.
 *
 * @throws {ContractError} `run` returned something else; names the workload, what it returned and
 * what it must return
 */
export function checkOutcome(
  { id }: Pick<AnyWorkload, 'id'>,
  outcome: Outcome<unknown> | undefined,
): Outcome<unknown> {
  const given: Partial<Outcome<unknown>> | undefined = isObject(outcome) ? outcome : undefined
  if (given === undefined || given.output === undefined || given.output === null)
    throw new ContractError(
      `workload ${id}: run returned ${given === undefined ? describeValue(outcome) : `the output ${given.output}`}, so there is no result to compare; return { output } with what was computed`,
    )
  if (isThenable(given.output))
    throw new ContractError(
      `workload ${id}: run returned a promise as its output; return { output: await … }`,
    )
  checkCounters(id, given.counters)
  checkWork(id, given.work)
  return given as Outcome<unknown>
}

function checkCounters(id: string, counters: unknown): void {
  if (counters === undefined) return
  if (!isObject(counters) || Array.isArray(counters))
    throw new ContractError(
      `workload ${id}: counters is ${describeValue(counters)}; give an object of numbers by name`,
    )
  for (const [name, value] of Object.entries(counters)) {
    if (Number.isFinite(value)) continue
    throw new ContractError(
      `workload ${id}: counter ${name} is ${describeValue(value)}; give a finite number, or leave the counter out`,
    )
  }
}

function checkWork(id: string, work: unknown): void {
  if (work === undefined) return
  const { unit, amount } = (isObject(work) ? work : {}) as { unit?: unknown; amount?: unknown }
  if (typeof unit === 'string' && Number.isFinite(amount) && Number(amount) >= 0) return
  throw new ContractError(
    `workload ${id}: work is ${describeValue(work)} with unit ${describeValue(unit)} and amount ${describeValue(amount)}; give a text and a finite number of at least 0`,
  )
}

/**
 * The canonical form of an output, checked.
 *
 * @throws {ContractError} it is not text or bytes
 */
export function canonicalOf(workload: AnyWorkload, output: unknown): string | Uint8Array {
  const canonical: unknown = workload.canonical(output)
  if (typeof canonical === 'string') return canonical
  if (ArrayBuffer.isView(canonical))
    return new Uint8Array(canonical.buffer, canonical.byteOffset, canonical.byteLength)
  throw new ContractError(
    `workload ${workload.id}: canonical returned ${describeValue(canonical)}; return a string or a Uint8Array that holds the whole result`,
  )
}

/** Whether a value is a promise, or anything else that `await` would wait for. */
export function isThenable(value: unknown): boolean {
  return (
    (isObject(value) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** A value in a message: `undefined`, `a promise`, `5`, `an object without output`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`
  if (typeof value !== 'object' || value === null) return String(value)
  if (isThenable(value)) return 'a promise'
  return Array.isArray(value) ? 'an array' : 'an object'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
