import type { RunRecord } from '../measurement/run-record.js'
import type { Round } from '../verdict/rounds.js'

/** What is left of a run in a recording: its times per iteration, and its place within the pair. */
export interface TimedRun {
  readonly cpuMs: number
  readonly wallMs: number
  readonly position: 'first' | 'second'
}

/** Two adjacent processes of identical code. */
export interface TimedPair {
  readonly a: TimedRun
  readonly b: TimedRun
}

/** The rest of a run record, empty. No rule of the studies reads it: memory is advisory there, and nothing is budgeted. */
const UNKNOWN = {
  workload: 'recorded',
  samplesMs: [],
  warmup: 0,
  warmupMs: 0,
  iterations: 1,
  heapBytes: 0,
  gcMs: 0,
  gcCount: 0,
  digest: `sha256:${'0'.repeat(64)}`,
  counters: {},
  startedAt: '1970-01-01T00:00:00.000Z',
} satisfies Partial<RunRecord>

/** A run as the rules take it, from the part of it that was recorded. */
export function toRunRecord(run: TimedRun & Pick<RunRecord, 'pair' | 'arm'> & Partial<RunRecord>): RunRecord {
  return { ...UNKNOWN, coldWallMs: run.wallMs, ...run }
}

/**
 * A pair as the rules see it: `a` as the baseline, `b` as the candidate.
 *
 * @param pair its number, from 1
 * @param factor what the times of the candidate are multiplied by: 0.95 is 5 % faster
 */
export function roundOf(pair: number, { a, b }: TimedPair, factor = 1): Round {
  const { cpuMs, wallMs, position } = b
  return {
    pair,
    runs: {
      baseline: toRunRecord({ ...a, pair, arm: 'baseline' }),
      candidate: toRunRecord({ cpuMs: cpuMs * factor, wallMs: wallMs * factor, position, pair, arm: 'candidate' }),
    },
  }
}
