import { z } from 'zod'
import { clopperPearson } from './clopper-pearson.js'
import type { StudiedRule } from './studied-rules.js'
import { addTallies, type Tally } from './tally.js'

/** A requirement on the rules. Shares are relative to all decisions with this true change. */
interface Requirement {
  readonly change: number
  readonly of: 'layer' | 'gate'
  /** The required figure. `failed early` means that the gate failed at its first look. */
  readonly figure: 'accepted' | 'failed' | 'failed early' | 'median pairs'
  readonly atMost?: number
  readonly atLeast?: number
}

/** @source the operating characteristics this project promises */
const REQUIREMENTS: readonly Requirement[] = [
  { change: 0, of: 'layer', figure: 'accepted', atMost: 0.005 },
  { change: 0, of: 'gate', figure: 'failed', atMost: 0.01 },
  { change: 0.03, of: 'layer', figure: 'accepted', atMost: 0.02 },
  { change: 0.1, of: 'layer', figure: 'accepted', atLeast: 0.95 },
  { change: 0.1, of: 'layer', figure: 'median pairs', atMost: 20 },
  { change: -0.12, of: 'gate', figure: 'failed', atLeast: 0.95 },
  { change: -0.2, of: 'gate', figure: 'failed early', atLeast: 0.99 },
]

const FIRST_LOOK = 10

/** One requirement with its measured figure. */
export const requirementCheckSchema = z.strictObject({
  source: z.enum(['fresh', 'recorded']),
  change: z.number(),
  of: z.enum(['layer', 'gate']),
  figure: z.enum(['accepted', 'failed', 'failed early', 'median pairs']),
  atMost: z.number().optional(),
  atLeast: z.number().optional(),
  trials: z.int().positive(),
  /** The measured share or number of pairs. */
  measured: z.number().nonnegative(),
  /** Number of trials, if `measured` is a share. */
  count: z.int().nonnegative().optional(),
  /**
   * Exact 95 % interval of the share; absent if the trials are not independent, such as
   * overlapping windows of recorded noise.
   */
  ci95: z.strictObject({ lower: z.number(), upper: z.number() }).optional(),
  met: z.boolean(),
  /** Whether the whole interval meets the requirement; absent without an interval. */
  shown: z.boolean().optional(),
})
export type RequirementCheck = Readonly<z.infer<typeof requirementCheckSchema>>

interface Cell {
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/**
 * Checks every requirement for which there are trials. Fresh decisions have smoke scale (10 or 20
 * pairs); recorded windows have standard scale (10 to 40 pairs).
 */
export function checkRequirements(
  cells: readonly Cell[],
  source: RequirementCheck['source'],
): RequirementCheck[] {
  const layer = source === 'fresh' ? 'improvement-20' : 'improvement-40'
  return REQUIREMENTS.flatMap((requirement) => {
    const rule = requirement.of === 'gate' ? 'gate' : layer
    const tally = addTallies(
      cells
        .filter((cell) => cell.change === requirement.change && cell.rule === rule)
        .map((cell) => cell.tally),
    )
    return tally === undefined ? [] : [check(requirement, tally, source)]
  })
}

function check(
  requirement: Requirement,
  tally: Tally,
  source: RequirementCheck['source'],
): RequirementCheck {
  const fits = (value: number) =>
    value <= (requirement.atMost ?? Infinity) && value >= (requirement.atLeast ?? -Infinity)
  const common = { source, ...requirement, trials: tally.trials }
  if (requirement.figure === 'median pairs') {
    return { ...common, measured: tally.medianPairs, met: fits(tally.medianPairs) }
  }
  const count = countOf(tally, requirement.figure)
  const measured = count / tally.trials
  const checked = { ...common, measured, count, met: fits(measured) }
  if (source === 'recorded') return checked
  const ci95 = clopperPearson(count, tally.trials)
  return { ...checked, ci95, shown: fits(ci95.lower) && fits(ci95.upper) }
}

function countOf(tally: Tally, figure: 'accepted' | 'failed' | 'failed early'): number {
  if (figure === 'accepted') return tally.accepted
  if (figure === 'failed') return tally.rejected
  return tally.byPairs.reduce(
    (sum, { pairs, rejected }) => sum + (pairs <= FIRST_LOOK ? rejected : 0),
    0,
  )
}
