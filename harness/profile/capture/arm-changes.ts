import { defined } from '../../evidence/defined.js'
import type { Changes, Hotspots } from '../../evidence/hotspots-schema.js'
import { excludesZero } from '../../statistics/interval.js'
import {
  type SampledArm,
  type SignificantChanges,
  significantChanges,
  type TestedChange,
} from '../flame/significant-changes.js'
import { errorOfPairs, errorOfRounds, type TotalError } from '../flame/total-error.js'
import { type ArmProfiles, cpuPerPass, type ProcessProfile } from '../fold/arm-profiles.js'
import type { ArmTiming } from './time-arms.js'

/** An arm with its timing. */
export interface TimedArm {
  readonly profiles: ArmProfiles
  readonly timing: ArmTiming
}

/** Functions in `hotspots.json`; further ones are less significant. */
const LISTED = 20

/**
 * The significant changes from the arm compared with to the candidate, by the processes profiled
 * without inlining; undefined without such arms, or if a process has no samples.
 *
 * @param arePairs whether the timed processes with the same index are measured pairs
 */
export function changesOf(
  arms: readonly TimedArm[],
  { gain }: Pick<Hotspots, 'gain'>,
  arePairs: boolean,
): SignificantChanges | undefined {
  const at = (name: string | undefined) => arms.find(({ profiles }) => profiles.arm === name)
  const [before, after] = [at(gain?.against), at('candidate')]
  if (before === undefined || after === undefined) return undefined
  if (![before, after].every(isSampled)) return undefined
  return significantChanges(
    exactArm(before.profiles),
    exactArm(after.profiles),
    totalError(before, after, arePairs),
  )
}

function isSampled({ profiles }: TimedArm): boolean {
  const { exactProcesses } = profiles
  return exactProcesses.length >= 2 && exactProcesses.every(({ samples }) => samples > 0)
}

/** What a differential flame graph needs of an arm that was profiled in several processes. */
export function exactArm(profiles: ArmProfiles): SampledArm {
  return {
    profile: cpuPerPass(profiles),
    iterations: 1,
    name: profiles.arm,
    processes: profiles.exactProcesses,
  }
}

function totalError(before: TimedArm, after: TimedArm, arePairs: boolean): TotalError {
  const timed = { before: before.timing.processCpuMs, after: after.timing.processCpuMs }
  if (arePairs && timed.before.length >= 2) return errorOfPairs(timed)
  const profiled = (['processes', 'exactProcesses'] as const).map((which) => ({
    before: passTimes(before.profiles[which]),
    after: passTimes(after.profiles[which]),
  }))
  return errorOfRounds(timed, profiled)
}

function passTimes(processes: readonly ProcessProfile[]): number[] {
  return processes.map(({ cpuMs, passes }) => cpuMs / passes)
}

/** The figures of the changes for `hotspots.json`. */
export function changeFigures(
  { functions, processes }: SignificantChanges,
  against: Changes['against'],
): Changes {
  return {
    against,
    processes: [...processes],
    tested: functions.length,
    significant: functions.filter(({ interval }) => excludesZero(interval)).length,
    functions: functions.slice(0, LISTED).map(changeFigure),
  }
}

function changeFigure(change: TestedChange): Changes['functions'][number] {
  const { frame, baselineMicros, candidateMicros, interval } = change
  return defined({
    name: frame.name,
    file: frame.file,
    line: frame.line,
    kind: frame.kind === 'idle' ? ('program' as const) : frame.kind,
    beforeMs: baselineMicros / 1000,
    afterMs: candidateMicros / 1000,
    changeMs: [interval.lower / 1000, interval.upper / 1000],
    significant: excludesZero(interval) || undefined,
  })
}
