import type { Arm } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { ProbeLine, ProbeRecord } from '../evidence/probe-record.js'

/** Peaks of both arms from two adjacent runs on a single thread, bytes. */
export interface ProbePair {
  readonly otherBytes: number
  readonly candidateBytes: number
}

/** Runs per arm: on a single thread the peak is nearly constant, so few will do. */
export const PROBE_PAIRS = 5
/** A failed pair is repeated once; a probe that fails again decides nothing. */
const FAILURES_FORGIVEN = 1

/**
 * The pairs of a workload's probe in order of their number, at most those a probe consists of.
 *
 * @param lines of all workloads, in any order
 * @param against the arm the candidate is compared with
 * @throws {InvalidEvidenceError} the same pair and arm stand there twice
 */
export function probePairs(
  lines: readonly ProbeLine[],
  workloadId: string,
  against: Arm,
): ProbePair[] {
  const own = lines
    .filter(({ workload }) => workload === workloadId)
    .sort((a, b) => a.pair - b.pair)
  const places = own.map(({ pair, arm }) => `pair ${pair}, ${arm}`)
  const repeated = places.find((place, index) => places.indexOf(place) !== index)
  if (repeated !== undefined)
    throw new InvalidEvidenceError(
      `memory-probe.jsonl holds the same run twice (${workloadId}, ${repeated}); restore the file or evaluate again`,
    )
  const peakOf = (pair: number, arm: Arm) =>
    own.find(
      (line): line is ProbeRecord => !('error' in line) && line.pair === pair && line.arm === arm,
    )?.peakRssBytes
  return [...new Set(own.map(({ pair }) => pair))]
    .flatMap((pair) => {
      const otherBytes = peakOf(pair, against)
      const candidateBytes = peakOf(pair, 'candidate')
      return otherBytes === undefined || candidateBytes === undefined
        ? []
        : [{ otherBytes, candidateBytes }]
    })
    .slice(0, PROBE_PAIRS)
}

/** Whether a probe has all its pairs, or has failed too often to get them. */
export function isProbeOver(
  lines: readonly ProbeLine[],
  workloadId: string,
  against: Arm,
): boolean {
  const failures = lines.filter((line) => line.workload === workloadId && 'error' in line).length
  return (
    failures > FAILURES_FORGIVEN || probePairs(lines, workloadId, against).length === PROBE_PAIRS
  )
}
