import { join } from 'node:path'
import type { PairDesign, Workload } from '../contract.js'
import { InputError, messageOf } from '../errors.js'
import { type Defined, defined } from '../evidence/defined.js'
import type { EvaluationPlan, PlannedWorkload } from '../evidence/evidence.js'
import { type LoadedSuite, projectOf } from '../measurement/load-suite.js'
import { ContractError } from '../measurement/outcome-contract.js'
import { equivalenceSeeds } from '../measurement/schedule.js'
import { digestCode, readGitState } from '../measurement/source-state.js'
import { foldStack } from '../measurement/stack.js'
import { evidenceBelow } from '../measurement/written-files.js'
import { packageRoot } from '../system/package-root.js'
import { chooseDesign } from './choose-design.js'

/** A plan before its evidence has a number and the pilot has run. */
export type PlanDraft = Omit<EvaluationPlan, 'id' | 'createdAt'>

/** The contract's type of a workload of any scale and output. */
type AnyWorkload = Workload<unknown, unknown, unknown>

/** The choices that differ between kinds of plans. All other fields follow from them. */
export interface PlanChoices
  extends Pick<
    EvaluationPlan,
    | 'command'
    | 'packageVersion'
    | 'layer'
    | 'title'
    | 'hypothesis'
    | 'criterion'
    | 'metric'
    | 'stacks'
    | 'scale'
    | 'seed'
    | 'nodeFlags'
  > {
  readonly loaded: LoadedSuite
  readonly looks: readonly number[]
  readonly fixed: boolean
  /** 5 % unless stated. */
  readonly alpha?: number
  /** `advisory` unless stated. */
  readonly memory?: EvaluationPlan['regime']['memory']
  readonly workloads: readonly AnyWorkload[]
  /** Ids of the targets; all other workloads are guards. If absent, all workloads are targets. */
  readonly targets?: readonly string[]
  /** Number of seeds for which equivalence is proven; three unless stated. */
  readonly proofs?: number
  /** Known effect to inject, a fraction of the time; negative makes the candidate slower. */
  readonly improvement?: number | undefined
  /** Design of the pairs; if absent, each workload gets the one that suits it. */
  readonly design?: PairDesign | undefined
  /** Both arms run the same code, or nearly. */
  readonly nearEqual?: boolean
  /** Whether runs are defended against tampering beyond what every run is. */
  readonly defended?: boolean | undefined
  /** Evidence root, absolute: what commands write there does not make the source dirty. */
  readonly root: string
  /** The measured code; that of the suite unless stated. */
  readonly code?: MeasuredCode
}

type MeasuredCode = Pick<EvaluationPlan, 'git' | 'dist'>

const PROOFS = 3
const ALPHA = 0.05

/**
 * Makes a plan of any kind: an evaluation, a summary, a control, a gate.
 *
 * @throws {InputError} the subject of an arm cannot be made
 */
export function draftPlan(choices: PlanChoices): Defined<PlanDraft> {
  const { loaded, stacks, scale, seed, improvement } = choices
  refuseFailingStacks(loaded, stacks)
  const arms: EvaluationPlan['arms'] =
    stacks.incumbent.length === 0
      ? ['baseline', 'candidate']
      : ['baseline', 'incumbent', 'candidate']
  return defined({
    schema: 'assay/plan@3',
    command: choices.command,
    packageVersion: choices.packageVersion,
    suite: loaded.suite.name,
    layer: choices.layer,
    title: choices.title,
    hypothesis: choices.hypothesis,
    criterion: choices.criterion,
    metric: choices.metric,
    arms,
    stacks,
    scale,
    seed,
    equivalenceSeeds: equivalenceSeeds(seed, choices.proofs ?? PROOFS),
    regime: {
      looks: [...choices.looks],
      fixed: choices.fixed,
      alpha: choices.alpha ?? ALPHA,
      memory: choices.memory ?? 'advisory',
    },
    workloads: choices.workloads.map((workload) => planWorkload(workload, choices)),
    injected: improvement === undefined ? undefined : injection(improvement, arms),
    defended: choices.defended === true ? (true as const) : undefined,
    supersedes: null,
    nodeFlags: choices.nodeFlags,
    ...(choices.code ?? measuredCode(loaded, choices.root)),
  })
}

/** @throws {InputError} a layer or the baseline does not give a subject; names it */
function refuseFailingStacks({ suite }: LoadedSuite, stacks: EvaluationPlan['stacks']): void {
  for (const stack of Object.values(stacks)) {
    try {
      foldStack(suite, stack)
    } catch (cause) {
      const what = messageOf(cause)
      const from = ['the baseline', ...stack].join(' + ')
      throw new InputError(
        cause instanceof ContractError ? what : `the subject of ${from} cannot be made: ${what}`,
        { cause },
      )
    }
  }
}

/** A workload in a plan, before its pilot. */
function planWorkload(
  workload: AnyWorkload,
  { scale, targets, design: given, metric, criterion, nearEqual = false }: PlanChoices,
): PlannedWorkload {
  const { id, title, parallel = false } = workload
  const content = workload.describe?.(workload.scales[scale]) ?? title
  const role = targets === undefined || targets.includes(id) ? 'target' : 'guard'
  const design = chooseDesign({ given, metric, criterion, role, parallel, nearEqual })
  return { id, title, content, role, design }
}

/**
 * The injected work and its arm. To make the candidate look faster, the arm compared with gets the
 * work; to make it look slower, the candidate does.
 */
function injection(
  improvement: number,
  arms: EvaluationPlan['arms'],
): NonNullable<EvaluationPlan['injected']> {
  const against = arms.includes('incumbent') ? 'incumbent' : 'baseline'
  return { improvement, arm: improvement > 0 ? against : 'candidate' }
}

/**
 * Commit and digest of the code that will be measured.
 *
 * @param root evidence root, absolute
 */
export function measuredCode(loaded: LoadedSuite, root: string): MeasuredCode {
  const git = readGitState(projectOf(loaded), evidenceBelow(root))
  return { git, dist: digestMeasured(loaded) }
}

/** `sha256:…` of the compiled harness, and of the modules of another project's suite. */
export function digestMeasured({ foreignFile }: Pick<LoadedSuite, 'foreignFile'>): string {
  return digestCode(join(packageRoot(), 'dist'), foreignFile)
}

/** What `digestMeasured` is about, for messages. */
export function describeMeasured({ foreignFile }: Pick<LoadedSuite, 'foreignFile'>): string {
  const dist = join(packageRoot(), 'dist')
  return foreignFile === undefined ? dist : `${dist}, or a module of ${foreignFile},`
}
