import { defined } from '../evidence/defined.js'
import type { ProfiledWorkload } from '../profile/capture/profile-arms.js'
import { functionChanges } from '../profile/flame/differential.js'
import { placeLines, shownName } from '../profile/flame/frame-label.js'
import { cpuPerPass } from '../profile/fold/arm-profiles.js'
import type { GrownFunction } from './gate-report.js'

const SHOWN = 5
/** Smallest growth shown, as a share of the time of a pass; less is sampling noise. */
const LEAST_SHARE = 0.01

/** The functions whose self time grew most from the first arm to the last, largest growth first. */
export function grownFunctions({ captured }: ProfiledWorkload): GrownFunction[] {
  const [base, head] = [captured[0]!, captured.at(-1)!].map(({ profiles }) => ({
    profile: cpuPerPass(profiles),
    iterations: 1,
  }))
  const least = LEAST_SHARE * head!.profile.totalMicros
  return functionChanges(base!, head!)
    .filter(({ baselineMicros, candidateMicros }) => candidateMicros - baselineMicros >= least)
    .slice(0, SHOWN)
    .map(({ frame, baselineMicros, candidateMicros }) => {
      const [place] = placeLines(frame)
      return defined({
        name: shownName(frame),
        place,
        baseMs: baselineMicros / 1000,
        headMs: candidateMicros / 1000,
      })
    })
}
