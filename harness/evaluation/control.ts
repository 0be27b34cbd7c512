import type { Metric, ScaleName, Workload } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { proveEquivalence } from './equivalence.js'
import type { PhaseSetting } from './phase-setting.js'
import { pilotWorkloads } from './pilot.js'
import { draftPlan, type PlanDraft } from './plan-draft.js'

/** A control: the pure baseline against itself, where the true effect is known. */
export interface Control {
  /** The workloads to measure. */
  readonly workloads: readonly Workload<unknown, unknown, unknown>[]
  readonly scale: ScaleName
  /** `cpu` unless stated. */
  readonly metric?: Metric
  /** Seed of the data and of the order of runs. */
  readonly seed: number
  /** Pair counts at which a decision may be made, ascending. */
  readonly looks: readonly number[]
  readonly fixed: boolean
  /**
   * True improvement, made by real extra work in one arm; negative: slower; undefined: none, A/A.
   */
  readonly improvement?: number
  /** Number of seeds for which equivalence is proven. */
  readonly equivalenceSeeds: number
}

export interface ControlSetting extends PhaseSetting {
  readonly now: () => Date
  /** The command that repeats the control. */
  readonly command: string
  readonly packageVersion: string
}

const AT_LEAST = 0.05

/**
 * Everything of a control before its first measured run: the proof that both arms produce the same
 * results, and the pilot that fixes W, K and the injected work. The same steps as in an evaluation,
 * without a layer and without a record.
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
  const workloads = await pilotWorkloads(draft, setting)
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
  control: Control,
  { loaded, settings, command, packageVersion }: Omit<ControlSetting, 'progress' | 'now'>,
): PlanDraft {
  const { workloads, scale, seed, looks, fixed, improvement } = control
  return draftPlan({
    loaded,
    command,
    packageVersion,
    layer: 'control',
    title: 'the pure baseline against itself',
    hypothesis: improvement === undefined ? 'no difference' : 'the difference that was injected',
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    metric: control.metric ?? 'cpu',
    stacks: { baseline: [], incumbent: [], candidate: [] },
    scale,
    seed,
    proofs: control.equivalenceSeeds,
    looks,
    fixed,
    workloads,
    improvement,
    nodeFlags: [...settings.nodeFlags],
  })
}

/** Flags of Node for the processes of a control: those of an evaluation by CPU time. */
export function controlFlags(): string[] {
  return nodeFlagsFor('cpu')
}
