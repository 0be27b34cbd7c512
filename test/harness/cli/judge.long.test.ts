import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { OutOfTime } from '../../../harness/evaluation/time-budget.js'
import { planSchema } from '../../../harness/evidence/evidence.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { assay, createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { objectOn } from './judgement-object.js'

const WORDS = 'judge --layer faster --workload spin --scale smoke --design co-scheduled'

describe('a limit of time', () => {
  it('that ends before the first look is inconclusive, and nothing is kept', async () => {
    const root = temporaryDirectory()
    const { code, stdout } = await assay(`${WORDS} --budget 0.3s --json --out ${root}`)
    expect(code).toBe(3)
    expect(objectOn(stdout)).toMatchObject({
      verdict: 'inconclusive',
      keep: false,
      reasons: [{ code: 'budget' }],
      budget: { seconds: 0.3 },
      next: [{ command: expect.stringContaining('--budget 1s') }],
    })
    expect(readdirSync(join(root, 'profiling-results'))).toEqual([])
  })

  it('that ends while pairs are measured keeps them; what comes next finishes by the same looks', async () => {
    const root = temporaryDirectory()
    const controller = new AbortController()
    const { io, output } = createIo({ signal: controller.signal })
    // The deadline, when a pair begins: whatever the runs show.
    const watched = {
      ...io,
      stderr: (text: string) => {
        io.stderr(text)
        if (text.includes('pair 3/')) controller.abort(new OutOfTime())
      },
    }
    const words = [...WORDS.split(' '), '--budget', '1h', '--max-pairs', '10', '--out', root]
    expect(await runCli([...words, '--json'], kernelSuite, watched)).toBe(3)
    const answer = objectOn(output.stdout)
    const folder = join(root, 'profiling-results', '0001-faster')
    expect(answer).toMatchObject({
      verdict: 'inconclusive',
      keep: false,
      reasons: [{ code: 'out-of-time' }],
      workloads: [{ id: 'spin', pairs: 2 }],
      evidence: { folder },
      budget: { seconds: 3600, looks: [10] },
    })
    const plan = planSchema.parse(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')))
    expect(plan.regime.looks).toEqual([10])
    expect(plan.budget).toMatchObject({ seconds: 3600, offered: [10] })
    expect(plan.budget!.pairMs).toBeGreaterThan(0)

    const resumed = await assay(`${words.slice(0, -4).join(' ')} --resume --out ${root}`)
    expect(resumed.stderr).toContain('pair 3/10')
    expect(resumed.stdout).toMatch(/^keep +accepted: every target workload meets the criterion$/m)
    expect(resumed.code).toBe(0)
  })
})

describe('a candidate of a campaign', () => {
  it('that changes a result is discarded by its screening, and nothing is spent', async () => {
    const root = temporaryDirectory()
    const words = WORDS.replace('faster', 'one-tick')
    const { code, stdout } = await assay(
      `${words} --campaign loop --budget 1h --json --out ${root}`,
    )
    expect(code).toBe(4)
    expect(objectOn(stdout)).toMatchObject({
      verdict: 'rejected',
      keep: false,
      reasons: [{ code: 'not-equivalent' }],
      divergence: expect.stringContaining('session 2014-03-01: price is'),
      campaign: { name: 'loop', candidate: 1, round: 'screening', budget: 0.05, spent: 0 },
    })
    const listed = await assay(`list --json --out ${root}`)
    expect(JSON.parse(listed.stdout)).toMatchObject({
      schema: 'assay/list@1',
      campaigns: [{ name: 'loop', spent: 0, candidates: [{ outcome: 'not equivalent' }] }],
    })
  })
})

describe('a suite that takes the process with it', () => {
  const judge = (source: string) => {
    const suite = join(temporaryDirectory(), 'suite.mjs')
    writeFileSync(suite, source)
    const main = join(packageRoot(), 'dist', 'scenarios', 'main.js')
    const words = ['judge', '--layer', 'x', '--json', '--budget', '1s', '--suite', suite]
    return spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' })
  }

  it('because it ends it: there is an object all the same, and no verdict', () => {
    const { status, stdout } = judge('process.exit(0)\n')
    expect(status).toBe(70)
    expect(objectOn(stdout)).toMatchObject({ keep: false, error: { exitCode: 70 } })
  })

  it('because its import never returns: it is killed, with an object', () => {
    const { signal, stdout } = judge('for (;;);\n')
    expect(signal).toBe('SIGKILL')
    expect(objectOn(stdout)).toMatchObject({ keep: false, error: { exitCode: 137 } })
  })

  it('because it waits for what never comes: it is inconclusive when the time ends', () => {
    const { status, stdout } = judge('await new Promise(() => setInterval(() => {}, 1000))\n')
    expect(status).toBe(3)
    expect(objectOn(stdout)).toMatchObject({ verdict: 'inconclusive', keep: false })
  })
})
