import { createHash } from 'node:crypto'
import type { Environment, EvaluationPlan } from '../evidence/evidence.js'
import type { CalibratedHost } from './calibration.js'

const GIB = 2 ** 30
const DIGITS = 12

/** The host described by an environment, with Node version and flags, for one metric of a suite. */
export function calibratedHost(
  environment: Environment,
  { metric, suite }: Pick<EvaluationPlan, 'metric' | 'suite'>,
): CalibratedHost {
  const { platform, cpuModel, cpuCount, memoryBytes, node, nodeFlags } = environment
  // Memory is rounded, because a virtual machine reports slightly more or less after a change of
  // its kernel.
  const memoryGiB = Math.round(memoryBytes / GIB)
  const fields = { platform, cpuModel, cpuCount, memoryGiB, node, nodeFlags, metric, suite }
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(fields))
    .digest('hex')
    .slice(0, DIGITS)
  return { fingerprint, ...fields }
}
