import { mean } from 'simple-statistics'
import { z } from 'zod'
import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import { defined } from '../../harness/evidence/defined.js'
import { tQuantile } from '../../harness/statistics/student-t.js'
import { trimmedEstimate } from '../../harness/statistics/trimmed.js'
import { improvementOf } from '../../harness/verdict/compare.js'
import { ADDED, type InterferenceCell } from './interference-cell.js'
import { JUDGED_SIZE } from './interference-schedule.js'

/** The largest bias with which a design may be used, at a true change of 10 %: a fraction. */
export const BIAS_AT_MOST = 0.005

const STATUS = ['shown', 'not shown', 'exceeded'] as const
const count = z.int().nonnegative()

/** The bias of every cell, and what it means for each kind of work and design. */
export const interferenceSummarySchema = z.strictObject({
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  commits: z.array(z.string()),
  cells: z.array(
    z.strictObject({
      kind: z.string(),
      added: z.enum(ADDED),
      design: z.enum(PAIR_DESIGNS),
      change: z.number(),
      pairs: count,
      /** The true improvement, a fraction. */
      truth: z.number(),
      /** Measured minus true improvement, a fraction, and its 95 % interval. */
      bias: z.number(),
      lower: z.number(),
      upper: z.number(),
    }),
  ),
  designs: z.array(
    z.strictObject({
      kind: z.string(),
      design: z.enum(PAIR_DESIGNS),
      /** Cells at a true change of 10 %, faster and slower. */
      cells: count,
      /** The bias with the largest magnitude among them, a fraction; absent without any. */
      worst: z.number().optional(),
      /**
       * `shown`: all intervals lie within the allowed bias. `exceeded`: one lies outside. Absent
       * without cells.
       */
      status: z.enum(STATUS).optional(),
      /** CPU time of the same work, relative to that of adjacent runs. */
      cpuRatio: z.number().positive().optional(),
    }),
  ),
})
export type InterferenceSummary = Readonly<z.infer<typeof interferenceSummarySchema>>
type CellBias = InterferenceSummary['cells'][number]
type DesignBias = InterferenceSummary['designs'][number]

/** A log ratio and its standard error. */
interface Estimate {
  readonly m: number
  readonly se: number
}

const CONFIDENT = 0.975

/**
 * Derives the bias of every cell whose true effect is known.
 *
 * @param cells at least one
 */
export function summarizeInterference(cells: readonly InterferenceCell[]): InterferenceSummary {
  const times = cells.map(({ startedAt }) => startedAt).sort()
  const biases = cells.flatMap((cell) => biasOf(cell, cells) ?? [])
  const kinds = [...new Set(cells.map(({ kind }) => kind))]
  return {
    firstAt: times[0]!,
    lastAt: times.at(-1)!,
    commits: [...new Set(cells.map(({ commit }) => commit))].sort(),
    cells: biases,
    designs: kinds.flatMap((kind) =>
      PAIR_DESIGNS.filter((design) =>
        cells.some((cell) => cell.kind === kind && cell.design === design),
      ).map((design) => judgeDesign(kind, design, biases, cells)),
    ),
  }
}

/** @returns undefined if the true effect is not known */
function biasOf(cell: InterferenceCell, cells: readonly InterferenceCell[]): CellBias | undefined {
  const { kind, added, design, change, pairs } = cell
  const truth = truthOf(cell, cells)
  const measured = trimmedEstimate(
    pairs.map(({ baseline, candidate }) => Math.log(candidate / baseline)),
  )
  if (truth === undefined || measured === undefined) return undefined
  const reach = tQuantile(CONFIDENT, measured.df) * Math.hypot(measured.se, truth.se)
  const trueImprovement = improvementOf(truth.m)
  const biasAt = (m: number) => improvementOf(m) - trueImprovement
  return {
    kind,
    added,
    design,
    change,
    pairs: pairs.length,
    truth: trueImprovement,
    bias: biasAt(measured.m),
    lower: biasAt(measured.m + reach),
    upper: biasAt(measured.m - reach),
  }
}

/**
 * The true log ratio. Units of the kernel itself are counted. The size of an injected kernel is its
 * CPU time in adjacent runs, relative to the rest of the same run, with the same number of turns.
 */
function truthOf(
  { kind, added, change }: InterferenceCell,
  cells: readonly InterferenceCell[],
): Estimate | undefined {
  if (added === 'same' || change === 0) return { m: Math.log1p(-change), se: 0 }
  const adjacent = cells.find(
    (cell) =>
      cell.kind === kind &&
      cell.added === added &&
      cell.change === change &&
      cell.design === 'adjacent',
  )
  const sizes = adjacent?.pairs.flatMap((pair) => {
    const withWork = change > 0 ? pair.baseline : pair.candidate
    return pair.injectedMs === undefined ? [] : [Math.log(withWork / (withWork - pair.injectedMs))]
  })
  const size = trimmedEstimate(sizes ?? [])
  return size === undefined ? undefined : { m: change > 0 ? -size.m : size.m, se: size.se }
}

function judgeDesign(
  kind: string,
  design: PairDesign,
  biases: readonly CellBias[],
  cells: readonly InterferenceCell[],
): DesignBias {
  const judged = biases.filter(
    (cell) => cell.kind === kind && cell.design === design && Math.abs(cell.change) === JUDGED_SIZE,
  )
  const worst = judged.reduce<CellBias | undefined>(
    (most, cell) => (most === undefined || Math.abs(cell.bias) > Math.abs(most.bias) ? cell : most),
    undefined,
  )
  return defined({
    kind,
    design,
    cells: judged.length,
    worst: worst?.bias,
    status: statusOf(judged),
    cpuRatio: cpuRatioOf(kind, design, cells),
  })
}

function statusOf(judged: readonly CellBias[]): DesignBias['status'] {
  if (judged.length === 0) return undefined
  const isOutside = ({ lower, upper }: CellBias) => lower > BIAS_AT_MOST || upper < -BIAS_AT_MOST
  const isWithin = ({ lower, upper }: CellBias) => lower >= -BIAS_AT_MOST && upper <= BIAS_AT_MOST
  if (judged.some(isOutside)) return 'exceeded'
  return judged.every(isWithin) ? 'shown' : 'not shown'
}

/** How much more CPU time the same work takes in a design than in adjacent runs. */
function cpuRatioOf(
  kind: string,
  design: PairDesign,
  cells: readonly InterferenceCell[],
): number | undefined {
  const plain = cells.filter((cell) => cell.kind === kind && hasPlainBaseline(cell))
  const logRatios = plain
    .filter((cell) => cell.design === design)
    .flatMap((cell) => {
      const twin = plain.find(
        ({ added, change, design: other }) =>
          added === cell.added && change === cell.change && other === 'adjacent',
      )
      return twin === undefined ? [] : [logBaseline(cell) - logBaseline(twin)]
    })
  return logRatios.length === 0 ? undefined : Math.exp(mean(logRatios))
}

/** The work to make the candidate look faster is in the baseline. */
function hasPlainBaseline({ added, change }: InterferenceCell): boolean {
  return added === 'same' || change <= 0
}

function logBaseline({ pairs }: InterferenceCell): number {
  return mean(pairs.map(({ baseline }) => Math.log(baseline)))
}
