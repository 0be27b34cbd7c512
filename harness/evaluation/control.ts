import type { RunLength } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import type { PhaseSetting } from './phase-setting.js'
import { pilotWorkloads } from './pilot.js'
import { draftPlan, type PlanChoices, type PlanDraft } from './plan-draft.js'
import { proveEquivalence } from './prove-equivalence.js'

/**
 * A control: the pure baseline against itself, so that the true effect is known: it is zero, or
 * the effect of the injected work.
 */
export type Control = Pick<
  PlanChoices,
  | 'workloads'
  | 'scale'
  | 'metric'
  | 'seed'
  | 'looks'
  | 'fixed'
  | 'improvement'
  | 'proofs'
  | 'design'
> & {
  /** W and K of every workload; those of the suite or the pilot if absent. */
  readonly length?: RunLength | undefined
}

export interface ControlSetting extends PhaseSetting {
  /** Evidence root, absolute. */
  readonly root: string
  readonly now: () => Date
  /** The command that repeats the control. */
  readonly command: string
  readonly packageVersion: string
}

const AT_LEAST = 0.05

/**
 * Makes the steps of a control before its first measured run: the proof that both arms produce the
 * same results, and the pilot that chooses the iterations (W and K) and the injected work. The
 * steps are those of an evaluation, without a layer and without a record.
 *
 * @throws {InvalidEvidenceError} a process failed, or two runs of the same code produced different
 * results
 */
export async function beginControl(
  control: Control,
  setting: ControlSetting,
): Promise<Pick<Evidence, 'plan' | 'equivalence'>> {
  const draft = draftControl(control, setting)
  const equivalence = await proveEquivalence(draft, setting)
  if (equivalence.kind === 'different') {
    const { workload, seed } = equivalence.divergence
    throw new InvalidEvidenceError(
      `${workload} produced two different results from the same code and seed ${seed}; make it deterministic before measuring it`,
    )
  }
  const workloads = await pilotWorkloads(draft, setting, control.length)
  return {
    plan: {
      ...draft,
      workloads,
      id: `0000-${draft.layer}`,
      createdAt: setting.now().toISOString(),
    },
    equivalence,
  }
}

/** The plan of a control before anything has run. */
export function draftControl(
  { length: _, ...control }: Control,
  { root, loaded, settings, command, packageVersion }: Omit<ControlSetting, 'progress' | 'now'>,
): PlanDraft {
  return draftPlan({
    root,
    ...control,
    loaded,
    command,
    packageVersion,
    layer: 'control',
    title: 'the pure baseline against itself',
    hypothesis:
      control.improvement === undefined ? 'no difference' : 'the difference that was injected',
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    nearEqual: true,
    stacks: { baseline: [], incumbent: [], candidate: [] },
    nodeFlags: [...settings.nodeFlags],
  })
}

/** Flags of Node for the processes of a control: the flags of an evaluation by CPU time. */
export function controlFlags(): string[] {
  return nodeFlagsFor('cpu')
}
