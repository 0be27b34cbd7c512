import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EvaluationPlan } from '../../../harness/evidence/evidence.js'
import {
  appendRun,
  claimEvidence,
  discardUnplanned,
  mendJournal,
  prepareRoot,
  readEvidence,
  recordIds,
  unfinishedIds,
  writePart,
  writePlan,
} from '../../../harness/evidence/evidence-store.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { readEnvironment } from '../../../harness/measurement/environment.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

let root = ''
beforeEach(() => {
  root = temporaryDirectory()
  prepareRoot(root)
})

const digest = `sha256:${'0'.repeat(64)}`

function planOf(id: string): EvaluationPlan {
  return {
    schema: 'assay/plan@1',
    id,
    createdAt: '2026-11-20T10:00:00.000Z',
    command: 'npx assay evaluate layer1',
    packageVersion: '0.1.0',
    suite: 'kernel',
    layer: 'layer1',
    title: 'layer one',
    hypothesis: 'faster',
    criterion: { kind: 'improvement', atLeast: 0.05 },
    metric: 'cpu',
    arms: ['baseline', 'candidate'],
    stacks: { baseline: [], incumbent: [], candidate: ['layer1'] },
    scale: 'smoke',
    seed: 7,
    equivalenceSeeds: [7],
    regime: { looks: [10, 20], fixed: false, alpha: 0.05, memory: 'advisory' },
    workloads: [
      { id: 'spin', title: 'spin', content: '1 spin', role: 'target', warmup: 3, iterations: 2 },
    ],
    supersedes: null,
    nodeFlags: [],
    git: null,
    dist: digest,
  }
}

function run(pair: number): RunRecord {
  const times = {
    cpuMs: 1.5,
    wallMs: 2,
    coldWallMs: 3,
    samplesMs: [2, 2],
    warmup: 3,
    warmupMs: 9,
    iterations: 2,
  }
  const rest = {
    heapBytes: 5,
    gcMs: 0,
    gcCount: 0,
    digest,
    counters: {},
    startedAt: '2026-11-20T10:00:00.000Z',
  }
  return { workload: 'spin', pair, position: 'first', arm: 'candidate', ...times, ...rest }
}

/** Writes an evidence folder with a plan and two runs. @returns its id */
function begun(): string {
  const id = claimEvidence(root, 'layer1')
  writePart(root, id, 'environment', readEnvironment([]))
  writePart(root, id, 'equivalence', { kind: 'equal', digests: [] })
  writePlan(root, planOf(id))
  appendRun(root, id, run(1))
  appendRun(root, id, run(2))
  return id
}

const journal = (id: string) => join(root, 'profiling-results', id, 'runs.jsonl')

describe('numbers', () => {
  it('go up from 0001 over all layers, and none is used twice', () => {
    expect(claimEvidence(root, 'layer1')).toBe('0001-layer1')
    expect(claimEvidence(root, 'layer1')).toBe('0002-layer1')
    writeFileSync(join(root, 'decisions', '0041-other.json'), '{}')
    expect(claimEvidence(root, 'layer2')).toBe('0042-layer2')
    mkdirSync(join(root, 'profiling-results', '9999-x'))
    expect(claimEvidence(root, 'layer1')).toBe('10000-layer1')
  })

  it('are freed only where no plan was written', () => {
    const planned = begun()
    const empty = claimEvidence(root, 'layer1')
    discardUnplanned(root, planned)
    discardUnplanned(root, empty)
    expect(readdirSync(join(root, 'profiling-results'))).toEqual([planned])
  })

  it('ignore other names', () => {
    for (const name of ['README.md', '0001', 'notes.json', '0001-..%2fetc.json', '-1-x.json'])
      writeFileSync(join(root, 'decisions', name), '')
    expect(recordIds(root)).toEqual([])
  })
})

