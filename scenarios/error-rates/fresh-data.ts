import { basename, dirname, join } from 'node:path'
import { InputError } from '../../harness/errors.js'
import { hostDifferences } from '../../harness/evaluation/resume.js'
import { defined } from '../../harness/evidence/defined.js'
import { type Environment, environmentSchema } from '../../harness/evidence/evidence.js'
import { makeDirectory, readStored, writeWhole } from '../../harness/system/files.js'
import { type FreshConditions, readFreshConditions } from './fresh-conditions.js'
import { type FreshDecision, readFreshDecisions } from './fresh-decision.js'

/** The folder of the data and the figures, below the root of a checkout. */
export const CHARACTERISTICS = join('docs', 'characteristics')
export const FRESH_DECISIONS = join(CHARACTERISTICS, 'fresh-decisions.jsonl')
const FRESH_ENVIRONMENT = join(CHARACTERISTICS, 'environment.json')
/** The fresh decisions before there were designs, whose runs were adjacent. */
const EARLIER = join(CHARACTERISTICS, 'adjacent-2026-11-21')

/** Fresh decisions, the host they were measured on, and notes on how. */
export interface FreshData {
  readonly decisions: readonly FreshDecision[]
  readonly conditions: FreshConditions
  readonly environment?: Environment
}

/**
 * The fresh decisions below a root: of the study that goes on, or of the earlier one.
 *
 * @throws {InvalidEvidenceError} a file is damaged
 */
export function readFreshData(root: string, study: 'current' | 'earlier'): FreshData {
  const folder = join(root, study === 'current' ? CHARACTERISTICS : EARLIER)
  return defined({
    decisions: readFreshDecisions(join(folder, basename(FRESH_DECISIONS))),
    conditions: readFreshConditions(folder),
    environment: readEnvironmentIn(folder, FRESH_ENVIRONMENT),
  })
}

function readEnvironmentIn(folder: string, path: string): Environment | undefined {
  return readStored(join(folder, basename(path)), environmentSchema)
}

/** A file of measurements, and the file that describes their host. */
export interface HostClaim {
  readonly data: string
  readonly environment: string
}

/** The host of the fresh decisions. */
export const FRESH_HOST: HostClaim = { data: FRESH_DECISIONS, environment: FRESH_ENVIRONMENT }

/**
 * Records the host that is about to measure. If a host is already recorded, checks that it is the
 * same, because measurements of two hosts do not have a common error rate.
 *
 * @throws {InputError} the data so far were measured on another host
 */
export function claimHost(root: string, claim: HostClaim, environment: Environment): void {
  const path = join(root, claim.environment)
  const begunOn = readStored(path, environmentSchema)
  if (begunOn === undefined) {
    makeDirectory(dirname(path))
    writeWhole(path, `${JSON.stringify(environment, null, 2)}\n`)
    return
  }
  const differences = hostDifferences(begunOn, environment)
  if (differences.length === 0) return
  throw new InputError(
    `what ${join(root, claim.data)} holds was measured with another ${differences.join(', ')}; measure on that host, or move it and ${claim.environment} away to start again`,
  )
}
