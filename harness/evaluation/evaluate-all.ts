import type { Suite } from '../contract.js'
import { SEQUENCE_ID, type Sequence } from '../evidence/sequence-evidence.js'
import { evidenceOf, prepareRoot, recordIds, unfinishedIds } from '../evidence/store.js'
import type { Io } from '../io.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { toSequenceStep } from '../record/sequence-record.js'
import { digestRecord, readRecord } from '../record/store.js'
import { acquireLock } from '../system/lock.js'
import { followSequence } from '../verdict/sequence.js'
import { goalOf } from './plan-summary.js'
import {
  readJournal,
  removeJournal,
  resumeJournal,
  type SequenceJournal,
  writeJournal,
} from './sequence-journal.js'

/** How one evaluation of a sequence is to be made. */
export interface Turn {
  /** Continue the unfinished evaluation of this layer. */
  readonly resume: boolean
  /** Has to be told the id as soon as the evaluation has one. */
  readonly onClaim: (record: string) => void
}

export interface SequenceRequest {
  readonly suite: Suite
  /** Evidence root, absolute. */
  readonly root: string
  /** Go on with the sequence that was interrupted. */
  readonly resume: boolean
  /** What the sequence is bound to. */
  readonly identity: Pick<
    SequenceJournal,
    'command' | 'packageVersion' | 'git' | 'dist' | 'environment'
  >
  readonly io: Io
  /** Evaluates one layer against the stack accepted so far; the lock is held. */
  readonly evaluateLayer: (
    layer: string,
    incumbent: readonly string[],
    turn: Turn,
  ) => Promise<DecisionRecord>
  /** Measures what was accepted, afresh; the lock is held. */
  readonly evaluateSummary: (sequence: Sequence, turn: Turn) => Promise<DecisionRecord>
  /** Told of each layer that was finished before the interruption. */
  readonly onKept: (record: DecisionRecord) => void
  /** Told that the sequence begun before, and never finished, is given up. */
  readonly onGivenUp: () => void
}

/**
 * Evaluates every layer of a suite in order, each against the accepted ones before it, until the
 * rules of `verdict/sequence.ts` end it; then measures all that was accepted against the pure
 * baseline, afresh. Each evaluation has its own record, the summary the last number.
 *
 * @returns the summary
 * @throws {InputError} the suite has no goal, the evidence root cannot be used, or there is nothing
 * to resume
 * @throws as `evaluate` does; what is finished is kept for `resume`
 */
export async function evaluateAll(request: SequenceRequest): Promise<DecisionRecord> {
  const { root, suite, io } = request
  const empty = emptySequence(suite)
  prepareRoot(root)
  const lock = acquireLock(evidenceOf(root), io.now())
  try {
    const log = openLog(request)
    try {
      const sequence = await evaluateLayers(request, empty, log)
      const summary = await take(request, log, SEQUENCE_ID, (turn) =>
        request.evaluateSummary(sequence, turn),
      )
      removeJournal(root)
      return summary
    } finally {
      if (!holdsAnything(root, log.journal)) removeJournal(root)
    }
  } finally {
    lock.release()
  }
}

/** Whether there is something to go on with: a finished layer, or one with finished runs. */
function holdsAnything(root: string, { done, current }: SequenceJournal): boolean {
  return done.length > 0 || (current !== undefined && unfinishedIds(root).includes(current.record))
}

function emptySequence(suite: Suite): Sequence {
  const layers = suite.layers.map(({ id, title, standalone, phase }) => ({
    id,
    title,
    standalone: standalone === true,
    heavy: phase === 'heavy',
  }))
  return { schema: 'assay/sequence@1', goal: { ...goalOf(suite) }, layers }
}

async function evaluateLayers(
  request: SequenceRequest,
  empty: Sequence,
  log: Log,
): Promise<Sequence> {
  let sequence = empty
  for (;;) {
    const { next, stack } = followSequence(sequence)
    if (next === undefined) return sequence
    const incumbent = next.standalone ? [] : stack
    const record = await take(request, log, next.id, (turn) =>
      request.evaluateLayer(next.id, incumbent, turn),
    )
    const step = toSequenceStep(record, digestRecord(request.root, record.id))
    sequence = {
      ...sequence,
      layers: sequence.layers.map((layer) => (layer.id === next.id ? { ...layer, step } : layer)),
    }
  }
}

/** One evaluation: the record that is there already, or a new one, entered into the journal. */
async function take(
  { root, io, onKept }: SequenceRequest,
  log: Log,
  layer: string,
  run: (turn: Turn) => Promise<DecisionRecord>,
): Promise<DecisionRecord> {
  const { done, current } = log.journal
  const known =
    done.find((entry) => entry.layer === layer) ?? (current?.layer === layer ? current : undefined)
  if (known !== undefined && recordIds(root).includes(known.record)) {
    const kept = readRecord(root, known.record)
    onKept(kept)
    if (known === current) log.finish(layer, known.record)
    return kept
  }
  io.signal.throwIfAborted()
  const record = await run({
    resume: known !== undefined && unfinishedIds(root).includes(known.record),
    onClaim: (id) => log.begin(layer, id),
  })
  log.finish(layer, record.id)
  return record
}

/** The journal and what enters it. */
interface Log {
  readonly journal: SequenceJournal
  begin(layer: string, record: string): void
  finish(layer: string, record: string): void
}

/**
 * Written with the first evaluation that has a number: until then there is nothing to go on with.
 */
function openLog({ root, suite, resume, identity, onGivenUp }: SequenceRequest): Log {
  const fresh: SequenceJournal = {
    schema: 'assay/sequence-journal@1',
    suite: suite.name,
    ...identity,
    layers: suite.layers.map(({ id }) => id),
    done: [],
  }
  let journal = resume ? resumeJournal(root, fresh) : fresh
  if (!resume && readJournal(root) !== undefined) {
    removeJournal(root)
    onGivenUp()
  }
  const write = (next: SequenceJournal) => {
    journal = next
    writeJournal(root, next)
  }
  return {
    get journal() {
      return journal
    },
    begin: (layer, record) => write({ ...journal, current: { layer, record } }),
    finish: (layer, record) => {
      const { current: _, ...rest } = journal
      write({
        ...rest,
        done: [...rest.done.filter((entry) => entry.layer !== layer), { layer, record }],
      })
    },
  }
}
