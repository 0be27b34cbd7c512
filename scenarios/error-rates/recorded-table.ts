import { z } from 'zod'
import { defined } from '../../harness/evidence/defined.js'
import { RECORDED_TRIALS, studyPool } from './recorded-study.js'
import type { Recording } from './recording.js'
import { STUDIED_RULES } from './studied-rules.js'
import { tallySchema } from './tally.js'

/**
 * `recorded-noise.json`: how the rules decide on recorded noise. A recording that is not committed
 * is identified by its SHA-256 and its counts, and its figures are kept here.
 */
export const recordedTableSchema = z.strictObject({
  schema: z.literal('assay/recorded-noise@1'),
  /** Windows per pool and true change. */
  trials: z.int().positive(),
  recordings: z.array(
    z.strictObject({
      name: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Path of the recording in the repository; absent if the recording is not committed. */
      path: z.string().optional(),
      pools: z
        .array(
          z.strictObject({ pool: z.string(), pairs: z.int().positive(), runs: z.int().positive() }),
        )
        .min(1),
    }),
  ),
  cells: z.array(
    z.strictObject({
      recording: z.string(),
      pool: z.string(),
      change: z.number(),
      rule: z.enum(STUDIED_RULES),
      tally: tallySchema,
    }),
  ),
})
export type RecordedTable = Readonly<z.infer<typeof recordedTableSchema>>

export interface NamedRecording extends Recording {
  readonly name: string
  /** Path in the repository; absent if the recording is not committed. */
  readonly path?: string
}

/**
 * Studies the available recordings, and keeps the published figures of all others.
 *
 * @param published the table published so far
 * @param onPool called before each pool
 */
export function studyRecordings(
  recordings: readonly NamedRecording[],
  published: RecordedTable | undefined,
  onPool: (text: string) => void = () => {},
): RecordedTable {
  const names = recordings.map(({ name }) => name)
  const previous = published?.trials === RECORDED_TRIALS ? published : undefined
  const others = previous?.recordings.filter(({ name }) => !names.includes(name)) ?? []
  const studied = recordings.flatMap(({ name, pools }) =>
    pools.flatMap(({ pool, pairs }) => {
      onPool(`${name}, ${pool}`)
      return studyPool(pairs).map((cell) => ({ recording: name, pool, ...cell }))
    }),
  )
  return {
    schema: 'assay/recorded-noise@1',
    trials: RECORDED_TRIALS,
    recordings: [...recordings.map(describeRecording), ...others].sort(byName),
    cells: [
      ...studied,
      ...(previous?.cells.filter(({ recording }) =>
        others.some(({ name }) => name === recording),
      ) ?? []),
    ].sort((a, b) => (a.recording === b.recording ? 0 : a.recording < b.recording ? -1 : 1)),
  }
}

function describeRecording({
  name,
  sha256,
  path,
  pools,
}: NamedRecording): RecordedTable['recordings'][number] {
  return defined({
    name,
    sha256,
    path,
    pools: pools.map(({ pool, pairs }) => ({ pool, pairs: pairs.length, runs: 2 * pairs.length })),
  })
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
