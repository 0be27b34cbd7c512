import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { InputError } from '../../harness/errors.js'
import { planSchema } from '../../harness/evidence/evidence.js'
import { makeDirectory, readStored, writeWhole } from '../../harness/system/files.js'
import { type Characteristics, characterize } from './characteristics.js'
import { readFreshConditions } from './fresh-conditions.js'
import { CHARACTERISTICS, FRESH_DECISIONS, readFreshEnvironment } from './fresh-data.js'
import { readFreshDecisions } from './fresh-decision.js'
import { simulateNoiseLimits } from './noise-limits.js'
import { renderPage } from './page.js'
import { drawPlots } from './plots.js'
import {
  type NamedRecording,
  type RecordedTable,
  recordedTableSchema,
  studyRecordings,
} from './recorded-table.js'
import { readRecording } from './recording.js'

const TABLE = join(CHARACTERISTICS, 'recorded-noise.json')
const FIGURES = join(CHARACTERISTICS, 'characteristics.json')
export const PAGE = join('docs', 'characteristics.md')

/** Always studied, where it is there: 40 pairs of a small kernel. */
const OWN = join('test', 'golden', 'aa-noise.csv')

export interface DeriveOptions {
  /**
   * Recordings to study from now on, absolute paths; those below the root are part of the
   * repository and read again every time.
   */
  readonly recordings: readonly string[]
  /** Told what is being done. */
  readonly onStep: (text: string) => void
}

/**
 * Derives everything that is published from the data below a root, and writes it: figures, plots,
 * page.
 *
 * @param root of a checkout
 * @returns the figures
 * @throws {InputError} the root holds no recording  @throws {InvalidEvidenceError} data are damaged
 */
export function deriveCharacteristics(
  root: string,
  { recordings, onStep }: DeriveOptions,
): Characteristics {
  const known = readTable(root)
  const named = recordingsAtHand(root, known, recordings)
  if (named.length === 0)
    throw new InputError(
      `${root} holds no recorded noise (${OWN}); run this in a checkout of assay`,
    )
  const table = studyRecordings(named, known, (pool) => onStep(`recorded noise: ${pool}`))
  onStep('fresh decisions, page and plots')
  const files = renderPublished(root, table)
  makeDirectory(join(root, CHARACTERISTICS))
  for (const [path, text] of Object.entries(files.texts)) writeWhole(join(root, path), text)
  return files.characteristics
}

/**
 * The published files as text, from a table of the recorded study and the fresh decisions below a
 * root.
 *
 * @returns texts by path below the root
 */
export function renderPublished(
  root: string,
  table: RecordedTable,
): { readonly characteristics: Characteristics; readonly texts: Readonly<Record<string, string>> } {
  const decisions = readFreshDecisions(join(root, FRESH_DECISIONS))
  const characteristics = characterize(
    table,
    decisions,
    readFreshConditions(root),
    simulateNoiseLimits(),
  )
  const plots = Object.entries(drawPlots(characteristics)).map(([name, svg]) => [
    join(CHARACTERISTICS, name),
    svg,
  ])
  return {
    characteristics,
    texts: {
      [TABLE]: jsonText(table),
      [FIGURES]: jsonText(characteristics),
      [PAGE]: renderPage(characteristics, readFreshEnvironment(root)),
      ...Object.fromEntries(plots),
    },
  }
}

/** The table of the recorded study as it was published; undefined where there is none. */
export function readTable(root: string): RecordedTable | undefined {
  return readStored(join(root, TABLE), recordedTableSchema)
}

/**
 * The recordings that can be studied here: our own, those of the table that are part of the
 * repository, and others given by their absolute paths.
 *
 * @throws {InputError} one of them cannot be read, or holds an injected effect
 */
export function recordingsAtHand(
  root: string,
  known: RecordedTable | undefined,
  others: readonly string[] = [],
): NamedRecording[] {
  const committed = known?.recordings.flatMap(({ path }) => path ?? []) ?? []
  const inside = [OWN, ...committed]
    .map((path) => join(root, path))
    .filter((path) => existsSync(path))
  return [...new Set([...inside, ...others])].map((file) => {
    const path = relative(root, file)
    const recording = { name: nameOf(file), ...readRecording(file) }
    refuseInjected(file)
    return path.startsWith('..') || isAbsolute(path)
      ? recording
      : { ...recording, path: path.split(sep).join('/') }
  })
}

/** `noise.csv`; for a journal also its folder. */
function nameOf(file: string): string {
  return basename(file) === 'runs.jsonl' ? `${basename(dirname(file))}/runs.jsonl` : basename(file)
}

/** A journal lies beside its plan, and the plan says whether both arms ran the same. */
function refuseInjected(file: string): void {
  if (basename(file) !== 'runs.jsonl') return
  const plan = readStored(join(dirname(file), 'plan.json'), planSchema)
  if (plan?.injected !== undefined)
    throw new InputError(
      `${file} was recorded with an injected effect; give runs of identical code`,
    )
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}
