import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const root = temporaryDirectory()
const compare = (words: string) => assay(`compare ${words}`, { cwd: root })
const slow = [10.1, 10.4, 9.8, 10.2, 10.9, 10.3, 9.9, 10.6, 10.0, 10.7]
const digest = `sha256:${'0'.repeat(64)}`

function write(name: string, values: readonly (number | string)[]): void {
  writeFileSync(join(root, name), `${values.join('\n')}\n`)
}

write('slow.txt', slow)
write(
  'fast.txt',
  slow.map((value, index) => 0.8 * value + 0.01 * index),
)
write('nine.txt', slow.slice(0, 9))
write(
  'negative.txt',
  slow.map((value) => -value),
)
write('nan.txt', [...slow.slice(1), 'NaN'])
write(
  'constant.txt',
  slow.map(() => 3),
)
write(
  'noisy.txt',
  slow.map((value, index) => value * (index % 2 === 0 ? 0.6 : 1.6)),
)

describe('compare, for people', () => {
  it('prints the result in one line, and then every statistic', async () => {
    const { code, stdout, stderr } = await compare('slow.txt fast.txt --paired')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^fast\.txt is 19\.\d % faster than slow\.txt {2}\[\d+\.\d, \d+\.\d\] {3}Welch t \d+\.\d df 1\d\.\d p \S+$/m,
    )
    for (const name of [
      'baseline',
      'candidate',
      'speedup',
      'paired t',
      'Wilcoxon',
      'Mann–Whitney',
      'Shapiro–Wilk',
      'noise',
    ])
      expect(stdout).toContain(`\n${name}`.slice(name === 'baseline' ? 1 : 0))
    expect(stdout).not.toMatch(/NaN|undefined|Infinity|accepted|rejected/)
  })

  it('names absent statistics once per reason, and warns', async () => {
    const stdout = (await compare('negative.txt nine.txt')).stdout.replace(/\n {2,}/g, ' ')
    expect(stdout).toMatch(/^absent +.*improvement, .*: not all values are above zero/m)
    expect(stdout).toMatch(/^warning +few-values: /m)
    expect(stdout).toMatch(/^nine\.txt lies [\d.]+ above negative\.txt/m)
  })
})

describe('compare, on a terminal', () => {
  it('keeps to the width it has', async () => {
    const { stdout } = await assay('compare negative.txt nine.txt', { cwd: root, columns: 80 })
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('shows as many digits as a narrow interval takes', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => 10 + 0.001 * ((index * 7919) % 101))
    write('many.txt', many)
    write(
      'more.txt',
      many.map((value) => 1.001 * value),
    )
    const { stdout } = await compare('many.txt more.txt')
    expect(stdout).toMatch(/^more\.txt is 0\.10 % slower than many\.txt {2}\[0\.\d\d, 0\.\d\d\]/m)
  })
})

describe('compare, for programs', () => {
  it('gives one JSON document with the keys of a record', async () => {
    const { code, stdout } = await compare('slow.txt fast.txt --paired --json')
    const document = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(document).toMatchObject({
      schema: 'assay/comparison@1',
      sources: { baseline: 'slow.txt', candidate: 'fast.txt' },
      pairing: 'paired',
      baseline: { n: 10, mean: expect.closeTo(10.29, 12) },
      improvement: {
        estimate: expect.any(Number),
        ci95: [expect.any(Number), expect.any(Number)],
        p: expect.any(Number),
        df: 7,
      },
      welch: {
        t: expect.any(Number),
        df: expect.any(Number),
        p: expect.any(Number),
        ci95: expect.any(Array),
      },
      absent: {},
    })
  })

  it('converts seconds where the other is in ms', async () => {
    writeFileSync(
      join(root, 'h.json'),
      JSON.stringify({ results: [{ command: 'x', times: slow.map((value) => value / 1000) }] }),
    )
    writeFileSync(
      join(root, 't.json'),
      JSON.stringify([{ name: 'x', latency: { samples: [...slow].sort((a, b) => a - b) } }]),
    )
    const { stdout } = await compare('h.json t.json --json')
    expect(JSON.parse(stdout)).toMatchObject({
      unit: 'ms',
      baseline: { mean: expect.closeTo(10.29, 10) },
      warnings: [{ code: 'units-converted' }],
    })
  })
})

describe('--fail-on-regression', () => {
  it.each([
    ['slow.txt fast.txt', 0, 'passed'],
    ['slow.txt fast.txt --paired', 0, 'passed'],
    ['fast.txt slow.txt', 1, 'failed'],
    ['fast.txt slow.txt --paired', 1, 'failed'],
    ['slow.txt noisy.txt', 3, 'inconclusive'],
    ['slow.txt nine.txt', 5, 'not-comparable'],
    ['slow.txt nan.txt', 5, 'not-comparable'],
    ['slow.txt negative.txt', 5, 'not-comparable'],
    ['constant.txt constant.txt', 5, 'not-comparable'],
    ['slow.txt slow.txt --paired', 5, 'not-comparable'],
  ])('%s: exit %d, %s', async (words, code, outcome) => {
    const result = await compare(`${words} --fail-on-regression 10% --json`)
    expect(result.code).toBe(code)
    const { regression } = JSON.parse(result.stdout)
    expect(regression).toMatchObject({ limit: 0.1, outcome })
    if (code === 5) expect(regression.problem).toMatch(/\w/)
    else expect(regression.certifiable).toEqual(expect.any(Number))
  })
})

