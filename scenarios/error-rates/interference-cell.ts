import { z } from 'zod'
import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import { InvalidEvidenceError } from '../../harness/errors.js'
import { readIfThere } from '../../harness/system/files.js'

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

/**
 * The cells measured so far, in the order of the file.
 *
 * @returns empty if the file does not exist
 * @throws {InvalidEvidenceError} a line is not a cell, or repeats an earlier one; names the line
 */
export function readInterferenceCells(path: string): InterferenceCell[] {
  const lines = new Map<string, number>()
  return (readIfThere(path) ?? '').split('\n').flatMap((text, index) => {
    if (text === '') return []
    const where = `${path}, line ${index + 1}`
    const cell = parseCell(text, where)
    const earlier = lines.get(keyOf(cell))
    if (earlier !== undefined)
      throw new InvalidEvidenceError(
        `${where}: this cell (${keyOf(cell)}) is that of line ${earlier}; remove one of the two`,
      )
    lines.set(keyOf(cell), index + 1)
    return [cell]
  })
}

function parseCell(text: string, where: string): InterferenceCell {
  const refused = (problem: string, cause?: unknown) =>
    new InvalidEvidenceError(
      `${where} is not a cell (${problem}); remove the line, and --interference will measure it again`,
      { cause },
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refused('not JSON, perhaps cut off by an interruption', cause)
  }
  const parsed = interferenceCellSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(`${issue?.path.join('.')}: ${issue?.message.toLowerCase()}`)
}
