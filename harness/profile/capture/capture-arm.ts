import { defined } from '../../evidence/defined.js'
import { foldAllocations } from '../fold/allocations.js'
import {
  type ArmMemory,
  type ArmProfiles,
  busyMicros,
  type ProcessProfile,
  scaledTo,
} from '../fold/arm-profiles.js'
import { readCallCounts } from '../fold/call-counts.js'
import { type CpuProfile, countBusySamples, parseCpuProfile } from '../fold/cpuprofile.js'
import { foldCpuProfiles } from '../fold/fold.js'
import { lineShares } from '../fold/line-shares.js'
import { mergeProfiles } from '../fold/merge-profiles.js'
import { portableProfile } from '../fold/portable-profile.js'
import { type Locate, sourceLocator } from '../fold/source-maps.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'
import type { V8File } from '../fold/v8-file.js'
import type { ArmCaptures, MemoryCaptures } from './capture-arms.js'
import type { ArmStack, Captured } from './profiled-process.js'
import type { ArmTiming } from './time-arms.js'

/** Threads whose files are kept: the main thread, and the workers with the most CPU. */
const SHOWN_THREADS = 5

/** The profiles of one arm, folded and as files. */
export interface CapturedArm {
  readonly profiles: ArmProfiles
  /** The files of V8, made portable, by the ending of their names. */
  readonly files: {
    /** `cpuprofile`, `worker-1.cpuprofile`: without inlining, of the first process. */
    readonly cpu: ReadonlyMap<string, string>
    /** `inlined.cpuprofile`, of the first process; `heapprofile`. */
    readonly further: ReadonlyMap<string, string>
  }
}

/**
 * Folds what was captured of one arm on one workload.
 *
 * @param timing  CPU of a pass without a profiler
 * @param sources root of the project, absolute
 * @throws {InvalidEvidenceError} a process wrote no usable profile
 */
export function foldArm(
  captures: ArmCaptures,
  arm: ArmStack,
  timing: ArmTiming,
  sources: string,
): CapturedArm {
  return {
    profiles: foldCaptures(captures, arm, timing, sources),
    files: portableFiles(captures, sources),
  }
}

function foldCaptures(
  { exact, inlined, memory }: ArmCaptures,
  { arm, stack }: ArmStack,
  { cpuMs, referenceCpuMs }: ArmTiming,
  sources: string,
): ArmProfiles {
  const locate = sourceLocator(sources)
  const processes = inlined.map((captured) => foldProcess(captured, threadsOf(captured), locate))
  const exactThreads = exact.map(threadsOf)
  const exactProcesses = exact.map((captured, index) => ({
    ...foldProcess(captured, exactThreads[index]!, locate),
    samples: sumOf(exactThreads[index]!, countBusySamples),
  }))
  return defined({
    arm,
    stack,
    passes: inlined[0]!.run.passes,
    cpuMs,
    referenceCpuMs,
    processes,
    inlined: mergeProfiles(processes.map(({ profile }) => profile)),
    exact: mergeProfiles(exactProcesses.map(({ profile }) => profile)),
    exactProcesses,
    lines: lineShares(exactThreads.flat(), locate),
    samples: sumOf(exactThreads.flat(), ({ samples }) => samples.length),
    lostThreads: Math.max(...[...exact, ...inlined].map(({ run }) => run.lostThreads)),
    memory: memory && foldMemory(memory, locate),
  })
}

/** The CPU profiles of the threads of a process. */
function threadsOf({ files }: Captured): readonly CpuProfile[] {
  return files.map(parseCpuProfile)
}

function sumOf(profiles: readonly CpuProfile[], count: (profile: CpuProfile) => number): number {
  return profiles.reduce((sum, profile) => sum + count(profile), 0)
}

/** CPU of a thread before its profiler ran. It is the runtime's, as it precedes the program. */
const THREAD_START: Frame = { name: '(thread start)', kind: 'program' }

/**
 * The samples of each thread are weighed so that they sum to its CPU. Where the host does not
 * report that, they count by the clock, but at most the CPU of the process.
 */
function foldProcess(
  { run: { passes, sectionCpuMs, threads } }: Captured,
  profiles: readonly CpuProfile[],
  locate: Locate,
): ProcessProfile {
  const folded = profiles.map((profile) => foldCpuProfiles([profile], locate))
  if (threads === undefined) {
    const merged = mergeProfiles(folded)
    const busyMs = busyMicros(merged) / 1000
    return {
      profile: scaledTo(merged, Math.min(busyMs, sectionCpuMs)),
      passes,
      cpuMs: sectionCpuMs,
    }
  }
  const weighed = folded.flatMap((profile, index) => {
    const { sampledMs, startMs } = threads[index]!
    return [scaledTo(profile, sampledMs), ...(startMs > 0 ? [threadStart(startMs)] : [])]
  })
  return { profile: mergeProfiles(weighed), passes, cpuMs: sectionCpuMs }
}

function threadStart(ms: number): FoldedProfile {
  const micros = ms * 1000
  return { frames: [THREAD_START], stacks: [{ frames: [0], micros }], totalMicros: micros }
}

function foldMemory({ allocation, coverage }: MemoryCaptures, locate: Locate): ArmMemory {
  return {
    allocations: foldAllocations(allocation.files, locate),
    allocationPasses: allocation.run.passes,
    calls: readCallCounts(coverage.files, locate),
    callPasses: coverage.run.passes,
  }
}

function portableFiles(
  { exact, inlined, memory }: ArmCaptures,
  sources: string,
): CapturedArm['files'] {
  const portable = ({ name, text }: V8File) => ({ name, text: portableProfile(text, sources) })
  return {
    cpu: new Map(byEnding(exact[0]!.files.slice(0, SHOWN_THREADS).map(portable))),
    further: new Map([
      ...byEnding(inlined[0]!.files.slice(0, SHOWN_THREADS).map(portable), 'inlined.'),
      ...byEnding(memory?.allocation.files ?? []),
    ]),
  }
}

/** Files by the ending of their names, that is, the part after the name of the arm. */
function byEnding(files: readonly V8File[], prefix = ''): (readonly [string, string])[] {
  return files.map(({ name, text }) => [`${prefix}${name.replace(/^main\./, '')}`, text])
}
