import { join } from 'node:path'
import { ARMS } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { evidenceOf } from '../evidence/evidence-store.js'
import { type Hotspots, hotspotsSchema } from '../evidence/hotspots-schema.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { readIfThere } from '../system/files.js'

/** The profile of one workload. */
export interface WorkloadProfile {
  readonly workload: string
  readonly hotspots: Hotspots
  /** Flame graphs, unchanged, `difference` first. */
  readonly pictures: readonly ProfilePicture[]
}

export interface ProfilePicture {
  /** `difference` or an arm. */
  readonly name: string
  /** Relative to the evidence folder, with forward slashes. */
  readonly path: string
  readonly svg: string
}

/**
 * The profiles in an evidence folder. Only files named in the record are read, so that a workload
 * cannot make it read outside the folder by its name.
 *
 * @returns one per profiled workload, in the order of the record
 * @throws {InvalidEvidenceError} a file is damaged
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
    throw new InvalidEvidenceError(`${path} is not a valid profile; restore it or evaluate again`, {
      cause,
    })
  }
}
