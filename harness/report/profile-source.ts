import { join } from 'node:path'
import { ARMS } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { type Hotspots, hotspotsSchema } from '../evidence/hotspots-schema.js'
import { evidenceOf } from '../evidence/store.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { readIfThere } from '../system/files.js'

/** What profiling left of one workload. */
export interface WorkloadProfile {
  readonly workload: string
  readonly hotspots: Hotspots
  /** Flame graphs as they were written, `difference` first. */
  readonly pictures: readonly ProfilePicture[]
}

export interface ProfilePicture {
  /** `difference` or an arm. */
  readonly name: string
  /** Below the evidence folder, posix. */
  readonly path: string
  readonly svg: string
}

/**
 * The profiles in an evidence folder. Only files the record names are read, so no name of a
 * workload leads out of the folder.
 *
 * @returns one per workload that was profiled, in their order
 * @throws {InvalidEvidenceError} a file is not what was written
 */
export function readProfiles(
  root: string,
  { id, workloads, evidence }: DecisionRecord,
): WorkloadProfile[] {
  const read = (path: string) =>
    Object.hasOwn(evidence, path) ? readIfThere(join(evidenceOf(root), id, path)) : undefined
  return workloads.flatMap(({ id: workload }) => {
    const path = `${workload}/hotspots.json`
    const text = read(path)
    if (text === undefined) return []
    const pictures = ['difference', ...ARMS].flatMap((name): ProfilePicture[] => {
      const svg = read(`${workload}/${name}.svg`)
      return svg === undefined ? [] : [{ name, path: `${workload}/${name}.svg`, svg }]
    })
    return [{ workload, hotspots: parse(text, join(evidenceOf(root), id, path)), pictures }]
  })
}

function parse(text: string, path: string): Hotspots {
  try {
    return hotspotsSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new InvalidEvidenceError(
      `${path} is not what was written; restore it or evaluate again`,
      { cause },
    )
  }
}
