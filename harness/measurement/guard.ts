import { Bench } from 'tinybench'
import type { RunSlot, Suite } from '../contract.js'
import type { TamperSign } from '../evidence/tamper-classes.js'
import { append, takePrimordials } from '../system/primordials.js'
import type { WatchedCalls } from './watched-calls.js'

/** Looks for tampering in a measured process. */
export interface Guard {
  /** Called once the suite has been loaded, before any of its workloads runs. */
  begin(suite: Suite): void
  /** Adds what was found otherwise. */
  add(sign: TamperSign): void
  /** All signs so far; what is found once stays. */
  signs(): readonly TamperSign[]
}

/** Names of events of the process on which the harness listens all the time. */
const LISTENED = ['disconnect', 'uncaughtException', 'unhandledRejection'] as const
/** More than one of each class would only make messages long. */
const MOST_SIGNS = 12

/**
 * Begins to guard this process; called before the suite is loaded.
 *
 * @param calls what watches calls, in a defended run
 */
export function guardProcess(slot: RunSlot, calls?: WatchedCalls): Guard {
  const findReplaced = takePrimordials(harnessObjects(slot))
  const found: TamperSign[] = []
  let findChanged: () => readonly TamperSign[] = () => []
  // By index, because an iterator may have been replaced.
  const take = (signs: readonly TamperSign[]) => {
    for (let index = 0; index < signs.length; index++) addOnce(found, signs[index]!)
  }
  return {
    begin: (suite) => {
      findChanged = watchState(slot, suite)
      calls?.begin()
    },
    add: (sign) => take([sign]),
    signs: () => {
      // First, because everything after it uses functions that may have been replaced.
      const replaced = findReplaced()
      take(replaced)
      if (calls !== undefined) take(calls.signs)
      if (replaced.length === 0) take(findChanged())
      return found
    },
  }
}

function addOnce(found: TamperSign[], sign: TamperSign): void {
  for (let index = 0; index < found.length; index++) if (found[index]!.what === sign.what) return
  if (found.length < MOST_SIGNS) append(found, sign)
}

/** Prototypes of the classes that drive the iterations. */
function harnessObjects({ workload, mode }: RunSlot): Readonly<Record<string, object>> {
  if (mode !== 'run' && mode !== 'probe') return {}
  const bench = new Bench().add(workload, () => {})
  return {
    'Bench.prototype': Bench.prototype,
    'Task.prototype': Object.getPrototypeOf(bench.tasks[0]) as object,
  }
}

/** Takes the state that a run must leave as it is. @returns finds what was changed since */
function watchState(slot: RunSlot, { workloads }: Suite): () => readonly TamperSign[] {
  const workload = workloads.find(({ id }) => id === slot.workload)
  const found = [
    ...(slot.defended === true
      ? [
          watchValue('changed-environment', 'process.env was changed', environmentText),
          watchValue('changed-environment', 'the working folder was changed', process.cwd),
        ]
      : []),
    watchValue('patched-workload', 'run was replaced', () => workload?.run),
    watchValue('patched-workload', 'canonical was replaced', () => workload?.canonical),
    ...LISTENED.map(watchListeners),
  ]
  return () => found.flatMap((find) => find())
}

/** A value that must stay the same. */
function watchValue(
  name: TamperSign['class'],
  what: string,
  read: () => unknown,
): () => readonly TamperSign[] {
  const before = read()
  return () => (read() === before ? [] : [{ class: name, what }])
}

function watchListeners(event: (typeof LISTENED)[number]): () => readonly TamperSign[] {
  const read = () => process.listeners(event as 'disconnect')
  const before = read()
  return () =>
    before.every((listener) => read().includes(listener))
      ? []
      : [{ class: 'patched-harness', what: `a listener of ${event} was removed` }]
}

function environmentText(): string {
  return Object.entries(process.env)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')
}
