import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import { formatCounted } from '../text/format.js'
import type { Warning } from './warnings.js'

/** Warnings about how the evaluation was planned: control, commit, calibration. */
export function planWarnings(plan: EvaluationPlan): Warning[] {
  return [...controlWarnings(plan), ...commitWarnings(plan), ...calibrationWarnings(plan)]
}

/**
 * A warning where the results of a workload are the same for every seed: then the proof covers one
 * set of data. Evidence of version 1 gets none.
 */
export function proofWarnings(
  { schema, workloads }: Pick<EvaluationPlan, 'schema' | 'workloads'>,
  { digests }: Equivalence,
): Warning[] {
  if (schema === 'assay/plan@1') return []
  const ofOneResult = workloads.filter(({ id }) => {
    const own = digests.filter(({ workload }) => workload === id)
    const seeds = new Set(own.map(({ seed }) => seed)).size
    return seeds > 1 && new Set(own.map(({ digest }) => digest)).size === 1
  })
  if (ofOneResult.length === 0) return []
  return [
    {
      code: 'equal-seeds',
      hint: `the results of ${ofOneResult.map(({ id }) => id).join(', ')} are the same for every seed, so several seeds prove no more than one; let the data depend on the seed, or check that they were not copied`,
    },
  ]
}

function controlWarnings({ injected }: EvaluationPlan): Warning[] {
  if (injected === undefined) return []
  return [
    {
      code: 'injected-effect',
      hint: `extra work was injected into the ${injected.arm} to test the method; this record decides nothing about the layer`,
    },
  ]
}

function commitWarnings({ git }: EvaluationPlan): Warning[] {
  if (git === null)
    return [
      {
        code: 'no-commit',
        hint: 'the measured code is not in a git repository, so it cannot be checked out again',
      },
    ]
  if (!git.dirty) return []
  return [
    {
      code: 'dirty',
      hint: 'the working tree had uncommitted changes, so the commit is not the measured code; commit and evaluate again',
    },
  ]
}

/**
 * A passed calibration covers only its own workloads. A plan that quotes no calibration gets no
 * warning.
 */
function calibrationWarnings({ calibration, workloads }: EvaluationPlan): Warning[] {
  if (calibration === undefined) return []
  const { status, command, ageDays } = calibration
  if (status === 'failed')
    return [
      {
        code: 'calibration-failed',
        hint: `the calibration of this host and Node found a bias, so nothing is accepted; stop other programs and calibrate again: ${command}`,
      },
    ]
  if (status === 'undecidable')
    return [
      {
        code: 'calibration-undecidable',
        hint: `this host was too noisy to find a bias of the harness; stop other programs and calibrate again: ${command}`,
      },
    ]
  if (status === 'stale') {
    const age = ageDays === undefined ? '' : ` (${formatCounted(Math.floor(ageDays), 'day')} old)`
    return [
      {
        code: 'calibration-stale',
        hint: `the calibration of this host and Node is out of date${age}, and its noise may have changed; repeat it: ${command}`,
      },
    ]
  }
  if (status === 'passed' && calibration.short !== undefined) return []
  const covered = new Set(status === 'passed' ? calibration.workloads.map(({ id }) => id) : [])
  const uncovered = workloads.map(({ id }) => id).filter((id) => !covered.has(id))
  if (uncovered.length === 0) return []
  return [
    {
      code: 'calibration-missing',
      hint: `no A/A calibration of this host, Node and scale covers ${uncovered.join(', ')}, so a bias of the harness would go unnoticed; calibrate: ${command}`,
    },
  ]
}
