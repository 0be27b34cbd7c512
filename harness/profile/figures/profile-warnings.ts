import type { ArmHotspots, CategoryTime } from '../../evidence/hotspots-schema.js'
import { formatCount, formatCounted, formatPercent } from '../../text/format.js'
import { OTHER_CATEGORY } from './attribute.js'
import type { ArmProfiles } from './hotspots.js'

/** Fewer samples than this tell a share of 10 % to no better than ± 2 points. */
const ENOUGH_SAMPLES = 1000
const MOST_OTHER = 0.05
/**
 * Part of the CPU of the profiled process that samples have to account for; the profiler itself
 * takes up to a tenth.
 */
const LEAST_SAMPLED = 0.8

/** What a reader of a profile should know before believing it. */
export function profileWarnings(
  {
    samples,
    lostThreads,
    profiledCpuMs,
    sampledMs,
  }: Pick<ArmProfiles, 'samples' | 'lostThreads' | 'profiledCpuMs'> &
    Pick<ArmHotspots, 'sampledMs'>,
  categories: readonly CategoryTime[],
): ArmHotspots['warnings'] {
  const warnings: ArmHotspots['warnings'] = []
  if (samples < ENOUGH_SAMPLES)
    warnings.push({
      code: 'few-samples',
      hint: `only ${formatCount(samples)} samples: shares are rough; give a finer --interval or a longer --duration`,
    })
  if (sampledMs < LEAST_SAMPLED * profiledCpuMs)
    warnings.push({
      code: 'time-not-sampled',
      hint: `samples account for only ${formatPercent(sampledMs / profiledCpuMs)} of the CPU time: the host kept the profiler waiting, or native threads did the work; close other programs`,
    })
  for (const { name, share, inlinedShare, differs } of categories) {
    if (differs === true)
      warnings.push({
        code: 'inlining-differs',
        hint: `${name} takes ${formatPercent(share)}, but ${formatPercent(inlinedShare)} with inlining, where V8 books some inlined functions to their callers; compare both flame graphs`,
      })
    if (name === OTHER_CATEGORY && share >= MOST_OTHER)
      warnings.push({
        code: 'much-is-other',
        hint: `${formatPercent(share)} of the time belongs to no category; add its files to the table of categories`,
      })
  }
  if (lostThreads > 0)
    warnings.push({
      code: 'lost-threads',
      hint: `${formatCounted(lostThreads, 'worker thread')} ended before their profile could be taken; what they did is missing`,
    })
  return warnings
}
