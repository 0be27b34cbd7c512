import { z } from 'zod'
import { environmentSchema } from '../../harness/evidence/evidence.js'

const positive = z.number().positive()
const count = z.int().positive()

/** What one row did on one series. */
const cellSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('measured'),
    series: z.string(),
    /** How many of the combinations a pass had. */
    combinations: count,
    /** Passes that were timed. */
    passes: count,
    /** Bars of all assets and combinations per second of CPU time, in the best pass. */
    barsPerSecond: positive,
    /** The same per second of wall time. */
    wallBarsPerSecond: positive,
    peakRssBytes: positive,
    fills: z.int().nonnegative(),
    /** `sha256:…` of fills and final equity of its combinations, in ticks. */
    digest: z.string(),
  }),
  z.strictObject({
    kind: z.literal('void'),
    series: z.string(),
    reason: z.string().min(1),
    /** Of the other results it has, per second of CPU time: not compared with any row. */
    uncountedBarsPerSecond: positive.optional(),
  }),
])
export type SpeedCell = Readonly<z.infer<typeof cellSchema>>
export type MeasuredCell = Extract<SpeedCell, { kind: 'measured' }>

const rowSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  what: z.string(),
  /** One per series, in their order. */
  cells: z.array(cellSchema),
})
export type SpeedRowFigures = Readonly<z.infer<typeof rowSchema>>

/** `docs/speed/speed.json`: what the page is made of. */
export const speedFiguresSchema = z.strictObject({
  schema: z.literal('assay/speed@1'),
  measuredAt: z.iso.datetime(),
  /** Of the measured code; `(dirty)` if files differed from it. */
  commit: z.string(),
  packageVersion: z.string(),
  grademark: z.string(),
  environment: environmentSchema,
  combinations: count,
  series: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      data: z.string(),
      assets: count,
      bars: count,
    }),
  ),
  rows: z.array(rowSchema),
})
export type SpeedFigures = Readonly<z.infer<typeof speedFiguresSchema>>

/** The cell of a row on a series, if it is measured. */
export function measuredCell(
  rows: readonly SpeedRowFigures[],
  id: string,
  series: string,
): MeasuredCell | undefined {
  const cell = rows.find((row) => row.id === id)?.cells.find((one) => one.series === series)
  return cell?.kind === 'measured' ? cell : undefined
}
