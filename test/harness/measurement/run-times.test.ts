import { describe, expect, it } from 'vitest'
import type { RunSlot } from '../../../harness/contract.js'
import { timesOf } from '../../../harness/measurement/run-times.js'
import type { TimedSection } from '../../../harness/measurement/timed-section.js'

/** A section of 10 ms that computed for 4, in two iterations. */
function timesWith(waitedMs: number, together: 'co-scheduled' | 'lock-step') {
  const reading = { processes: {}, waits: undefined, involuntarySwitches: 0 }
  const section = {
    start: { ...reading, mainWaitMs: 100, cpu: { user: 0, system: 0 }, atMs: 50 },
    end: { ...reading, mainWaitMs: 100 + waitedMs, cpu: { user: 3000, system: 1000 }, atMs: 60 },
  } as unknown as TimedSection
  const slot = { warmup: 1, iterations: 2, together } as unknown as RunSlot
  const passes = { wallMs: [9, 6, 4], cpuMs: [9, 2, 2], waitedMs: [0, waitedMs, 0] }
  return timesOf(slot, section, passes)
}

describe.each(['co-scheduled', 'lock-step'] as const)('the wall time of a %s run', (together) => {
  it('is the time that passed without the waiting for a CPU', () => {
    expect(timesWith(3, together)).toMatchObject({ wallMs: 3.5, cpuMs: 2 })
    expect(timesWith(0, together)).toMatchObject({ wallMs: 5, cpuMs: 2 })
  })

  it('is never less than what was computed, nor more than what passed', () => {
    for (const waitedMs of [6, 7, 10, 12, 1e6])
      expect(timesWith(waitedMs, together)).toMatchObject({ wallMs: 2, cpuMs: 2 })
    expect(timesWith(-3, together)).toMatchObject({ wallMs: 5 })
  })
})
