import type { Metric, ScaleName, Workload } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor } from '../measurement/run-environment.js'
import { equivalenceSeeds } from '../measurement/schedule.js'
import type { Progress } from '../progress.js'
import { pilot, prove } from './before-measuring.js'
import { injection, measuredCode, type PlanDraft, toPlanned } from './plan.js'

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
  /** How often equivalence is proven, each time with another seed. */
  readonly equivalenceSeeds: number
}

export interface ControlSetting {
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
  readonly now: () => Date
  /** The command that repeats it. */
  readonly command: string
  readonly packageVersion: string
}

const ARMS: EvaluationPlan['arms'] = ['baseline', 'candidate']
const ALPHA = 0.05
const AT_LEAST = 0.05

/**
 * Everything of a control before its first measured run: the proof that both arms compute the same,
 * and the pilot that fixes W, K and the injected work. The same steps as in an evaluation, without
 * a layer and without a record.
 *
 * @throws {InvalidEvidenceError} a process failed, or two runs of the same code computed different
 * results
 */
export async function beginControl(
  control: Control,
  setting: ControlSetting,
): Promise<Pick<Evidence, 'plan' | 'equivalence'>> {
  const draft = draftControl(control, setting)
  const equivalence = await prove(draft, setting)
  if (equivalence.kind === 'different') {
    const { workload, seed } = equivalence.divergence
    throw new InvalidEvidenceError(
      `${workload} computed two different results from the same code and seed ${seed}; make it deterministic before measuring it`,
    )
  }
  const workloads = await pilot(draft, setting)
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

/** What is decided before anything runs. */
export function draftControl(
  control: Control,
  { loaded, settings, command, packageVersion }: Omit<ControlSetting, 'progress' | 'now'>,
): PlanDraft {
  const { scale, seed, improvement } = control
  return {
    schema: 'assay/plan@1',
    command,
    packageVersion,
    suite: loaded.suite.name,
    layer: 'control',
    title: 'the pure baseline against itself',
    hypothesis: improvement === undefined ? 'no difference' : 'the difference that was injected',
    criterion: { kind: 'improvement', atLeast: AT_LEAST },
    metric: control.metric ?? 'cpu',
    arms: ARMS,
    stacks: { baseline: [], incumbent: [], candidate: [] },
    scale,
    seed,
    equivalenceSeeds: equivalenceSeeds(seed, control.equivalenceSeeds),
    regime: { looks: [...control.looks], fixed: control.fixed, alpha: ALPHA, memory: 'advisory' },
    workloads: control.workloads.map((workload) => toPlanned(workload, scale, 'target')),
    ...(improvement !== undefined && { injected: injection(improvement, ARMS) }),
    supersedes: null,
    nodeFlags: [...settings.nodeFlags],
    ...measuredCode(loaded),
  }
}

/** How the processes of a control are started: as those of an evaluation by cpu time. */
export function controlFlags(): string[] {
  return nodeFlagsFor('cpu')
}
