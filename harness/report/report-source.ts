import type { Evidence } from '../evidence/evidence.js'
import { readEvidence } from '../evidence/evidence-store.js'
import { checkDigests } from '../record/evidence-digests.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { type ProfilePicture, readProfiles, type WorkloadProfile } from './profile-source.js'
import { visibleValues } from './visible-values.js'

/**
 * The whole input of a report. Its texts have passed `visibleValues`; its pictures are unchanged.
 */
export interface ReportSource {
  readonly record: DecisionRecord
  /** All records, in which superseding records are found. */
  readonly records: readonly DecisionRecord[]
  readonly evidence: Evidence
  readonly profiles: readonly WorkloadProfile[]
}

/**
 * Reads the input of a report.
 *
 * @throws {InvalidEvidenceError} the evidence is missing or damaged, or differs from the evidence
 * that the record was made from
 */
export function readReportSource(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): ReportSource {
  const evidence = readEvidence(root, record.id)
  checkDigests(root, record, evidence.digests)
  return toReportSource({ record, records, evidence, profiles: readProfiles(root, record) })
}

/** Makes the input of a report, with invisible characters written out in all texts. */
export function toReportSource({
  record,
  records,
  evidence,
  profiles,
}: ReportSource): ReportSource {
  return {
    ...visibleValues({ record, records, evidence }),
    profiles: profiles.map(({ workload, hotspots, pictures }) => ({
      ...visibleValues({ workload, hotspots }),
      pictures: pictures as readonly ProfilePicture[],
    })),
  }
}
