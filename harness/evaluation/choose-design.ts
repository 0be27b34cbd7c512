import type { Criterion, Metric, PairDesign } from '../contract.js'
import { InputError } from '../errors.js'
import { bindableCpus } from '../measurement/affinity.js'
import { criterionFor, type Role } from '../verdict/criteria.js'

/** What the design of a workload's pairs depends on. */
export interface DesignChoice {
  /** From `--design`. */
  readonly given?: PairDesign | undefined
  readonly metric: Metric
  /** The criterion of the layer. */
  readonly criterion: Criterion
  readonly role: Role
  /** The workload keeps several threads busy. */
  readonly parallel: boolean
  /** Both arms run the same code, or nearly: controls and gates. */
  readonly nearEqual: boolean
}

/** Criteria that judge arms of nearly equal speed. */
const OF_NEAR_EQUAL_ARMS: readonly Criterion['kind'][] = [
  'regression',
  'equivalence',
  'non-inferiority',
]

/**
 * The design of a workload's pairs (docs/methodology.md).
 *
 * Several threads need several CPUs, so their arms run one after the other. Wall time means
 * nothing while two arms share a CPU, so it is measured in lock-step. Arms of nearly equal speed
 * are co-scheduled, because the host then disturbs both alike, and sharing a CPU costs both alike.
 * The figure of a layer is measured in lock-step, because sharing a CPU at the same time costs the
 * arm with the larger working set more.
 *
 * @throws {InputError} the given design cannot measure the metric, or cannot run on this host
 */
export function chooseDesign(choice: DesignChoice): PairDesign {
  const { given, metric, parallel } = choice
  if (given === 'co-scheduled' && metric === 'wall')
    throw new InputError(
      '--design co-scheduled: wall time means nothing while both arms share a CPU; give --design lock-step or adjacent, or --metric cpu',
    )
  if (parallel) return 'adjacent'
  if (given === 'co-scheduled' && bindableCpus().length === 0)
    throw new InputError(
      '--design co-scheduled: this host cannot bind processes to a CPU; install taskset (util-linux), or give --design lock-step',
    )
  return given ?? usualDesign(choice)
}

function usualDesign({ metric, criterion, role, nearEqual }: DesignChoice): PairDesign {
  const { kind } = criterionFor(role, criterion)
  const isCoScheduled =
    metric === 'cpu' &&
    (nearEqual || OF_NEAR_EQUAL_ARMS.includes(kind)) &&
    bindableCpus().length > 0
  return isCoScheduled ? 'co-scheduled' : 'lock-step'
}
