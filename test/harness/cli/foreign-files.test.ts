import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clearOutputs, makeCaseFolder } from '../../../harness/gate/gate-outputs.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { assay, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

function rootWith(name: string, text = 'mine\n'): string {
  const root = temporaryDirectory()
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
  return root
}

describe('a file of the user', () => {
  it.each(['decisions/README.md', 'reports/index.html'])(
    '%s is neither replaced by an evaluation nor by a report',
    async (name) => {
      const root = rootWith(name)
      const { code, stderr } = await assay(`evaluate faster --scale smoke --out ${root}`)
      expect(code).toBe(2)
      expect(stderr).toContain(
        `${join(root, name)} was not written by assay and would be replaced; move it, or name another folder with --out`,
      )
      expect(readFileSync(join(root, name), 'utf8')).toBe('mine\n')
      expect(readdirSync(join(root, 'profiling-results'))).toEqual([])
    },
  )

  it('BOTTLENECKS.md is not replaced by a profile', async () => {
    const root = rootWith('profiling-results/BOTTLENECKS.md')
    const { code, stderr } = await assay(`profile baseline --scenario all --out ${root}`)
    expect([code, stderr]).toEqual([2, expect.stringContaining('was not written by assay')])
  })

  it.each(['cases/mine.txt', 'cases/pure/../other/x', 'gate.json', 'gate.md', 'cases'])(
    '%s is not deleted by a gate',
    (name) => {
      const root = rootWith(name)
      expect(() => clearOutputs(root)).toThrow(/was not written by assay and would be replaced/)
      expect(existsSync(join(root, name))).toBe(true)
    },
  )

  it('beside the outputs of a gate stays, and the outputs of an earlier gate go', () => {
    const root = rootWith('mine.txt')
    makeCaseFolder(root, 'pure')
    writeFileSync(join(root, 'gate.json'), '{\n  "schema": "assay/gate@1"\n}\n')
    writeFileSync(join(root, 'gate.md'), '<!-- assay gate -->\n')
    clearOutputs(root)
    expect(readdirSync(root)).toEqual(['mine.txt'])
    makeCaseFolder(root, 'pure')
    writeFileSync(join(root, 'cases', 'notes.md'), '')
    expect(() => clearOutputs(root)).toThrow(/cases\/notes\.md was not written by assay/)
    expect(existsSync(join(root, 'cases', 'pure'))).toBe(true)
  })
})

describe('a reserved name', () => {
  it.each(['runs.jsonl', 'plan.json', 'memory-probe.jsonl', 'all'])(
    '%s is refused for a workload',
    (id) => {
      const workloads = [{ ...kernelSuite.workloads[0]!, id }]
      expect(() => ownSuite({ ...kernelSuite, workloads, layers: [] })).toThrow(
        `the suite: a workload has the id ${id}, which is reserved; give it another id`,
      )
    },
  )

  it.each(['none', 'baseline'])('%s is refused for a layer', (id) => {
    const layers = [{ ...kernelSuite.layers[0]!, id }]
    expect(() => ownSuite({ ...kernelSuite, layers })).toThrow('which is reserved')
  })
})
