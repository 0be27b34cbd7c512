import { correlationWarning } from './correlation-warning.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** A warning with what it is about: a workload, or the evaluation. */
export interface PlacedWarning {
  readonly where: string
  readonly code: WorkloadRecord['warnings'][number]['code']
  readonly hint: string
}

/** The name of the place of a warning that is not about one workload. */
export const WHOLE_EVALUATION = 'evaluation'

/** Every warning people read: those of the record, and those that follow from its figures. */
export function renderedWarnings(record: DecisionRecord): PlacedWarning[] {
  return [
    ...record.warnings.map((warning) => ({ where: WHOLE_EVALUATION, ...warning })),
    ...record.workloads.flatMap((workload) => {
      const correlated = correlationWarning(workload)
      const own = [...workload.warnings, ...(correlated === undefined ? [] : [correlated])]
      return own.map((warning) => ({ where: workload.id, ...warning }))
    }),
  ]
}
