import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from '../../../harness/system/lock.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const IDS = ['0002-layer1', '0003-layer1.asset-list'] as const
let root = ''

/**
 * Two committed records with their evidence, as they are or, to begin with, as version 1 wrote
 * them.
 */
beforeEach(async () => {
  root = temporaryDirectory()
  mkdirSync(join(root, 'decisions'))
  for (const id of IDS) {
    cpSync(join(packageRoot(), 'profiling-results', id), join(root, 'profiling-results', id), {
      recursive: true,
    })
    for (const file of [`${id}.json`, `${id}.md`])
      cpSync(join(packageRoot(), 'decisions', file), join(root, 'decisions', file))
  }
  await assay(`replay --all --rewrite --out ${root}`)
  for (const id of IDS) {
    edit(`${id}.json`, '"recordVersion": 3', '"recordVersion": 1')
    const page = read(`${id}.md`)
    writeFileSync(join(root, 'decisions', `${id}.md`), page.slice(0, page.lastIndexOf('\n\n---\n')))
  }
})

const read = (name: string) => readFileSync(join(root, 'decisions', name), 'utf8')
const files = () => readdirSync(join(root, 'decisions')).map((name) => [name, read(name)])

function edit(name: string, from: string, to: string): void {
  const text = read(name)
  expect(text).toContain(from)
  writeFileSync(join(root, 'decisions', name), text.replace(from, to))
}

describe('a record of an older version', () => {
  it('is not called damaged: the error says how to bring it up to date', async () => {
    const { code, stderr } = await assay(`replay 2 --out ${root}`)
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /^assay: .*0002-layer1\.json was written by an older version of assay \(record version 1, now 3\): its figures follow from its evidence, but its bytes cannot be compared; write it again with: npm run replay -- --rewrite 0002 --out \S+\n$/,
    )
    expect((await assay(`list --out ${root}`)).stdout).toMatch(/0002-layer1 +accepted/)
  })

  it('is damaged where its evidence gives another figure', async () => {
    edit('0002-layer1.json', '"speedup": 1.', '"speedup": 2.')
    const { code, stderr } = await assay(`replay 2 --out ${root}`)
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/does not follow from its evidence: .*speedup would change/),
    ])
  })

  it('is rewritten with every figure unchanged, and then replays', async () => {
    const before = JSON.parse(read('0002-layer1.json'))
    const { code, stdout } = await assay(`replay 0002 --rewrite --out ${root}`)
    expect(code).toBe(0)
    expect(stdout).toBe(
      '0002-layer1  accepted  rewritten from record version 1, with every verdict, reason and figure unchanged\n',
    )
    expect(JSON.parse(read('0002-layer1.json'))).toEqual({ ...before, recordVersion: 3 })
    expect(read('0002-layer1.md')).toMatch(
      /\n---\n\nThe error rates of this rule were not measured yet when this was decided; .*\n$/,
    )
    expect((await assay(`replay 2 --out ${root}`)).code).toBe(0)
    expect(JSON.parse(read('0003-layer1.asset-list.json')).recordVersion).toBe(1)
    expect((await assay(`replay --all --rewrite --out ${root}`)).code).toBe(0)
    expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
  })

  it('of the current version is rewritten to the same bytes', async () => {
    await assay(`replay --all --rewrite --out ${root}`)
    const before = files()
    const { code, stdout } = await assay(`replay --all --rewrite --out ${root}`)
    expect(code).toBe(0)
    expect(stdout).toContain('0002-layer1  accepted  rewritten, with every verdict')
    expect(files()).toEqual(before)
  })
})

describe('rewriting is refused, and nothing is written,', () => {
  it.each([
    [
      'a verdict',
      '"verdict": "accepted",\n  "reasons"',
      '"verdict": "rejected",\n  "reasons"',
      'verdict',
    ],
    ['a reason', '"certified-improvement"', '"estimated-improvement"', 'workloads.0.reasons.0'],
    ['a figure', '"certifiable": 0.1', '"certifiable": 0.2', 'workloads.0.noise.certifiable'],
    ['a text', '"hypothesis": "Searches', '"hypothesis": "Some searches', 'hypothesis'],
    ['a warning', '"code": "memory-over"', '"code": "noisy"', 'workloads.1.warnings.0'],
  ])('where %s would change', async (_, from, to, path) => {
    edit('0002-layer1.json', from, to)
    const before = files()
    const { code, stdout, stderr } = await assay(`replay --all --rewrite --out ${root}`)
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain(
      `0002-layer1.json does not follow from its evidence: ${path} would change; nothing was written`,
    )
    expect(files()).toEqual(before)
  })

  it('where the evidence was touched', async () => {
    const journal = join(root, 'profiling-results', IDS[1], 'runs.jsonl')
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"cpuMs":1', '"cpuMs":2'))
    const before = files()
    const { code, stderr } = await assay(`replay --all --rewrite --out ${root}`)
    expect([code, stderr]).toEqual([5, expect.stringContaining('is not the file')])
    expect(files()).toEqual(before)
  })

  it('while an evaluation is at work, and where there is no such record', async () => {
    const before = files()
    const lock = acquireLock(join(root, 'profiling-results'), new Date())
    expect((await assay(`replay --all --rewrite --out ${root}`)).code).toBe(2)
    lock.release()
    expect((await assay(`replay 7 --rewrite --out ${root}`)).code).toBe(2)
    expect((await assay(`replay --rewrite --out ${root}`)).code).toBe(2)
    expect((await assay(`replay --all --rewrite --out ${temporaryDirectory()}`)).code).toBe(2)
    expect(files()).toEqual(before)
  })
})
