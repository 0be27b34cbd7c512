import type { ArmProfiles } from '../figures/hotspots.js'
import { type CapturedText, foldAllocations } from '../fold/allocations.js'
import { readCallCounts } from '../fold/call-counts.js'
import { parseCpuProfile } from '../fold/cpuprofile.js'
import { foldCpuProfiles } from '../fold/fold.js'
import { portableProfile } from '../fold/portable-profile.js'
import { sourceLocator } from '../fold/source-maps.js'
import type { ArmClock } from './clock-arms.js'
import {
  type ArmStack,
  capture,
  type ProfileRequest,
  passesFor,
  type Taken,
  warmUpFor,
} from './profiled-process.js'

/** The profiles of one arm, and the text of what V8 wrote, made portable: for DevTools. */
export interface CapturedArm {
  readonly profiles: ArmProfiles
  /**
   * By the ending of a file name: `cpuprofile`, `worker-1.cpuprofile`; and `inlined.cpuprofile`,
   * `heapprofile`.
   */
  readonly raw: {
    readonly cpu: ReadonlyMap<string, string>
    readonly further: ReadonlyMap<string, string>
  }
}

/**
 * Inlining as in a measured run, and none: V8 books some inlined functions to their callers, so
 * attribution must do without.
 */
const NO_INLINING = '--no-turbo-inlining'

/**
 * Profiles one arm on one workload: CPU without and with inlining, allocations, and calls, each in
 * a process of its own. Nothing here is a measurement a verdict may use.
 *
 * @param clock what a pass takes under no profiler
 * @throws {InvalidEvidenceError} a process failed, or left no usable profile
 */
export async function captureArm(
  request: ProfileRequest,
  arm: ArmStack,
  clock: ArmClock,
): Promise<CapturedArm> {
  const say = (what: string) =>
    request.phase(`profiling ${request.workload.id}, ${arm.arm}: ${what}`)
  const { cpuMs, referenceCpuMs } = clock
  const passes = passesFor(request.durationMs, cpuMs)
  const long = { warmup: warmUpFor(cpuMs), iterations: passes }
  const once = { warmup: 1, iterations: 1 }
  say(`where the time goes, ${passes} passes`)
  const exact = await capture(request, arm, long, 'cpu', [NO_INLINING])
  say('the same with inlining')
  const inlined = await capture(request, arm, long, 'cpu')
  say('allocations')
  const allocation = await capture(request, arm, once, 'allocation')
  say('calls')
  const coverage = await capture(request, arm, once, 'coverage')

  const sources = arm.version?.sources ?? request.sources
  const locate = sourceLocator(sources)
  const parse = ({ texts }: Taken) => texts.map(({ name, text }) => parseCpuProfile(text, name))
  const threads = parse(exact)
  const profiles: ArmProfiles = {
    arm: arm.arm,
    stack: arm.stack,
    passes,
    cpuMs,
    profiledCpuMs: exact.run.cpuMs,
    ...(referenceCpuMs !== undefined && { referenceCpuMs }),
    exact: foldCpuProfiles(threads, locate),
    inlined: foldCpuProfiles(parse(inlined), locate),
    allocations: foldAllocations(allocation.texts, locate),
    allocationPasses: allocation.run.passes,
    calls: readCallCounts(coverage.texts, locate),
    callPasses: coverage.run.passes,
    samples: threads.reduce((sum, { samples }) => sum + samples.length, 0),
    lostThreads: exact.run.lostThreads,
  }
  const portable = ({ name, text }: CapturedText) => ({
    name,
    text: portableProfile(text, sources),
  })
  const raw = {
    cpu: new Map(rawOf(exact.texts.map(portable))),
    further: new Map([
      ...rawOf(inlined.texts.map(portable), 'inlined.'),
      ...rawOf(allocation.texts),
    ]),
  }
  return { profiles, raw }
}

/** Profiles under the endings they get beside the name of the arm. */
function rawOf(texts: readonly CapturedText[], mark = ''): (readonly [string, string])[] {
  return texts.map(({ name, text }) => [`${mark}${name.replace(/^main\./, '')}`, text])
}
