import type { Suite } from '../contract.js'
import { recordIds, unfinishedIds } from '../evidence/evidence-store.js'
import type { LeftOut, Sequence } from '../evidence/sequence-evidence.js'
import { SEQUENCE_ID, withoutId } from '../evidence/sequence-id.js'
import type { Io } from '../io.js'
import { createProgress } from '../progress.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { digestRecord, readRecord } from '../record/record-store.js'
import { toSequenceStep } from '../record/sequence-record.js'
import { awaitsConfirmation } from '../record/supersession.js'
import { stacksWithout } from '../verdict/leave-one-out.js'
import { followSequence } from '../verdict/sequence.js'
import { enterRoot } from './enter-root.js'
import { goalOf } from './plan-summary.js'
import type { LeaveOut } from './plan-without.js'
import {
  readJournal,
  removeJournal,
  resumeJournal,
  type SequenceJournal,
  writeJournal,
} from './sequence-journal.js'

/** Settings for one evaluation of a sequence. */
export interface Turn {
  /** Whether to continue the unfinished evaluation of this layer. */
  readonly resume: boolean
  /** The evaluation must call this with its id as soon as it has one. */
  readonly onClaim: (record: string) => void
}

export interface SequenceRequest {
  readonly suite: Suite
  /** Evidence root, absolute. */
  readonly root: string
  /** Whether to continue the interrupted sequence. */
  readonly resume: boolean
  /** Values that must be equal at the start of a sequence and at its continuation. */
  readonly identity: Pick<
    SequenceJournal,
    'command' | 'packageVersion' | 'git' | 'dist' | 'environment'
  >
  readonly io: Io
  /** Evaluates one layer against the stack accepted so far, under the lock of the sequence. */
  readonly evaluateLayer: (
    layer: string,
    incumbent: readonly string[],
    turn: Turn,
  ) => Promise<DecisionRecord>
  /** A record that settles a layer, so that it is not evaluated; undefined if there is none. */
  readonly settled: (layer: string, incumbent: readonly string[]) => DecisionRecord | undefined
  /** Whether to measure, after the layers, what each accepted one is worth last. */
  readonly leaveOneOut: boolean
  /** Compares all accepted layers with all but one in new pairs, under the lock of the sequence. */
  readonly evaluateWithout: (comparison: LeaveOut, turn: Turn) => Promise<DecisionRecord>
  /** Measures all accepted layers together in new pairs, under the lock of the sequence. */
  readonly evaluateSummary: (sequence: Sequence, turn: Turn) => Promise<DecisionRecord>
  /** Called with the record of each layer that was finished before the interruption. */
  readonly onFinishedBefore: (record: DecisionRecord) => void
  /** Called when the journal of an earlier, unfinished sequence is discarded. */
  readonly onDiscarded: () => void
}

/**
 * Evaluates the layers of a suite in order, each against the layers accepted before it, until the
 * rules of `verdict/sequence.ts` end the sequence. Then it compares all accepted layers together
 * with the pure baseline in new pairs (the summary). Each evaluation has a record of its own, and
 * the record of the summary is the last.
 *
 * @returns the summary
 * @throws {InputError} the suite has no goal, the evidence root cannot be used, or there is nothing
 * to resume
 * @throws the same errors as `evaluate`; finished layers are kept for `resume`
 */
export async function runSequence(request: SequenceRequest): Promise<DecisionRecord> {
  const { root, suite, io } = request
  const empty = emptySequence(suite)
  const { leave } = await enterRoot(root, { io, progress: createProgress(io) })
  try {
    const log = openLog(request)
    try {
      const sequence = await leaveOut(request, await evaluateLayers(request, empty, log), log)
      const summary = await runTurn(request, log, SEQUENCE_ID, (turn) =>
        request.evaluateSummary(sequence, turn),
      )
      removeJournal(root)
      return summary
    } finally {
      if (!canContinue(root, log.journal)) discardJournal(root)
    }
  } finally {
    leave()
  }
}

/** Whether there is something to continue: a finished layer, or a layer with finished runs. */
function canContinue(root: string, { done, current }: SequenceJournal): boolean {
  const kept = [...unfinishedIds(root), ...recordIds(root)]
  return done.length > 0 || (current !== undefined && kept.includes(current.record))
}

/** Removes the journal after an error, which one in here must not hide. */
function discardJournal(root: string): void {
  try {
    removeJournal(root)
  } catch {
    // The journal names records that do not exist; a resumed sequence makes them.
  }
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
    const record =
      request.settled(next.id, incumbent) ??
      (await runTurn(request, log, next.id, (turn) =>
        request.evaluateLayer(next.id, incumbent, turn),
      ))
    const step = toSequenceStep(record, digestRecord(request.root, record.id))
    sequence = {
      ...sequence,
      layers: sequence.layers.map((layer) => (layer.id === next.id ? { ...layer, step } : layer)),
    }
  }
}

/** With `leaveOneOut`, compares all accepted layers with all but one, for each of them. */
async function leaveOut(request: SequenceRequest, sequence: Sequence, log: Log): Promise<Sequence> {
  const { stack } = followSequence(sequence)
  if (!request.leaveOneOut || stack.length < 2) return sequence
  const leftOut: LeftOut[] = []
  for (const { layer, others } of stacksWithout(stack)) {
    const record = await runTurn(request, log, withoutId(layer), (turn) =>
      request.evaluateWithout({ layer, stack, others }, turn),
    )
    leftOut.push({ layer, step: toSequenceStep(record, digestRecord(request.root, record.id)) })
  }
  return { ...sequence, leftOut }
}

/** One evaluation of the sequence: the finished record of an earlier attempt, or a new one. */
async function runTurn(
  { root, io, onFinishedBefore }: SequenceRequest,
  log: Log,
  layer: string,
  run: (turn: Turn) => Promise<DecisionRecord>,
): Promise<DecisionRecord> {
  const { done, current } = log.journal
  const earlier =
    done.find((entry) => entry.layer === layer) ?? (current?.layer === layer ? current : undefined)
  const found =
    earlier !== undefined && recordIds(root).includes(earlier.record)
      ? readRecord(root, earlier.record)
      : undefined
  if (earlier !== undefined && found !== undefined && !awaitsConfirmation(found)) {
    onFinishedBefore(found)
    if (earlier === current) log.finish(layer, found.id)
    return found
  }
  io.signal.throwIfAborted()
  const isBegun = earlier !== undefined && unfinishedIds(root).includes(earlier.record)
  const record = await run({
    resume: isBegun || found !== undefined,
    onClaim: (id) => log.begin(layer, id),
  })
  log.finish(layer, record.id)
  return record
}

/** The journal of the sequence, and the two functions that change it. */
interface Log {
  readonly journal: SequenceJournal
  begin(layer: string, record: string): void
  finish(layer: string, record: string): void
}

/**
 * Begins or continues a journal. It is not written before the first evaluation has a number,
 * because until then there is nothing to continue.
 */
function openLog({ root, suite, resume, identity, onDiscarded }: SequenceRequest): Log {
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
    onDiscarded()
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
