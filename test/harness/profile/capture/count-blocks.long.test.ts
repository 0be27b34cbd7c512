import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../../harness/contract.js'
import {
  BLOCK_COUNTS,
  blockCountsSchema,
} from '../../../../harness/evidence/block-counts-schema.js'
import { nodeFlagsFor, runEnvironment } from '../../../../harness/measurement/run-environment.js'
import {
  type CountRequest,
  countBlocks,
  countInto,
} from '../../../../harness/profile/capture/count-blocks.js'
import { toExecutions } from '../../../../harness/record/executions-record.js'
import {
  executionLines,
  executionsSentence,
  OWN_NAMES,
} from '../../../../harness/record/executions-text.js'
import { kernelSuite, temporaryDirectory } from '../../../fixtures/bench.js'

const { suite: threads } = (await import('../../../fixtures/profiled-suite.mjs' as string)) as {
  suite: Suite
}

/** V8 lists at most a thousand places of a script at once. */
const FILLER = Array.from({ length: 600 }, (_, n) => `const f${n} = (a) => [a].map(String)`)

/** A loop, and at the end of a long file a function of one block, which V8 would soon optimize. */
const KERNEL = `export function spin(turns) {
  let state = 1
  for (let turn = 0; turn < turns; turn++) {
    state = mix(state, turn)
    state ^= turn
  }
  return state
}
${FILLER.join('\n')}
function mix(state, turn) {
  return (state * 31 + turn) | 0
}
`

/** Ways to be another program in every process. */
const UNSTEADY = {
  random: 'for (let turn = 0; turn < 1e6 * Math.random(); turn++) spin(1)',
  processes: "spawnSync(process.execPath, ['-e', ''])",
}

/** A suite in a folder of its own; its workloads differ by what they do besides. */
function writeSuite(kernel: string): { readonly root: string; readonly address: string } {
  const root = temporaryDirectory()
  const workload = (id: string, more: string) =>
    `{ id: '${id}', title: '', scales: { smoke: 1, standard: 1, production: 1 }, run: async () => {
      ${more}
      return { output: spin(100_000) }
    }, canonical: String, diverge: () => undefined, prepare: async () => {} }`
  writeFileSync(join(root, 'kernel.mjs'), kernel)
  writeFileSync(
    join(root, 'suite.mjs'),
    `import { spawnSync } from 'node:child_process'
import { spin } from './kernel.mjs'
export const suite = { name: 'counted', module: import.meta.url, baseline: () => ({}), layers: [], workloads: [
  ${Object.entries({ plain: '', ...UNSTEADY })
    .map(([id, more]) => workload(id, more))
    .join(',\n  ')}
] }
`,
  )
  return { root, address: pathToFileURL(join(root, 'suite.mjs')).href }
}

function requestFor(suite: Suite, workload: string, address: string, root: string): CountRequest {
  return {
    suite,
    address,
    sources: root,
    workload: suite.workloads.find(({ id }) => id === workload)!,
    scale: 'smoke',
    seed: 7,
    settings: {
      env: runEnvironment(process.env),
      nodeFlags: nodeFlagsFor('cpu'),
      timeoutMs: 60_000,
      signal: new AbortController().signal,
    },
    phase: () => {},
  }
}

const base = writeSuite(KERNEL)
const { suite } = (await import(base.address)) as { suite: Suite }
const request = (workload: string) => requestFor(suite, workload, base.address, base.root)
const BASELINE = { arm: 'baseline', stack: [] } as const

