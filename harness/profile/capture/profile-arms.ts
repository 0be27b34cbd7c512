import type { Hotspots } from '../../evidence/hotspots-schema.js'
import { gainOf } from '../figures/gain.js'
import { armHotspots } from '../figures/hotspots.js'
import type { FoldedProfile } from '../fold/stacks.js'
import { type CapturedArm, captureArm } from './capture-arm.js'
import { clockArms } from './clock-arms.js'
import { type ArmStack, type ProfileRequest, prepareWorkload } from './profiled-process.js'

/** Everything known about where the time of a workload goes. */
export interface ProfiledWorkload {
  readonly hotspots: Hotspots
  /** In the order of the arms given. */
  readonly captured: readonly CapturedArm[]
  /** What preparing the data had to say. */
  readonly notes: readonly string[]
}

/**
 * Profiles a workload in each of the arms and says where the time goes, and between the last two
 * arms, what the gain consists of.
 *
 * @param arms the arm a candidate is compared with stands before it
 * @throws {InputError} the data cannot be prepared, by what the user gave
 * @throws {InvalidEvidenceError} a process failed, or left no usable profile
 */
export async function profileArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ProfiledWorkload> {
  const notes: string[] = []
  for (const version of versionsOf(request, arms)) notes.push(...(await prepareWorkload(version)))
  const captured: CapturedArm[] = []
  const clocks = await clockArms(request, arms)
  for (const [index, arm] of arms.entries())
    captured.push(await captureArm(request, arm, clocks[index]!))
  const { suite, workload, scale, seed, intervalMicros } = request
  const found = captured.map(({ profiles }) => armHotspots(profiles, suite.categories))
  const gain = gainOf(found)
  const hotspots: Hotspots = {
    schema: 'assay/hotspots@1',
    suite: suite.name,
    workload: workload.id,
    title: workload.title,
    content: workload.describe?.(workload.scales[scale]) ?? workload.title,
    scale,
    seed,
    intervalMicros,
    node: process.versions.node,
    arms: found,
    ...(gain !== undefined && { gain }),
  }
  return { hotspots, captured, notes }
}

/** The request, once for each version of the suite that is profiled: each makes its own data. */
function versionsOf(request: ProfileRequest, arms: readonly ArmStack[]): ProfileRequest[] {
  const versions = new Map(
    arms.map(({ version }) => [version?.address ?? request.address, { ...request, ...version }]),
  )
  return [...versions.values()]
}

/**
 * The CPU of one pass, stack by stack: a profile without its idle time, scaled to what a pass takes
 * when nobody watches, so that arms compare and the numbers are those of the hot spots.
 */
export function cpuPerPass(
  { profiles }: CapturedArm,
  which: 'exact' | 'inlined' = 'exact',
): FoldedProfile {
  const { frames, stacks } = profiles[which]
  const busy = stacks.filter(({ frames: path }) => frames[path.at(-1) ?? -1]?.kind !== 'idle')
  const sampled = busy.reduce((sum, { micros }) => sum + micros, 0)
  const scale = sampled > 0 ? (profiles.cpuMs * 1000) / sampled : 0
  const scaled = busy.map(({ frames: path, micros }) => ({
    frames: path,
    micros: inNanoseconds(micros * scale),
  }))
  return {
    frames,
    stacks: scaled,
    totalMicros: scaled.reduce((sum, { micros }) => sum + micros, 0),
  }
}

/** More digits than a clock has would only make files longer. */
function inNanoseconds(micros: number): number {
  return Math.round(micros * 1000) / 1000
}
