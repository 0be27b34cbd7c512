import { z } from 'zod'

/**
 * How an evaluation ended. For a gate, `accepted` means passed and `rejected` means failed.
 * `undecided` means that the runs ended before the rule decided.
 */
export const VERDICTS = ['accepted', 'rejected', 'inconclusive', 'undecided'] as const
export type Verdict = (typeof VERDICTS)[number]

const count = z.int().nonnegative()

/** Counts of evaluations by ending, and by number of pairs. */
export const tallySchema = z.strictObject({
  trials: z.int().positive(),
  accepted: count,
  rejected: count,
  inconclusive: count,
  undecided: count,
  meanPairs: z.number().positive(),
  medianPairs: z.number().positive(),
  /** The same counts for each number of pairs, ascending. */
  byPairs: z
    .array(
      z.strictObject({
        pairs: z.int().positive(),
        accepted: count,
        rejected: count,
        inconclusive: count,
        undecided: count,
      }),
    )
    .min(1),
})
export type Tally = Readonly<z.infer<typeof tallySchema>>
type Row = Tally['byPairs'][number]

export interface Ending {
  readonly verdict: Verdict
  /** Number of pairs used. */
  readonly pairs: number
}

/** Counts endings. @returns undefined without endings */
export function tallyOf(endings: readonly Ending[]): Tally | undefined {
  const rows = new Map<number, Row>()
  for (const { verdict, pairs } of endings) {
    const row = rows.get(pairs) ?? emptyRow(pairs)
    rows.set(pairs, { ...row, [verdict]: row[verdict] + 1 })
  }
  return fromRows([...rows.values()])
}

/** The sum of several tallies. @returns undefined without tallies */
export function addTallies(tallies: readonly Tally[]): Tally | undefined {
  const rows = new Map<number, Row>()
  for (const row of tallies.flatMap(({ byPairs }) => byPairs)) {
    const sum = rows.get(row.pairs) ?? emptyRow(row.pairs)
    const added = VERDICTS.map((verdict) => [verdict, sum[verdict] + row[verdict]])
    rows.set(row.pairs, { ...sum, ...Object.fromEntries(added) })
  }
  return fromRows([...rows.values()])
}

function fromRows(rows: readonly Row[]): Tally | undefined {
  const byPairs = [...rows].sort((a, b) => a.pairs - b.pairs)
  const trials = byPairs.reduce((sum, row) => sum + sizeOf(row), 0)
  if (trials === 0) return undefined
  const total = (verdict: Verdict) => byPairs.reduce((sum, row) => sum + row[verdict], 0)
  return {
    trials,
    accepted: total('accepted'),
    rejected: total('rejected'),
    inconclusive: total('inconclusive'),
    undecided: total('undecided'),
    meanPairs: byPairs.reduce((sum, row) => sum + row.pairs * sizeOf(row), 0) / trials,
    medianPairs: medianOf(byPairs, trials),
    byPairs,
  }
}

function medianOf(rows: readonly Row[], trials: number): number {
  return (pairsAt(rows, Math.floor((trials - 1) / 2)) + pairsAt(rows, Math.floor(trials / 2))) / 2
}

/** If all evaluations are sorted by their number of pairs, the number of pairs at this place. */
function pairsAt(rows: readonly Row[], place: number): number {
  let seen = 0
  for (const row of rows) {
    seen += sizeOf(row)
    if (place < seen) return row.pairs
  }
  return rows.at(-1)?.pairs ?? 0
}

function sizeOf(row: Row): number {
  return VERDICTS.reduce((sum, verdict) => sum + row[verdict], 0)
}

function emptyRow(pairs: number): Row {
  return { pairs, accepted: 0, rejected: 0, inconclusive: 0, undecided: 0 }
}
