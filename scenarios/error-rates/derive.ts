import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { InputError } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import { environmentSchema, planSchema } from '../../harness/evidence/evidence.js'
import { makeDirectory, readStored, writeWhole } from '../../harness/system/files.js'
import { type Characteristics, characterize } from './characteristics.js'
import { CHARACTERISTICS, readFreshData } from './fresh-data.js'
import { readInterferenceCells } from './interference-cell.js'
import { INTERFERENCE_CELLS, INTERFERENCE_HOST } from './interference-data.js'
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

/** Our own recording, 40 pairs of a small kernel. If the file exists, it is always studied. */
const OWN = join('test', 'golden', 'aa-noise.csv')

export interface DeriveOptions {
  /**
   * Further recordings to study, absolute paths. Recordings below the root belong to the
   * repository and are read again at every derivation.
   */
  readonly recordings: readonly string[]
  /** Called with a description of each step. */
  readonly onStep: (text: string) => void
}

/**
 * Derives the published figures, plots and page from the data below a root, and writes them.
 *
 * @param root of a checkout
 * @returns the figures
 * @throws {InputError} there is no recording below the root
 * @throws {InvalidEvidenceError} damaged data
 */
export function deriveCharacteristics(
  root: string,
  { recordings, onStep }: DeriveOptions,
): Characteristics {
  const published = readTable(root)
  const available = availableRecordings(root, published, recordings)
  if (available.length === 0)
    throw new InputError(
      `${root} holds no recorded noise (${OWN}); run this in a checkout of assay`,
    )
  const table = studyRecordings(available, published, (pool) => onStep(`recorded noise: ${pool}`))
  onStep('fresh decisions, interference, page and plots')
  return publish(root, table)
}

/**
 * Derives everything but the recorded study again, which takes a few seconds, for the page to show
 * what was measured before an interruption. Without a published table, nothing is written.
 *
 * @throws {InvalidEvidenceError} damaged data
 */
export function publishAgain(root: string): void {
  const table = readTable(root)
  if (table !== undefined) publish(root, table)
}

function publish(root: string, table: RecordedTable): Characteristics {
  const files = renderPublished(root, table)
  makeDirectory(join(root, CHARACTERISTICS))
  for (const [path, text] of Object.entries(files.texts)) writeWhole(join(root, path), text)
  return files.characteristics
}

/**
 * Renders the published files from a table of the recorded study and the fresh decisions below a
 * root.
 *
 * @returns texts by path below the root
 */
export function renderPublished(
  root: string,
  table: RecordedTable,
): { readonly characteristics: Characteristics; readonly texts: Readonly<Record<string, string>> } {
  const fresh = readFreshData(root, 'current')
  const earlier = readFreshData(root, 'earlier')
  const interference = readInterferenceCells(join(root, INTERFERENCE_CELLS))
  const characteristics = characterize(
    { recorded: table, fresh, earlier, interference },
    simulateNoiseLimits(),
  )
  const hosts = defined({
    fresh: fresh.environment,
    earlier: earlier.environment,
    interference: readStored(join(root, INTERFERENCE_HOST.environment), environmentSchema),
  })
  const plots = Object.entries(drawPlots(characteristics)).map(([name, svg]) => [
    join(CHARACTERISTICS, name),
    svg,
  ])
  return {
    characteristics,
    texts: {
      [TABLE]: jsonText(table),
      [FIGURES]: jsonText(characteristics),
      [PAGE]: renderPage(characteristics, hosts),
      ...Object.fromEntries(plots),
    },
  }
}

/** The published table of the recorded study; undefined if there is none. */
export function readTable(root: string): RecordedTable | undefined {
  return readStored(join(root, TABLE), recordedTableSchema)
}

/**
 * The recordings that can be studied here: our own, those of the published table that belong to
 * the repository, and others given by their absolute paths.
 *
 * @throws {InputError} a recording cannot be read, or contains an injected effect
 */
export function availableRecordings(
  root: string,
  published: RecordedTable | undefined,
  others: readonly string[] = [],
): NamedRecording[] {
  const committed = published?.recordings.flatMap(({ path }) => path ?? []) ?? []
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

/** The file name, such as `noise.csv`. The name of a journal includes its folder. */
function nameOf(file: string): string {
  return basename(file) === 'runs.jsonl' ? `${basename(dirname(file))}/runs.jsonl` : basename(file)
}

/** Refuses a journal if the plan beside it records an injected effect. */
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
