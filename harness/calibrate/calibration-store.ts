import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SCALE_NAMES, type ScaleName } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Evidence } from '../evidence/evidence.js'
import { evidenceOf, mendJournal, readEvidence } from '../evidence/evidence-store.js'
import {
  makeDirectory,
  namesIfThere,
  readIfThere,
  replaceDirectory,
  writeJson,
  writeWhole,
} from '../system/files.js'
import { jsonText } from '../system/json-text.js'
import { type CalibratedHost, type Calibration, calibrationSchema } from './calibration.js'
import { type CalibrationEvidence, toCalibration } from './to-calibration.js'

/**
 * A calibration is stored in `profiling-results/calibration/<fingerprint>/<scale>/`. `aa/` and
 * `injected/` are ordinary evidence folders with a plan, an environment, a proof and a journal;
 * `calibration.json` is derived from them. An unfinished calibration is stored beside it, in
 * `<scale>.unfinished`, and replaces the older one as a whole when it is complete. A calibration is
 * not a decision record, so it has no number.
 */

const FOLDERS = ['aa', 'injected'] as const
export type CalibrationPart = (typeof FOLDERS)[number]
const RESULT = 'calibration.json'

/** The folder of a short calibration, in place of a scale. */
export const SHORT = 'short'
/** Every folder that a calibration can have below that of its host. */
export const CALIBRATION_FOLDERS: readonly string[] = [...SCALE_NAMES, SHORT].flatMap((name) => [
  name,
  unfinished(name),
])

/** Path of a complete calibration, relative to `profiling-results/`. */
export function calibrationId(
  { fingerprint }: Pick<CalibratedHost, 'fingerprint'>,
  scale: ScaleName | typeof SHORT,
): string {
  return join('calibration', fingerprint, scale)
}

/** Path of a part of an unfinished calibration, relative to `profiling-results/`. */
export function partId(id: string, part: CalibrationPart): string {
  return join(unfinished(id), part)
}

/** Path of `calibration.json`, whether or not it exists. */
export function resultPath(root: string, id: string): string {
  return join(evidenceOf(root), id, RESULT)
}

/** Starts a calibration, and discards an unfinished one. */
export function beginCalibration(
  root: string,
  id: string,
  parts: Readonly<Record<CalibrationPart, Omit<Evidence, 'runs' | 'digests'>>>,
): void {
  discardUnfinished(root, id)
  // The plan of `aa` is written last: if it exists, everything does (`isUnfinished`).
  for (const part of [...FOLDERS].reverse()) {
    const folder = join(evidenceOf(root), partId(id, part))
    const { plan, environment, equivalence } = parts[part]
    makeDirectory(folder)
    writeJson(join(folder, 'environment.json'), environment)
    writeJson(join(folder, 'equivalence.json'), equivalence)
    writeWhole(join(folder, 'runs.jsonl'), '')
    writeJson(join(folder, 'plan.json'), plan)
  }
}

/** Whether there is an unfinished calibration. */
export function isUnfinished(root: string, id: string): boolean {
  return existsSync(join(evidenceOf(root), partId(id, 'aa'), 'plan.json'))
}

/** Deletes an unfinished calibration, if there is one. */
export function discardUnfinished(root: string, id: string): void {
  const folder = join(evidenceOf(root), unfinished(id))
  rmSync(folder, { recursive: true, force: true })
  for (const parent of [dirname(folder), dirname(dirname(folder))])
    if (existsSync(parent) && namesIfThere(parent).length === 0) rmdirSync(parent)
}

/** Reads an unfinished calibration, after removing lines that an interruption cut off. */
export function readUnfinished(root: string, id: string): CalibrationEvidence {
  for (const part of FOLDERS) mendJournal(root, partId(id, part))
  return {
    aa: readEvidence(root, partId(id, 'aa')),
    injected: readEvidence(root, partId(id, 'injected')),
  }
}

/** Derives the result of a measured calibration, and replaces the older calibration. */
export function publishCalibration(root: string, id: string): Calibration {
  const calibration = toCalibration(readUnfinished(root, id))
  const from = join(evidenceOf(root), unfinished(id))
  const to = join(evidenceOf(root), id)
  writeJson(join(from, RESULT), calibration)
  // If the process ends in the middle of this, --resume finds everything measured and repeats it.
  replaceDirectory(to, from)
  return calibration
}

/**
 * Reads a complete calibration, and checks it by deriving it again from its runs.
 *
 * @returns undefined if there is none
 * @throws {InvalidEvidenceError} it differs from the derived one, because a file was changed or is
 * missing; the message names the file
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
    throw damaged(
      join(evidenceOf(root), id, changed),
      `is not the file that ${path} was derived from`,
    )
  if (`${jsonText(derived, 2)}\n` !== text) throw damaged(path, 'differs from what its runs yield')
  return stored
}

function parse(text: string, path: string): Calibration {
  try {
    return calibrationSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(path, 'is not a valid calibration', cause)
  }
}

function damaged(path: string, what: string, cause?: unknown): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${path} ${what}; restore it, or calibrate again: npx assay calibrate`,
    { cause },
  )
}

function unfinished(id: string): string {
  return `${id}.unfinished`
}
