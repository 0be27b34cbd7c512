import { defined } from '../../evidence/defined.js'
import type { Hotspots } from '../../evidence/hotspots-schema.js'
import { gainOf } from '../figures/gain.js'
import { armHotspots } from '../figures/hotspots.js'
import type { SignificantChanges } from '../flame/significant-changes.js'
import { changeFigures, changesOf } from './arm-changes.js'
import { type CapturedArm, foldArm } from './capture-arm.js'
import { captureArms } from './capture-arms.js'
import { type ArmStack, type ProfileRequest, prepareWorkload } from './profiled-process.js'
import { timeArms } from './time-arms.js'

/** The figures and profiles of one workload. */
export interface ProfiledWorkload {
  readonly hotspots: Hotspots
  /** In the order of the arms given. */
  readonly captured: readonly CapturedArm[]
  /** From the arm compared with to the candidate; absent if they cannot be tested. */
  readonly changes?: SignificantChanges
  /** Messages for the user from preparing the data. */
  readonly notes: readonly string[]
}

/**
 * Profiles a workload in each of the arms, and finds where the time goes and what the gain of the
 * candidate consists of.
 *
 * @param arms       the candidate comes after the arm it is compared with
 * @param withMemory whether to profile allocations and calls as well
 * @throws {InputError} the data cannot be prepared because of the user's input
 * @throws {InvalidEvidenceError} a process failed, or wrote no usable profile
 */
export async function profileArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  withMemory: boolean,
): Promise<ProfiledWorkload> {
  const notes: string[] = []
  for (const version of versionsOf(request, arms)) notes.push(...(await prepareWorkload(version)))
  const timings = await timeArms(request, arms)
  const captures = await captureArms(request, arms, timings, withMemory)
  const captured = arms.map((arm, index) =>
    foldArm(captures[index]!, arm, timings[index]!, arm.version?.sources ?? request.sources),
  )
  const hotspots = hotspotsOf(request, captured)
  const timed = captured.map(({ profiles }, index) => ({ profiles, timing: timings[index]! }))
  const changes = changesOf(timed, hotspots, request.measured !== undefined)
  const against = hotspots.gain?.against
  return defined({
    hotspots:
      changes === undefined || against === undefined
        ? hotspots
        : { ...hotspots, changes: changeFigures(changes, against) },
    captured,
    changes,
    notes,
  })
}

/** One request for each version of the suite, because each version prepares its own data. */
function versionsOf(request: ProfileRequest, arms: readonly ArmStack[]): ProfileRequest[] {
  const versions = new Map(
    arms.map(({ version }) => [version?.address ?? request.address, { ...request, ...version }]),
  )
  return [...versions.values()]
}

function hotspotsOf(
  { suite, workload, scale, seed, intervalMicros }: ProfileRequest,
  captured: readonly CapturedArm[],
): Hotspots {
  const arms = captured.map(({ profiles }) => armHotspots(profiles, suite.categories))
  return defined({
    schema: 'assay/hotspots@1' as const,
    suite: suite.name,
    workload: workload.id,
    title: workload.title,
    content: workload.describe?.(workload.scales[scale]) ?? workload.title,
    scale,
    seed,
    intervalMicros,
    node: process.versions.node,
    arms,
    gain: gainOf(arms),
  })
}
