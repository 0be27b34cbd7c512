import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { GateRequest } from './gate-request.js'
import type { Versions } from './versions.js'

/** Everything needed to measure, once both versions are built. */
export interface Bench {
  readonly request: Pick<
    GateRequest,
    'rule' | 'resultsChanged' | 'out' | 'profile' | 'counts' | 'io' | 'progress' | 'onLine'
  >
  readonly loaded: LoadedSuite
  readonly versions: Versions
  readonly settings: ForkSettings
}

/** A plan with the proof that the results of both versions are equal, or with the difference. */
export interface ProvenPlan {
  readonly plan: EvaluationPlan
  readonly equivalence: Equivalence
}

/** A plan that has been measured. */
export interface MeasuredPlan extends ProvenPlan {
  readonly runs: readonly JournalLine[]
}

/** Folder of the runs and profiles, below the outputs of a gate. */
export const CASES_FOLDER = 'cases'