describe('the journal', () => {
  it('is read as it was written, with one digest per file', () => {
    const id = begun()
    const evidence = readEvidence(root, id)
    expect(evidence.runs).toEqual([run(1), run(2)])
    expect(evidence.plan).toEqual(planOf(id))
    expect(Object.keys(evidence.digests)).toEqual([
      'environment.json',
      'equivalence.json',
      'plan.json',
      'runs.jsonl',
    ])
    expect(unfinishedIds(root)).toEqual([id])
  })

  it('is refused with an incomplete last line; mending drops that line alone', () => {
    const id = begun()
    appendFileSync(journal(id), '{"workload":"spin","pai')
    expect(() => readEvidence(root, id)).toThrow(
      /runs\.jsonl ends in the middle of line 3; restore it or evaluate again/,
    )
    mendJournal(root, id)
    mendJournal(root, id)
    expect(readEvidence(root, id).runs).toEqual([run(1), run(2)])
  })

  it('keeps a last run that only lacks its line end', () => {
    const id = begun()
    appendFileSync(journal(id), JSON.stringify(run(3)))
    mendJournal(root, id)
    appendRun(root, id, run(4))
    expect(readEvidence(root, id).runs.map(({ pair }) => pair)).toEqual([1, 2, 3, 4])
  })

  it.each([
    ['not JSON', 'x\n'],
    ['an unknown field', `${JSON.stringify({ ...run(3), fast: true })}\n`],
    ['a time that is not a number', `${JSON.stringify({ ...run(3), cpuMs: 'NaN' })}\n`],
    ['an empty line', '\n'],
  ])('is refused with %s inside, naming the line', (_, line) => {
    const id = begun()
    appendFileSync(journal(id), line)
    appendRun(root, id, run(4))
    mendJournal(root, id)
    expect(() => readEvidence(root, id)).toThrow(/runs\.jsonl does not hold a run in line 3/)
  })

  it('is required, as every other file of the folder', () => {
    for (const name of ['runs.jsonl', 'plan.json', 'equivalence.json', 'environment.json']) {
      const id = begun()
      rmSync(join(root, 'profiling-results', id, name))
      expect(() => readEvidence(root, id)).toThrow(new RegExp(`${name} is missing; restore it`))
    }
    expect(() => readEvidence(root, '0077-layer1')).toThrow(/0077-layer1 is missing/)
  })
})

describe('a root that cannot be written', () => {
  it('is an input error where a file is in the way', () => {
    writeFileSync(join(root, 'file'), '')
    expect(() => prepareRoot(join(root, 'file', 'deeper'))).toThrow(
      /cannot use .*decisions \(ENOTDIR\); choose a writable directory with --out/,
    )
  })

  it.skipIf(!existsSync('/proc/self'))(
    'is an input error where the file system refuses a new directory',
    () => {
      expect(() => prepareRoot('/proc/assay/evidence')).toThrow('cannot use /proc/assay/evidence')
    },
  )

  it.skipIf(!existsSync('/dev/full'))(
    'is invalid evidence where the disk fills up; the runs written before stay',
    () => {
      const id = begun()
      const other = claimEvidence(root, 'layer1')
      symlinkSync('/dev/full', journal(other))
      expect(() => appendRun(root, other, run(1))).toThrow(
        /disk full while writing .*runs\.jsonl \(ENOSPC\)/,
      )
      expect(readEvidence(root, id).runs).toHaveLength(2)
    },
  )
})

describe('a folder that cannot be listed', () => {
  it.each(['decisions', 'profiling-results', 'reports'])('is not empty: %s', (name) => {
    rmSync(join(root, name), { recursive: true })
    symlinkSync(name, join(root, name))
    expect(() => claimEvidence(root, 'layer')).toThrow(/\(ELOOP\)/)
    if (name === 'decisions') expect(() => recordIds(root)).toThrow(/\(ELOOP\)/)
    if (name === 'profiling-results') expect(() => unfinishedIds(root)).toThrow(/\(ELOOP\)/)
  })
})
