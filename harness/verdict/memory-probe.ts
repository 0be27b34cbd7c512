import type { Arm } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { ProbeLine, ProbeRecord } from '../evidence/probe-record.js'

/** Peak memory of both arms in two adjacent runs on one thread, bytes. */
export interface ProbePair {
  readonly otherBytes: number
  readonly candidateBytes: number
}

/** Runs per arm. Few are enough, because on one thread the peak is nearly constant. */
export const PROBE_PAIRS = 5
/** A failed pair is repeated once; a probe that fails twice decides nothing. */
const FAILURES_ALLOWED = 1

/**
 * The complete pairs of a workload's probe in order of their number, at most `PROBE_PAIRS`.
 *
 * @param lines of all workloads, in any order
 * @param against the arm the candidate is compared with
 * @throws {InvalidEvidenceError} the same pair and arm were recorded twice
 */
export function probePairs(
  lines: readonly ProbeLine[],
  workloadId: string,
  against: Arm,
): ProbePair[] {
  const recorded = lines
    .filter(({ workload }) => workload === workloadId)
    .sort((a, b) => a.pair - b.pair)
  const places = recorded.map(({ pair, arm }) => `pair ${pair}, ${arm}`)
  const repeated = places.find((place, index) => places.indexOf(place) !== index)
  if (repeated !== undefined)
    throw new InvalidEvidenceError(
      `memory-probe.jsonl holds the same run twice (${workloadId}, ${repeated}); restore the file or evaluate again`,
    )
  const peakOf = (pair: number, arm: Arm) =>
    recorded.find(
      (line): line is ProbeRecord => !('error' in line) && line.pair === pair && line.arm === arm,
    )?.peakRssBytes
  return [...new Set(recorded.map(({ pair }) => pair))]
    .flatMap((pair) => {
      const otherBytes = peakOf(pair, against)
      const candidateBytes = peakOf(pair, 'candidate')
      return otherBytes === undefined || candidateBytes === undefined
        ? []
        : [{ otherBytes, candidateBytes }]
    })
    .slice(0, PROBE_PAIRS)
}

/** Whether a probe is complete, or has failed too often to be completed. */
export function isProbeOver(
  lines: readonly ProbeLine[],
  workloadId: string,
  against: Arm,
): boolean {
  const failures = lines.filter((line) => line.workload === workloadId && 'error' in line).length
  return (
    failures > FAILURES_ALLOWED || probePairs(lines, workloadId, against).length === PROBE_PAIRS
  )
}
