import { z } from 'zod'
import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import { InvalidEvidenceError } from '../../harness/errors.js'
import { readStudyFile, type StudyFile } from './study-file.js'

/**
 * What is added to an arm. `same`: more or fewer units of the kernel itself. `integers`: the
 * integer kernel that controls inject, beside work of another kind.
 */
export const ADDED = ['same', 'integers'] as const
export type Added = (typeof ADDED)[number]

/** What one cell measures. */
export interface CellKey {
  /** Kind of kernel, or id of a search of our suite. */
  readonly kind: string
  readonly added: Added
  readonly design: PairDesign
  /** The nominal signed improvement, a fraction. */
  readonly change: number
}

const time = z.number().positive()

/** One line of `interference.jsonl`: the pairs of one kind, size and design. */
export const interferenceCellSchema = z.strictObject({
  kind: z.string().min(1),
  added: z.enum(ADDED),
  design: z.enum(PAIR_DESIGNS),
  change: z.number().gt(-1).lt(1),
  seed: z.int().nonnegative(),
  startedAt: z.iso.datetime(),
  commit: z.string().min(1),
  warmup: z.int().nonnegative(),
  iterations: z.int().positive(),
  /** Turns of the injected kernel per iteration; absent without one. */
  injectTurns: z.int().positive().optional(),
  /** In the order they ran; those that were voided or failed are left out. */
  pairs: z
    .array(
      z.strictObject({
        first: z.enum(['baseline', 'candidate']),
        /** CPU time per iteration, ms. */
        baseline: time,
        candidate: time,
        /** CPU time of the injected kernel per iteration, ms, in the arm that has it. */
        injectedMs: time.optional(),
        /** The CPU that both runs were bound to; absent if they were not. */
        core: z.int().nonnegative().optional(),
      }),
    )
    .min(2),
})
export type InterferenceCell = Readonly<z.infer<typeof interferenceCellSchema>>

/** A text that is the same for equal cells. */
export function keyOf({ kind, added, design, change }: CellKey): string {
  return [kind, added, design, change].join('/')
}

/** The file of the study of interference. */
export const INTERFERENCE_FILE: StudyFile<typeof interferenceCellSchema> = {
  schema: interferenceCellSchema,
  line: 'cell',
  task: 'cell',
  option: '--interference',
}

/**
 * The cells measured so far, in the order of the file.
 *
 * @returns empty if the file does not exist
 * @throws {InvalidEvidenceError} a line is not a cell, or repeats an earlier one; names the line
 */
export function readInterferenceCells(path: string): InterferenceCell[] {
  const lines = new Map<string, number>()
  return readStudyFile(path, INTERFERENCE_FILE, (cell, line) => {
    const earlier = lines.get(keyOf(cell))
    if (earlier !== undefined)
      throw new InvalidEvidenceError(
        `${path}, line ${line}: this cell (${keyOf(cell)}) is that of line ${earlier}; remove one of the two`,
      )
    lines.set(keyOf(cell), line)
  })
}
