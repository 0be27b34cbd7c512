import { describe, expect, it } from 'vitest'
import { PAIR_DESIGNS, type PairDesign, type RunLength } from '../../../../harness/contract.js'
import { bindableCpus } from '../../../../harness/measurement/affinity.js'
import { nodeFlagsFor, runEnvironment } from '../../../../harness/measurement/run-environment.js'
import { workloadOf } from '../../../../harness/measurement/run-once.js'
import { captureRounds } from '../../../../harness/profile/capture/capture-rounds.js'
import { parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { fixture, kernelSuite, temporaryDirectory } from '../../../fixtures/bench.js'

const length: RunLength = { warmup: 2, iterations: 60 }
const arms = [
  { arm: 'baseline' as const, stack: [] },
  { arm: 'candidate' as const, stack: ['faster'] },
]

async function rounds(design: PairDesign) {
  const phases: string[] = []
  const captured = await captureRounds(
    {
      suite: kernelSuite,
      address: kernelSuite.module,
      sources: fixture('.'),
      workload: workloadOf(kernelSuite, 'spin'),
      scale: 'smoke',
      seed: 7,
      intervalMicros: 250,
      durationMs: 1000,
      measured: { design, length, cpuMs: {}, processCpuMs: {} },
      settings: {
        env: runEnvironment(process.env),
        nodeFlags: nodeFlagsFor('cpu'),
        timeoutMs: 60_000,
        signal: new AbortController().signal,
      },
      directory: temporaryDirectory(),
      phase: (text) => void phases.push(text),
    },
    arms,
    2,
    { name: 'CPU time', length, profiler: 'cpu' },
  )
  return { captured, phases }
}

describe.each(PAIR_DESIGNS.filter((one) => one !== 'co-scheduled' || bindableCpus().length > 0))(
  'the processes of a round, %s',
  (design) => {
    it('make equal passes, are sampled, and show what the candidate saves', async () => {
      const { captured, phases } = await rounds(design)
      expect(captured.map(({ length }) => length)).toEqual([2, 2])
      for (const { run, files } of captured.flat()) {
        expect(run).toMatchObject({ passes: 60, lostThreads: 0 })
        expect(files.map(({ name }) => name)).toEqual(['main.cpuprofile'])
        const { nodes } = parseCpuProfile(files[0]!)
        expect(nodes.map(({ callFrame }) => callFrame.functionName)).toContain('spin')
      }
      const [before, after] = captured.map((processes) =>
        processes.reduce((sum, { run }) => sum + run.sectionCpuMs, 0),
      )
      // By construction the candidate takes 40 % of the turns.
      expect(after! / before!).toBeGreaterThan(0.2)
      expect(after! / before!).toBeLessThan(0.7)
      const who = design === 'adjacent' ? 'baseline' : 'baseline and candidate'
      expect(phases[0]).toBe(`profiling spin, ${who}: CPU time, round 1 of 2`)
    })
  },
)
