import type { ArmWarning, ArmWarningCode, CategoryTime } from '../../evidence/hotspots-schema.js'
import { formatCount, formatCounted, formatPercent } from '../../text/format.js'
import type { ArmProfiles } from '../fold/arm-profiles.js'
import { OTHER_CATEGORY } from './attribute.js'
import { isWellSampled, type Sampling } from './sampling.js'

/** The data from which warnings are derived. */
type Facts = Pick<ArmProfiles, 'samples' | 'lostThreads'> &
  Sampling & { readonly categories: readonly CategoryTime[] }

/** With fewer samples, the 95 % interval of a share of 10 % is wider than ± 2 points. */
const ENOUGH_SAMPLES = 1000
const MOST_OTHER = 0.05

/** The hints of each warning, in display order. A warning that does not apply has none. */
const HINTS: Readonly<Record<ArmWarningCode, (facts: Facts) => readonly string[]>> = {
  'few-samples': ({ samples }) =>
    samples < ENOUGH_SAMPLES
      ? [
          `only ${formatCount(samples)} samples, so shares are rough; use a finer --interval or a longer --duration`,
        ]
      : [],
  'time-not-sampled': ({ sampledShare }) =>
    isWellSampled({ sampledShare })
      ? []
      : [
          `only ${formatPercent(sampledShare)} of the CPU time was sampled, so it is not divided by category: native threads did the rest, or threads that could not be profiled`,
        ],
  'inlining-differs': ({ categories }) =>
    categories
      .filter(({ differs }) => differs === true)
      .map(
        ({ name, share, inlinedShare }) =>
          `${name} takes ${formatPercent(share)}, but ${formatPercent(inlinedShare)} with inlining, where V8 attributes some inlined functions to their callers; compare both flame graphs`,
      ),
  'much-is-other': ({ categories }) =>
    categories
      .filter(({ name, share }) => name === OTHER_CATEGORY && share >= MOST_OTHER)
      .map(
        ({ share }) =>
          `${formatPercent(share)} of the time has no category; add its files to the suite's table of categories`,
      ),
  'lost-threads': ({ lostThreads }) =>
    lostThreads > 0
      ? [
          `${formatCounted(lostThreads, 'worker thread')} could not be profiled, so the time is missing; a worker with an execArgv of its own does not load the profiler, nor does one that another worker terminates write its profile`,
        ]
      : [],
}

/** Reasons to doubt the figures of a profile. */
export function profileWarnings(facts: Facts): ArmWarning[] {
  const codes = Object.keys(HINTS) as ArmWarningCode[]
  return codes.flatMap((code) => HINTS[code](facts).map((hint) => ({ code, hint })))
}
