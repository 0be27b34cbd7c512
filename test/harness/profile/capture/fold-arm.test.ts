import { describe, expect, it } from 'vitest'
import type { ProfiledRun } from '../../../../harness/measurement/child-message.js'
import { foldArm } from '../../../../harness/profile/capture/capture-arm.js'
import type { Captured } from '../../../../harness/profile/capture/profiled-process.js'
import type { ProcessProfile } from '../../../../harness/profile/fold/arm-profiles.js'

/** A thread that is sampled every 250 µs, in these functions; `(idle)` is a state of V8. */
function thread(name: string, ...functions: readonly string[]) {
  const all = ['(root)', ...new Set(functions)]
  const profile = {
    nodes: all.map((functionName, index) => ({
      id: index + 1,
      callFrame: { functionName, url: '', lineNumber: -1, columnNumber: -1 },
      ...(index === 0 && { children: all.slice(1).map((_, child) => child + 2) }),
    })),
    startTime: 0,
    endTime: 250 * functions.length,
    samples: functions.map((one) => all.indexOf(one) + 1),
    timeDeltas: functions.map((_, index) => (index === 0 ? 0 : 250)),
  }
  return { name: `${name}.cpuprofile`, text: JSON.stringify(profile) }
}

const times = (count: number, name: string) => Array.from({ length: count }, () => name)

function fold(run: Partial<ProfiledRun>, ...files: Captured['files']): ProcessProfile {
  const captured: Captured = {
    run: {
      cpuMs: 5,
      passes: 2,
      sectionCpuMs: 10,
      files: files.map(({ name }) => name),
      lostThreads: 0,
      ...run,
    },
    files,
  }
  const { profiles } = foldArm(
    { inlined: [captured], exact: [captured] },
    { arm: 'baseline', stack: [] },
    { cpuMs: 5, processCpuMs: [5] },
    '/project',
  )
  return profiles.processes[0]!
}

function microsOf({ profile }: ProcessProfile): Record<string, number> {
  return Object.fromEntries(
    profile.stacks.map(({ frames, micros }) => [
      profile.frames[frames.at(-1)!]!.name,
      Math.round(micros),
    ]),
  )
}

describe('the samples of a process', () => {
  const main = thread('main', ...times(4, 'wait'), ...times(36, '(idle)'))
  const worker = thread('worker-1', ...times(30, 'read'), ...times(10, 'decode'))

  it('sum to the CPU of their thread, and the start of a thread is the runtime’s', () => {
    const process = fold(
      {
        threads: [
          { startMs: 0, sampledMs: 0.5 },
          { startMs: 2, sampledMs: 6 },
        ],
      },
      main,
      worker,
    )
    expect(microsOf(process)).toEqual({
      wait: 500,
      read: 4500,
      decode: 1500,
      '(thread start)': 2000,
    })
    expect(process).toMatchObject({ passes: 2, cpuMs: 10 })
    const start = process.profile.frames.find(({ name }) => name === '(thread start)')
    expect(start?.kind).toBe('program')
  })

  it('count by the clock on a host that does not report the CPU of threads', () => {
    expect(microsOf(fold({}, main, worker))).toEqual({ wait: 909, read: 6818, decode: 2273 })
    // Less than the process used: nothing is added to what was sampled.
    expect(microsOf(fold({ sectionCpuMs: 50 }, main, worker))).toEqual({
      wait: 1000,
      read: 7500,
      decode: 2500,
    })
  })
})