describe('runs.jsonl', () => {
  mkdirSync(join(root, 'evidence'))
  const path = join(root, 'evidence', 'runs.jsonl')
  const run = (pair: number, arm: string, cpuMs: number, more = {}) =>
    appendFileSync(
      path,
      `${JSON.stringify({
        workload: 'sort',
        pair,
        position: arm === 'baseline' ? 'first' : 'second',
        arm,
        cpuMs,
        wallMs: cpuMs + 1,
        coldWallMs: cpuMs,
        samplesMs: [cpuMs],
        warmup: 1,
        warmupMs: 1,
        iterations: 1,
        heapBytes: 1,
        gcMs: 0,
        gcCount: 0,
        digest,
        counters: {},
        startedAt: '2026-11-20T10:00:00.000Z',
        ...more,
      })}\n`,
    )
  for (const [index, value] of slow.entries()) {
    run(index + 1, 'baseline', value)
    run(index + 1, 'candidate', 0.8 * value + 0.01 * index)
  }
  run(11, 'baseline', 1, { voided: 'steal 7 %' })
  run(11, 'candidate', 100)
  run(12, 'baseline', 1)

  it('alone compares its arms pair by pair, without voided and incomplete pairs', async () => {
    const { code, stdout } = await compare('evidence --json --fail-on-regression 10%')
    expect(code).toBe(0)
    const { workloads } = JSON.parse(stdout)
    expect(workloads).toMatchObject([
      {
        id: 'sort',
        metric: 'cpu',
        against: 'baseline',
        pairs: 10,
        voidedPairs: 1,
        unit: 'ms',
        pairing: 'paired',
        regression: { outcome: 'passed' },
      },
    ])
    const files = JSON.parse((await compare('slow.txt fast.txt --paired --json')).stdout)
    for (const key of ['baseline', 'candidate', 'improvement', 'welch', 'wilcoxon', 'noise'])
      expect(workloads[0][key]).toEqual(files[key])
  })

  it('gives single arms, paired where both are of one workload', async () => {
    const { stdout } = await compare(
      'evidence/runs.jsonl:sort:baseline evidence/runs.jsonl:sort:candidate --metric wall --json',
    )
    expect(JSON.parse(stdout)).toMatchObject({
      pairing: 'paired',
      baseline: { n: 10, mean: expect.closeTo(11.29, 12) },
    })
    const mixed = await compare('slow.txt evidence/runs.jsonl:sort:candidate --json')
    expect(JSON.parse(mixed.stdout)).toMatchObject({
      pairing: 'unpaired',
      unit: 'ms',
      warnings: [{ code: 'unit-unknown' }],
    })
  })

  it('of a committed record give the figures of the record', async () => {
    const record = JSON.parse(readFileSync('decisions/0002-layer1.json', 'utf8'))
    const { stdout } = await assay('compare profiling-results/0002-layer1 --json')
    for (const { id, paired, mannWhitney, wilcoxon, improvement } of record.workloads) {
      const found = JSON.parse(stdout).workloads.find(
        (workload: { id: string }) => workload.id === id,
      )
      expect(found.mannWhitney).toEqual(mannWhitney)
      expect(found.wilcoxon).toEqual(wilcoxon)
      expect(found.paired.t).toBeCloseTo(paired.t, 8)
      expect(found.improvement.estimate).toBeCloseTo(improvement.estimate, 12)
    }
  })
})

describe('what cannot be compared', () => {
  it.each([
    ['slow.txt', /^assay: nothing to compare slow\.txt with; give a second file or column\n$/],
    ['- -', /^assay: only one of the two can be standard input; give a file for the other$/m],
    ['slow.txt none.txt', /^assay: no such file: none\.txt/],
    [
      'slow.txt nine.txt --paired',
      /^assay: --paired: slow\.txt has 10 values and nine\.txt 9; leave out --paired/,
    ],
    [
      'slow.txt fast.txt --fail-on-regression ten',
      /^assay: --fail-on-regression ten: give a slowdown above 0/,
    ],
    ['slow.txt fast.txt --metric gpu', /^assay: --metric gpu: give cpu or wall\n$/],
    ['evidence:srt', /^assay: unknown workload srt; did you mean sort\? known: sort\n$/],
    ['t.json h.json --paired', /^assay: --paired t\.json: tinybench stores its samples sorted/],
  ])('%s: one line, exit 2', async (words, message) => {
    const { code, stdout, stderr } = await compare(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})
