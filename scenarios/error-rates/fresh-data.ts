import { join } from 'node:path'
import { InputError } from '../../harness/errors.js'
import { hostDifferences } from '../../harness/evaluation/resume.js'
import { type Environment, environmentSchema } from '../../harness/evidence/evidence.js'
import { makeDirectory, readStored, writeWhole } from '../../harness/system/files.js'

/** The folder of the data and the figures, below the root of a checkout. */
export const CHARACTERISTICS = join('docs', 'characteristics')
export const FRESH_DECISIONS = join(CHARACTERISTICS, 'fresh-decisions.jsonl')
const FRESH_ENVIRONMENT = join(CHARACTERISTICS, 'environment.json')

/**
 * The host on which the fresh decisions were measured; undefined if there are none.
 *
 * @throws {InvalidEvidenceError} the file is damaged
 */
export function readFreshEnvironment(root: string): Environment | undefined {
  return readStored(join(root, FRESH_ENVIRONMENT), environmentSchema)
}

/**
 * Records the host that is about to measure. If a host is already recorded, checks that it is the
 * same, because decisions of two hosts do not have a common error rate.
 *
 * @throws {InputError} the decisions so far were measured on another host
 */
export function claimFreshHost(root: string, environment: Environment): void {
  const begunOn = readFreshEnvironment(root)
  if (begunOn === undefined) {
    makeDirectory(join(root, CHARACTERISTICS))
    writeWhole(join(root, FRESH_ENVIRONMENT), `${JSON.stringify(environment, null, 2)}\n`)
    return
  }
  const differences = hostDifferences(begunOn, environment)
  if (differences.length === 0) return
  throw new InputError(
    `the decisions in ${join(root, FRESH_DECISIONS)} were measured with another ${differences.join(', ')}; measure on that host, or move them and ${FRESH_ENVIRONMENT} away to start again`,
  )
}
