import type { EvaluationPlan } from '../evidence/evidence.js'
import { formatCounted } from '../text/format.js'
import type { Warning } from './warnings.js'

/** Warnings about how the evaluation was planned: control, commit, calibration. */
export function planWarnings(plan: EvaluationPlan): Warning[] {
  return [...controlWarnings(plan), ...commitWarnings(plan), ...calibrationWarnings(plan)]
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
  if (status === 'stale') {
    const age = ageDays === undefined ? '' : ` (${formatCounted(Math.floor(ageDays), 'day')} old)`
    return [
      {
        code: 'calibration-stale',
        hint: `the calibration of this host and Node is out of date${age}, and its noise may have changed; repeat it: ${command}`,
      },
    ]
  }
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