describe('executions counted exactly', () => {
  it('show 0.02 % of added work and its line in one run, in code whose lines moved', async () => {
    const planted = KERNEL.replace('export', '// Two lines\n// were added above.\nexport').replace(
      '  return state',
      '  for (let more = 0; more < 100; more++) state ^= 0\n  return state',
    )
    const head = writeSuite(planted)
    const version = { address: head.address, sources: head.root }
    const directory = join(temporaryDirectory(), 'plain')
    const counts = await countInto(directory, request('plain'), [
      BASELINE,
      { arm: 'candidate', stack: [], version },
    ])
    const text = readFileSync(join(directory, BLOCK_COUNTS), 'utf8')
    expect(blockCountsSchema.parse(JSON.parse(text))).toEqual(counts)
    const executions = toExecutions(counts, 'baseline')
    expect(executions).toMatchObject({ kind: 'exact', processes: 2, changed: 1 })
    if (executions.kind !== 'exact') throw new Error('not exact')
    const added = executions.after - executions.before
    expect(added / executions.before).toBeGreaterThan(0.0002)
    expect(added / executions.before).toBeLessThan(0.00022)
    expect(executionLines(executions, OWN_NAMES)).toEqual([
      'kernel.mjs line 9 (spin) ran 0 → 100 times',
    ])
    expect(executionsSentence(executions, OWN_NAMES)).toMatch(/\(\+0\.02\d* %\) from baseline to/)
    const moved = counts.outcome.kind === 'exact' ? counts.outcome.functions : []
    expect(moved.find(({ name }) => name === 'spin')).toMatchObject({ line: [1, 3], calls: [1, 1] })
  })

  it('are the same in 20 processes', async () => {
    const counts = await countBlocks(request('plain'), [BASELINE], base.root, 20)
    expect(counts).toMatchObject({ processes: 20, outcome: { kind: 'exact' } })
    const functions = counts.outcome.kind === 'exact' ? counts.outcome.functions : []
    const spin = functions.find(({ name }) => name === 'spin')!
    expect(spin.lines.find(({ at }) => at[0] === 4)!.runs).toEqual([100_000])
    expect(functions.find(({ name }) => name === 'mix')).toMatchObject({
      calls: [100_000],
      lines: [{ at: [610], runs: [100_000], steps: [200_000] }],
    })
    expect(functions.every(({ file }) => /^(kernel|suite)\.mjs$/.test(file))).toBe(true)
  })

  it('follow what a layer changes', async () => {
    const own = requestFor(kernelSuite, 'spin', kernelSuite.module, process.cwd())
    const counts = await countBlocks(
      own,
      [BASELINE, { arm: 'candidate', stack: ['faster'] }],
      temporaryDirectory(),
    )
    expect(toExecutions(counts, 'baseline')).toMatchObject({
      kind: 'exact',
      lines: [{ name: 'spin', before: 400_300, after: 160_300 }],
    })
  })
})

describe('executions that are not exact', () => {
  it('are off, with the first place that differs and the probable reason', async () => {
    const { outcome } = await countBlocks(request('random'), [BASELINE], base.root)
    expect(outcome).toMatchObject({
      kind: 'off',
      reason: 'unsteady',
      place: { arm: 'baseline', name: 'spin', file: 'kernel.mjs', line: 1 },
    })
  })

  it.each([
    ['other processes work for the pass', () => request('processes'), 'started-processes'],
    [
      'a worker ends before its counts are taken',
      () => ({
        ...requestFor(threads, 'ends', threads.module, process.cwd()),
        scale: 'ending' as CountRequest['scale'],
      }),
      'lost-threads',
    ],
  ])('are off if %s', async (_, of, reason) => {
    const folder = join(temporaryDirectory(), 'counts')
    mkdirSync(folder)
    const { outcome } = await countBlocks(of(), [BASELINE], folder)
    expect(outcome).toEqual({ kind: 'off', reason })
  })

  it('are an error if the process fails', async () => {
    const own = requestFor(kernelSuite, 'spin', kernelSuite.module, process.cwd())
    const crash = { arm: 'candidate', stack: ['crash'] } as const
    await expect(countBlocks(own, [crash], temporaryDirectory())).rejects.toThrow(
      /^spin, candidate: the profiled process/,
    )
  })
})
