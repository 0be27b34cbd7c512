import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Arm, RunSlot } from '../../../harness/contract.js'
import { bindableCpus, readAllowedCpus } from '../../../harness/measurement/affinity.js'
import type { ForkResult, ForkSettings } from '../../../harness/measurement/fork-run.js'
import { forkTogether } from '../../../harness/measurement/fork-together.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { readMainWait } from '../../../harness/system/proc.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const [cpu] = bindableCpus()

const settings = (change: Partial<ForkSettings> = {}): ForkSettings => ({
  env: runEnvironment(process.env),
  nodeFlags: nodeFlagsFor('cpu'),
  timeoutMs: 60_000,
  signal: new AbortController().signal,
  ...change,
})

function slot(arm: Arm, change: Partial<RunSlot> = {}): RunSlot {
  return {
    suite: kernelSuite.module,
    mode: 'run',
    workload: 'spin',
    arm,
    stack: [],
    scale: 'smoke',
    seed: 7,
    pair: 1,
    position: 0,
    warmup: 2,
    iterations: 4,
    ...change,
  }
}

function measurementOf(result: ForkResult | undefined) {
  if (result?.kind === 'answered' && result.message.kind === 'measured')
    return result.message.measurement
  throw new Error(`no measurement: ${JSON.stringify(result)}`)
}

