import { z } from 'zod'
import { readStudyFile, type StudyFile } from '../error-rates/study-file.js'

/** What grows from point to point; the rest of the size stays. */
export const AXES = ['backtests', 'bars', 'assets'] as const
export type Axis = (typeof AXES)[number]

/** The size of the work of one pass. */
export interface PointSize {
  readonly backtests: number
  /** Bars of each asset. */
  readonly bars: number
  readonly assets: number
}

const count = z.int().positive()
const time = z.number().positive()

/** One line of a file of the study: the pairs of one size. */
export const scalePointSchema = z.strictObject({
  axis: z.enum(AXES),
  backtests: count,
  bars: count,
  assets: count,
  seed: z.int().nonnegative(),
  startedAt: z.iso.datetime(),
  commit: z.string().min(1),
  warmup: z.int().nonnegative(),
  iterations: count,
  /**
   * CPU time of a pass, ms, in the order they ran; those that were voided or failed are left out.
   */
  pairs: z
    .array(
      z.strictObject({ first: z.enum(['baseline', 'candidate']), baseline: time, candidate: time }),
    )
    .min(2),
})
export type ScalePoint = Readonly<z.infer<typeof scalePointSchema>>

export const SCALE_FILE: StudyFile<typeof scalePointSchema> = {
  schema: scalePointSchema,
  line: 'point',
  task: 'point',
  option: 'the same command',
}

/** The value of a size on an axis. */
export function valueOn(axis: Axis, size: PointSize): number {
  return size[axis]
}

/** A text that is the same for equal sizes. */
export function sizeId({ backtests, bars, assets }: PointSize): string {
  return `${backtests}-backtests-${assets}x${bars}`
}

/**
 * The points measured so far.
 *
 * @returns empty if the file does not exist
 * @throws {InvalidEvidenceError} a line is not a point; names the line
 */
export function readScalePoints(path: string): ScalePoint[] {
  return readStudyFile(path, SCALE_FILE, () => {})
}
