import { defined } from '../../evidence/defined.js'
import { foldAllocations } from '../fold/allocations.js'
import type { ArmProfiles } from '../fold/arm-profiles.js'
import { readCallCounts } from '../fold/call-counts.js'
import { parseCpuProfile } from '../fold/cpuprofile.js'
import { foldCpuProfiles } from '../fold/fold.js'
import { portableProfile } from '../fold/portable-profile.js'
import { sourceLocator } from '../fold/source-maps.js'
import type { V8File } from '../fold/v8-file.js'
import {
  type ArmStack,
  type Captured,
  capture,
  type ProfileRequest,
  passesFor,
  warmUpFor,
} from './profiled-process.js'
import type { ArmTiming } from './time-arms.js'

/** The profiles of one arm, folded and as files. */
export interface CapturedArm {
  readonly profiles: ArmProfiles
  /** The files of V8, made portable, by the ending of their names. */
  readonly files: {
    /** `cpuprofile`, `worker-1.cpuprofile`: without inlining. */
    readonly cpu: ReadonlyMap<string, string>
    /** `inlined.cpuprofile`, `heapprofile`. */
    readonly further: ReadonlyMap<string, string>
  }
}

/**
 * V8 attributes some inlined functions to their callers, so attribution needs runs without
 * inlining.
 */
const NO_INLINING = '--no-turbo-inlining'

/**
 * Profiles one arm on one workload: CPU without and with inlining, allocations, and calls, each in
 * a process of its own. Verdicts do not use these figures.
 *
 * @param timing CPU of a pass without a profiler
 * @throws {InvalidEvidenceError} a process failed, or wrote no usable profile
 */
export async function captureArm(
  request: ProfileRequest,
  arm: ArmStack,
  timing: ArmTiming,
): Promise<CapturedArm> {
  const captures = await captureAll(request, arm, timing)
  return {
    profiles: foldCaptures(captures, arm, timing, arm.version?.sources ?? request.sources),
    files: portableFiles(captures, arm.version?.sources ?? request.sources),
  }
}

type Captures = Readonly<Record<'exact' | 'inlined' | 'allocation' | 'coverage', Captured>>

async function captureAll(
  request: ProfileRequest,
  arm: ArmStack,
  { cpuMs }: ArmTiming,
): Promise<Captures> {
  const say = (what: string) =>
    request.phase(`profiling ${request.workload.id}, ${arm.arm}: ${what}`)
  const long = { warmup: warmUpFor(cpuMs), iterations: passesFor(request.durationMs, cpuMs) }
  const once = { warmup: 1, iterations: 1 }
  say(`CPU time, ${long.iterations} passes`)
  const exact = await capture(request, arm, long, 'cpu', [NO_INLINING])
  say('CPU time with inlining')
  const inlined = await capture(request, arm, long, 'cpu')
  say('allocations')
  const allocation = await capture(request, arm, once, 'allocation')
  say('calls')
  const coverage = await capture(request, arm, once, 'coverage')
  return { exact, inlined, allocation, coverage }
}

function foldCaptures(
  { exact, inlined, allocation, coverage }: Captures,
  { arm, stack }: ArmStack,
  { cpuMs, referenceCpuMs }: ArmTiming,
  sources: string,
): ArmProfiles {
  const locate = sourceLocator(sources)
  const threads = exact.files.map(parseCpuProfile)
  return defined({
    arm,
    stack,
    passes: exact.run.passes,
    cpuMs,
    profiledCpuMs: exact.run.cpuMs,
    referenceCpuMs,
    exact: foldCpuProfiles(threads, locate),
    inlined: foldCpuProfiles(inlined.files.map(parseCpuProfile), locate),
    allocations: foldAllocations(allocation.files, locate),
    allocationPasses: allocation.run.passes,
    calls: readCallCounts(coverage.files, locate),
    callPasses: coverage.run.passes,
    samples: threads.reduce((sum, { samples }) => sum + samples.length, 0),
    lostThreads: exact.run.lostThreads,
  })
}

function portableFiles(
  { exact, inlined, allocation }: Captures,
  sources: string,
): CapturedArm['files'] {
  const portable = ({ name, text }: V8File) => ({ name, text: portableProfile(text, sources) })
  return {
    cpu: new Map(byEnding(exact.files.map(portable))),
    further: new Map([
      ...byEnding(inlined.files.map(portable), 'inlined.'),
      ...byEnding(allocation.files),
    ]),
  }
}

/** Files by the ending of their names, that is, the part after the name of the arm. */
function byEnding(files: readonly V8File[], prefix = ''): (readonly [string, string])[] {
  return files.map(({ name, text }) => [`${prefix}${name.replace(/^main\./, '')}`, text])
}
