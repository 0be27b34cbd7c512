import type { Arm } from '../../harness/contract.js'
import type { RunRecord } from '../../harness/evidence/run-record.js'
import type { Round } from '../../harness/verdict/rounds.js'

/** A run of a recording, with its times per iteration and its place within the pair. */
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

/**
 * Converts a pair to the input of a rule, with `a` as the baseline and `b` as the candidate.
 *
 * @param pair the number of the pair, from 1
 * @param factor multiplies the times of the candidate: 0.95 is 5 % faster
 */
export function roundOf(pair: number, { a, b }: TimedPair, factor = 1): Round {
  return {
    pair,
    runs: {
      baseline: toRunRecord(a, pair, 'baseline'),
      candidate: toRunRecord(b, pair, 'candidate', factor),
    },
  }
}

/**
 * Converts a recorded run to the input of a rule. The other fields are empty, because the studied
 * rules do not read them: their memory is advisory, and they have no budget. (One literal without
 * a spread, because studies make millions of these objects.)
 */
export function toRunRecord(run: TimedRun, pair: number, arm: Arm, factor = 1): RunRecord {
  const wallMs = run.wallMs * factor
  return {
    workload: 'recorded',
    pair,
    position: run.position,
    arm,
    cpuMs: run.cpuMs * factor,
    wallMs,
    coldWallMs: wallMs,
    samplesMs: NO_SAMPLES,
    warmup: 0,
    warmupMs: 0,
    iterations: 1,
    heapBytes: 0,
    gcMs: 0,
    gcCount: 0,
    digest: NO_DIGEST,
    counters: NO_COUNTERS,
    startedAt: '1970-01-01T00:00:00.000Z',
  }
}

const NO_SAMPLES: number[] = []
const NO_COUNTERS = {}
const NO_DIGEST = `sha256:${'0'.repeat(64)}`
