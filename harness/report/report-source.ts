import type { Evidence } from '../evidence/evidence.js'
import { readEvidence } from '../evidence/store.js'
import { checkDigests } from '../record/evidence-digests.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { type ProfilePicture, readProfiles, type WorkloadProfile } from './profile-source.js'
import { visibleValues } from './visible-values.js'

/**
 * Everything a report is made of, and nothing else is read. Its texts have passed `visibleValues`;
 * pictures are as they were written.
 */
export interface ReportSource {
  readonly record: DecisionRecord
  /** All records, to find those that supersede others. */
  readonly records: readonly DecisionRecord[]
  readonly evidence: Evidence
  readonly profiles: readonly WorkloadProfile[]
}

/**
 * Reads what a report is made of.
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

/** Writes out invisible characters in all texts. */
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
