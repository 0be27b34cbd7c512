import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ScaleName } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { evidenceOf, mendJournal, readEvidence } from '../evidence/store.js'
import { explainFileError, makeDirectory, readIfThere, writeWhole } from '../system/files.js'
import { type CalibratedHost, type Calibration, calibrationSchema } from './calibration.js'
import { type CalibrationEvidence, toCalibration } from './to-calibration.js'

/**
 * Calibrations lie in `profiling-results/calibration/<fingerprint>/<scale>/`: `aa/` and `injected/`
 * are evidence folders like any other, with a plan, an environment, a proof and a journal, and
 * `calibration.json` is derived from them. One that is being made lies beside, as
 * `<scale>.unfinished`, and takes the place of the older one as a whole when it is complete. No
 * number is claimed: nothing here is a record.
 */

const FOLDERS = ['aa', 'injected'] as const
export type CalibrationPart = (typeof FOLDERS)[number]
const RESULT = 'calibration.json'

/** Path of a complete calibration below `profiling-results/`. */
export function calibrationId(
  { fingerprint }: Pick<CalibratedHost, 'fingerprint'>,
  scale: ScaleName,
): string {
  return join('calibration', fingerprint, scale)
}

/**
 * Path of a part of a calibration that is being made, below `profiling-results/`: what `appendRun`
 * takes.
 */
export function partId(id: string, part: CalibrationPart): string {
  return join(unfinished(id), part)
}

/** Where its result is, or will be. */
export function resultPath(root: string, id: string): string {
  return join(evidenceOf(root), id, RESULT)
}

/** Begins a calibration anew, in place of one that was never finished. */
export function beginCalibration(
  root: string,
  id: string,
  parts: Readonly<Record<CalibrationPart, Omit<Evidence, 'runs' | 'digests'>>>,
): void {
  discardUnfinished(root, id)
  // The plan of identical arms comes last: with it, everything is there.
  for (const part of [...FOLDERS].reverse()) {
    const folder = join(evidenceOf(root), partId(id, part))
    const { plan, environment, equivalence } = parts[part]
    makeDirectory(folder)
    writeWhole(join(folder, 'environment.json'), jsonText(environment))
    writeWhole(join(folder, 'equivalence.json'), jsonText(equivalence))
    writeWhole(join(folder, 'runs.jsonl'), '')
    writeWhole(join(folder, 'plan.json'), jsonText(plan))
  }
}

/** Whether a calibration was begun there and not finished. */
export function isUnfinished(root: string, id: string): boolean {
  return existsSync(join(evidenceOf(root), partId(id, 'aa'), 'plan.json'))
}

export function discardUnfinished(root: string, id: string): void {
  rmSync(join(evidenceOf(root), unfinished(id)), { recursive: true, force: true })
}

/**
 * Everything measured so far for a calibration that is being made; torn ends that an interruption
 * may have left are mended.
 */
export function readUnfinished(root: string, id: string): CalibrationEvidence {
  for (const part of FOLDERS) mendJournal(root, partId(id, part))
  return {
    aa: readEvidence(root, partId(id, 'aa')),
    injected: readEvidence(root, partId(id, 'injected')),
  }
}

/** Derives the result of a complete calibration and puts it in the place of the older one. */
export function publishCalibration(root: string, id: string): Calibration {
  const calibration = toCalibration(readUnfinished(root, id))
  const from = join(evidenceOf(root), unfinished(id))
  const to = join(evidenceOf(root), id)
  writeWhole(join(from, RESULT), jsonText(calibration))
  try {
    // Should this end between the two steps, --resume finds everything measured and only repeats
    // the second.
    rmSync(to, { recursive: true, force: true })
    renameSync(from, to)
  } catch (error) {
    throw explainFileError(error, to)
  }
  return calibration
}

/**
 * A complete calibration, after deriving it again from its runs.
 *
 * @returns undefined where there is none
 * @throws {InvalidEvidenceError} it is not what its runs yield: a file was changed or is missing;
 * names it
 */
export function readCalibration(root: string, id: string): Calibration | undefined {
  const path = resultPath(root, id)
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const stored = parse(text, path)
  const derived = toCalibration({
    aa: readEvidence(root, join(id, 'aa')),
    injected: readEvidence(root, join(id, 'injected')),
  })
  const changed = Object.keys({ ...stored.evidence, ...derived.evidence }).find(
    (name) => stored.evidence[name] !== derived.evidence[name],
  )
  if (changed !== undefined)
    throw damaged(join(evidenceOf(root), id, changed), `is not the file ${path} was made from`)
  if (jsonText(derived) !== text) throw damaged(path, 'is not what its runs yield')
  return stored
}

function parse(text: string, path: string): Calibration {
  try {
    return calibrationSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(path, 'is no calibration', cause)
  }
}

function damaged(path: string, what: string, cause?: unknown): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${path} ${what}; restore it, or calibrate again: npm run calibrate`,
    { cause },
  )
}

function unfinished(id: string): string {
  return `${id}.unfinished`
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