/** A suite that prints the begin and the end of each iteration into a file of its arm. */
function tracedSuite(): { readonly suite: string; readonly trace: string } {
  const folder = temporaryDirectory()
  const trace = join(folder, 'trace.txt')
  writeFileSync(trace, '')
  const file = join(folder, 'suite.mjs')
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs'
const cpus = () => /^Cpus_allowed_list:\\s+(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
let pass = 0
export const suite = {
  name: 'traced', module: import.meta.url, baseline: () => 'a',
  layers: [{ id: 'b', apply: () => 'b', workloads: ['w'], metric: 'cpu', criterion: { kind: 'improvement', atLeast: 0.05 }, title: 'b', hypothesis: 'b' }],
  workloads: [{
    id: 'w', title: 'w', scales: { smoke: {}, standard: {}, production: {} },
    prepare: async () => {}, canonical: () => 'same', diverge: () => undefined,
    async run(subject) {
      appendFileSync(${JSON.stringify(trace)}, subject + ' ' + pass + ' begins ' + process.pid + ' on ' + cpus() + '\\n')
      const end = Date.now() + (subject === 'a' ? 20 : 5)
      while (Date.now() < end);
      appendFileSync(${JSON.stringify(trace)}, subject + ' ' + pass++ + ' ends\\n')
      return { output: 1 }
    },
  }],
}`,
  )
  return { suite: pathToFileURL(file).href, trace }
}

describe('processes in lock-step', () => {
  it('make their iterations in turn, forwards and backwards, and never two at a time', async () => {
    const { suite, trace } = tracedSuite()
    const slots = [
      slot('baseline', { suite, workload: 'w' }),
      slot('candidate', { suite, workload: 'w', stack: ['b'] }),
    ]
    const results = await forkTogether(slots, settings(), {
      design: 'lock-step',
      ...(cpu !== undefined && { cpu }),
    })
    expect(results.map((result) => measurementOf(result).passCpuMs?.length)).toEqual([6, 6])
    const lines = readFileSync(trace, 'utf8').trim().split('\n')
    const passes = lines.map((line) => line.split(' ').slice(0, 3).join(' '))
    const order = [0, 1, 2, 3, 4, 5].flatMap((pass) => {
      const arms = pass % 2 === 0 ? ['a', 'b'] : ['b', 'a']
      return arms.flatMap((arm) => [`${arm} ${pass} begins`, `${arm} ${pass} ends`])
    })
    expect(passes).toEqual(order)
  })

  it('make several short iterations in one turn, if a run has many', async () => {
    const { suite, trace } = tracedSuite()
    const length = { warmup: 1, iterations: 42 }
    const slots = [
      slot('baseline', { suite, workload: 'w', ...length }),
      slot('candidate', { suite, workload: 'w', stack: ['b'], ...length }),
    ]
    const results = await forkTogether(slots, settings(), { design: 'lock-step' })
    expect(results.map((result) => measurementOf(result).passCpuMs?.length)).toEqual([43, 43])
    const lines = readFileSync(trace, 'utf8').trim().split('\n')
    const begins = lines.filter((line) => line.includes('begins')).map((line) => line.charAt(0))
    // 43 iterations in turns of three; the last turn has one.
    expect(begins.slice(0, 12).join('')).toBe('aaabbbbbbaaa')
    expect(begins).toHaveLength(86)
  })

  it('give wall times without the iterations of the others', async () => {
    const { suite } = tracedSuite()
    const slots = [
      slot('baseline', { suite, workload: 'w', metric: 'wall' }),
      slot('candidate', { suite, workload: 'w', metric: 'wall', stack: ['b'] }),
    ]
    const results = await forkTogether(slots, settings(), { design: 'lock-step' })
    for (const result of results) {
      const { wallMs, samplesMs } = measurementOf(result)
      expect(wallMs).toBeCloseTo(samplesMs.reduce((sum, ms) => sum + ms, 0) / 4, 9)
    }
  })
})

describe.skipIf(cpu === undefined)('co-scheduled processes', () => {
  it('share one CPU from the first iteration on, and work until both are timed', async () => {
    const { suite, trace } = tracedSuite()
    const slots = [
      slot('baseline', { suite, workload: 'w' }),
      slot('candidate', { suite, workload: 'w', stack: ['b'] }),
    ]
    const results = await forkTogether(slots, settings(), { design: 'co-scheduled', cpu: cpu! })
    for (const result of results) {
      expect(measurementOf(result)).toMatchObject({ warmup: 2, iterations: 4 })
      expect(measurementOf(result).samplesMs).toHaveLength(4)
    }
    const lines = readFileSync(trace, 'utf8').trim().split('\n')
    const begins = lines.filter((line) => line.includes('begins'))
    expect([...new Set(begins.map((line) => line.split(' on ')[1]))]).toEqual([String(cpu)])
    // The faster arm goes on while the slower one is timed: more iterations than its own six.
    expect(begins.filter((line) => line.startsWith('b')).length).toBeGreaterThan(6)
    expect(begins.filter((line) => line.startsWith('a')).length).toBeLessThanOrEqual(7)
  })

  it('run in three arms', async () => {
    const arms: Arm[] = ['baseline', 'incumbent', 'candidate']
    const results = await forkTogether(
      arms.map((arm) => slot(arm)),
      settings(),
      { design: 'co-scheduled', cpu: cpu! },
    )
    expect(results.map((result) => measurementOf(result).iterations)).toEqual([4, 4, 4])
  })

  it('time the injected kernel in the arm that has it', async () => {
    const results = await forkTogether(
      [slot('baseline', { inject: 3_000_000 }), slot('candidate')],
      settings(),
      { design: 'co-scheduled', cpu: cpu! },
    )
    const [with_, without] = results.map(measurementOf)
    expect(with_?.injectedMs).toBeGreaterThan(0.5)
    expect(with_!.cpuMs - without!.cpuMs).toBeGreaterThan(0.5 * with_!.injectedMs!)
    expect(without).not.toHaveProperty('injectedMs')
  })
})

describe('a pair in which a process fails', () => {
  it('ends as a whole, and names the one that failed in every result', async () => {
    const results = await forkTogether(
      [slot('baseline'), slot('candidate', { stack: ['throws'] })],
      settings(),
      { design: 'lock-step' },
    )
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed'])
    expect(results[0]).toMatchObject({
      error: expect.stringMatching(/^was ended, because the candidate of its pair failed/),
    })
    expect(results[1]).not.toMatchObject({ error: expect.stringContaining('was ended') })
  })

  it('ends when the user stops it, with no process left', async () => {
    const { io, interrupt } = createIo()
    const slots = [slot('baseline', { stack: ['busy-hang'] }), slot('candidate')]
    const running = forkTogether(slots, settings({ signal: io.signal }), { design: 'lock-step' })
    setTimeout(interrupt, 500)
    await expect(running).rejects.toThrow()
  })

  it('cannot be bound to a CPU that does not exist, and says so', async () => {
    const results = await forkTogether([slot('baseline'), slot('candidate')], settings(), {
      design: 'co-scheduled',
      cpu: 4095,
    })
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed'])
    expect(JSON.stringify(results)).toMatch(/could not be bound to CPU 4095: .* --design adjacent/)
  })
})

describe('the CPUs that processes can be bound to', () => {
  it('are unknown without the file system of the kernel', () => {
    const proc = temporaryDirectory()
    expect(readAllowedCpus(proc)).toBeUndefined()
    mkdirSync(join(proc, 'self'))
    writeFileSync(join(proc, 'self', 'status'), 'Name:\tnode\n')
    expect(readAllowedCpus(proc)).toBeUndefined()
  })
})

describe('wall time on a shared CPU', () => {
  it.skipIf(cpu === undefined || readMainWait() === 0)(
    'does not contain the turns of the other process, nor takes off more than they took',
    async () => {
      const ratios: number[] = []
      for (let pair = 1; pair <= 5; pair++) {
        const slots = (['baseline', 'candidate'] as const).map((arm, position) =>
          slot(arm, { pair, position, iterations: 12 }),
        )
        const results = await forkTogether(slots, settings(), { design: 'co-scheduled', cpu: cpu! })
        for (const { wallMs, cpuMs } of results.map(measurementOf)) ratios.push(wallMs / cpuMs)
      }
      // Of work on one thread, what is left is its CPU time.
      const median = ratios.sort((a, b) => a - b)[ratios.length >> 1]
      expect(median).toBeGreaterThan(0.9)
      expect(median).toBeLessThan(1.1)
    },
  )
})
