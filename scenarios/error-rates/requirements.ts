import { z } from 'zod'
import { clopperPearson } from './clopper-pearson.js'
import type { Signs } from './fresh-summary.js'
import type { RuleTally } from './rule-tally.js'
import { addTallies, type Tally } from './tally.js'

const RULES = ['layer', 'gate', 'gate-confirmed', 'gate-5-confirmed'] as const
type RequiredRule = (typeof RULES)[number]
const FIGURES = ['accepted', 'failed', 'failed early', 'median pairs', 'sign'] as const
type Figure = (typeof FIGURES)[number]

/** A requirement on the rules. Shares are relative to all decisions with this true change. */
interface Requirement {
  readonly change: number
  readonly of: RequiredRule
  /** The required figure. `failed early` means that the gate failed at its first look. */
  readonly figure: Figure
  readonly atMost?: number
  readonly atLeast?: number
}

/**
 * The gate fails without a change at most as often as its first round does, so its first round is
 * required.
 *
 * @source the operating characteristics this project promises
 */
const REQUIREMENTS: readonly Requirement[] = [
  { change: 0, of: 'layer', figure: 'accepted', atMost: 0.005 },
  { change: 0, of: 'gate', figure: 'failed', atMost: 0.01 },
  { change: 0.03, of: 'layer', figure: 'accepted', atMost: 0.02 },
  { change: 0.1, of: 'layer', figure: 'accepted', atLeast: 0.99 },
  { change: 0.1, of: 'layer', figure: 'median pairs', atMost: 20 },
  { change: -0.12, of: 'gate-confirmed', figure: 'failed', atLeast: 0.98 },
  { change: -0.2, of: 'gate', figure: 'failed early', atLeast: 0.99 },
]
/** Recorded noise is that of adjacent runs, which is too much for these. */
const REQUIRED_OF_FRESH: readonly Requirement[] = [
  { change: -0.06, of: 'gate-5-confirmed', figure: 'failed', atLeast: 0.95 },
  { change: -0.03, of: 'layer', figure: 'sign', atLeast: 0.95 },
]

const FIRST_LOOK = 10

/** One requirement with its measured figure. */
export const requirementCheckSchema = z.strictObject({
  /** `earlier`: the study of fresh decisions before there were designs. */
  source: z.enum(['fresh', 'earlier', 'recorded']),
  change: z.number(),
  of: z.enum(RULES),
  figure: z.enum(FIGURES),
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
  /** The trials and the count under each load; absent for recorded noise. */
  byLoad: z
    .array(
      z.strictObject({
        hogs: z.int().nonnegative(),
        trials: z.int().positive(),
        count: z.int().nonnegative(),
      }),
    )
    .optional(),
})
export type RequirementCheck = Readonly<z.infer<typeof requirementCheckSchema>>

interface Cell extends RuleTally {
  readonly hogs?: number
}

/** Trials, and how many of them had the required ending. */
interface Counted {
  readonly trials: number
  readonly count: number
}

/**
 * Checks every requirement for which there are trials. Fresh decisions have smoke scale (10 or 20
 * pairs); recorded windows have standard scale (10 to 40 pairs).
 *
 * @param signs of the fresh decisions
 */
export function checkRequirements(
  cells: readonly Cell[],
  source: RequirementCheck['source'],
  signs: Signs = [],
): RequirementCheck[] {
  const required = source === 'fresh' ? [...REQUIREMENTS, ...REQUIRED_OF_FRESH] : REQUIREMENTS
  return required.flatMap((requirement) => {
    if (requirement.figure === 'sign') return checkSigns(requirement, signs)
    const rule =
      requirement.of === 'layer'
        ? source === 'recorded'
          ? 'improvement-40'
          : 'improvement-20'
        : requirement.of
    const members = cells.filter((cell) => cell.change === requirement.change && cell.rule === rule)
    const tally = addTallies(members.map((cell) => cell.tally))
    return tally === undefined ? [] : [checkTally(requirement, tally, source, members)]
  })
}

function checkSigns(requirement: Requirement, signs: Signs): RequirementCheck[] {
  const loads = signs
    .filter(({ change }) => change === requirement.change)
    .map(({ hogs, decisions, right }) => ({ hogs, trials: decisions, count: right }))
  if (loads.length === 0) return []
  const total = (pick: (one: Counted) => number) => loads.reduce((sum, one) => sum + pick(one), 0)
  const counted = { trials: total(({ trials }) => trials), count: total(({ count }) => count) }
  return [{ ...checkShare(requirement, counted, 'fresh'), byLoad: loads }]
}

function checkTally(
  requirement: Requirement,
  tally: Tally,
  source: RequirementCheck['source'],
  members: readonly Cell[],
): RequirementCheck {
  const { figure } = requirement
  if (figure === 'median pairs') {
    const met = fits(requirement, tally.medianPairs)
    return { source, ...requirement, trials: tally.trials, measured: tally.medianPairs, met }
  }
  const countedIn = (one: Tally) => ({ trials: one.trials, count: countOf(one, figure) })
  const checked = checkShare(requirement, countedIn(tally), source)
  if (source === 'recorded') return checked
  const byLoad = members.map((cell) => ({ hogs: cell.hogs ?? 0, ...countedIn(cell.tally) }))
  return { ...checked, byLoad }
}

function checkShare(
  requirement: Requirement,
  { trials, count }: Counted,
  source: RequirementCheck['source'],
): RequirementCheck {
  const measured = count / trials
  const met = fits(requirement, measured)
  const checked = { source, ...requirement, trials, measured, count, met }
  if (source === 'recorded') return checked
  const ci95 = clopperPearson(count, trials)
  return {
    ...checked,
    ci95,
    shown: fits(requirement, ci95.lower) && fits(requirement, ci95.upper),
  }
}

function fits({ atMost = Infinity, atLeast = -Infinity }: Requirement, value: number): boolean {
  return value <= atMost && value >= atLeast
}

function countOf(tally: Tally, figure: Figure): number {
  if (figure === 'accepted') return tally.accepted
  if (figure === 'failed') return tally.rejected
  return tally.byPairs.reduce(
    (sum, { pairs, rejected }) => sum + (pairs <= FIRST_LOOK ? rejected : 0),
    0,
  )
}
