import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSources, selectSeries } from '../../../harness/compare/source.js'
import { InputError } from '../../../harness/errors.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const root = temporaryDirectory()
const stdin = () => Buffer.from('')

function read(content: string | object, selector?: string) {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(root, 'file'), text)
  const word = selector === undefined ? 'file' : `file:${selector}`
  const [source] = readSources([word], root, stdin)
  const { values, label: _label, ...facts } = selectSeries(source!, 'cpu')
  return { values: [...values], ...facts }
}

describe('go test -bench', () => {
  const text = `goos: linux
goarch: amd64
pkg: example.com/parse
BenchmarkParse/short-8 	10000000	     110.6 ns/op	      48 B/op	       2 allocs/op
BenchmarkParse/long-8  	  300000	    3437.6 ns/op	  20.5 MB/s	    2304 B/op
BenchmarkParse/short-8 	10001000	     112.8 ns/op	      48 B/op	       2 allocs/op
BenchmarkParse/long-8  	  300100	    3403.2 ns/op	  20.5 MB/s	    2304 B/op
PASS
ok  	example.com/parse	12.345s
`

  it('gives ns per operation by the name of the benchmark, and never the iterations', () => {
    for (const name of ['BenchmarkParse/short-8', 'BenchmarkParse/short', 'Parse/short', '1'])
      expect(read(text, name)).toEqual({ values: [110.6, 112.8], unit: 'ns' })
    expect(read(text, 'Parse/long').values).toEqual([3437.6, 3403.2])
  })

  it('with several benchmarks needs a name', () => {
    expect(() => read(text)).toThrow(
      'file holds several series: BenchmarkParse/short-8, BenchmarkParse/long-8; choose one, e.g. file:BenchmarkParse/short-8',
    )
  })

  it('names a benchmark that failed', () => {
    const failed = text.replace('PASS', '--- FAIL: BenchmarkParse/short-8\nFAIL')
    expect(read(failed, '1').failed).toMatch(/"BenchmarkParse\/short-8" or its package failed/)
    expect(read(failed, '2')).not.toHaveProperty('failed')
    expect(read(text.replace('PASS', 'panic: boom'), '2').failed).toMatch(/its package failed/)
    expect(() => read(`--- FAIL: BenchmarkX-8\n${text}`, 'X')).toThrow(/"BenchmarkX-8" or its/)
  })
})

describe('Google Benchmark', () => {
  const entry = (name: string, more: object) => ({
    name,
    run_name: name,
    run_type: 'iteration',
    iterations: 1000,
    time_unit: 'us',
    ...more,
  })
  const document = {
    context: {},
    benchmarks: [
      entry('BM_x/8', { real_time: 12.5, cpu_time: 9 }),
      entry('BM_x/8', { real_time: 12.75, cpu_time: 9 }),
      entry('BM_x/8_mean', {
        run_name: 'BM_x/8',
        run_type: 'aggregate',
        real_time: 99,
      }),
      entry('BM_y', { error_occurred: true, error_message: 'no file' }),
      entry('BM_z', { run_type: 'aggregate', real_time: 3 }),
    ],
  }

  it('gives the real time of each repetition without aggregates', () => {
    expect(read(document, 'BM_x/8')).toEqual({ values: [12.5, 12.75], unit: 'us' })
  })

  it('names what failed, and what has only aggregates', () => {
    expect(() => read(document, 'BM_y')).toThrow(/"BM_y" failed with "no file"/)
    expect(() => read(document, 'BM_z')).toThrow(/only aggregates of "BM_z"; run with --benchm/)
  })
})

describe('pytest-benchmark', () => {
  const stats = { rounds: 3, mean: 0.02, stddev: 0.001 }

  it('gives data in seconds, or else the summary', () => {
    const document = {
      machine_info: {},
      benchmarks: [
        { name: 'test_a', fullname: 't.py::test_a', stats: { ...stats, data: [0.01, 0.02] } },
        { name: 'test_b', fullname: 't.py::test_b', stats },
      ],
    }
    expect(read(document, 'test_a')).toEqual({ values: [0.01, 0.02], unit: 's' })
    expect(read(document, 'test_b')).toMatchObject({
      values: [],
      unit: 's',
      summary: { n: 3, mean: 0.02, sd: 0.001 },
    })
  })
})

describe('pyperf', () => {
  it('gives the values of every process, in the unit of the metadata', () => {
    const runs = [{ warmups: [[1, 0.5]] }, { values: [0.1, 0.2] }, { values: [0.3] }]
    const document = { version: '1.0', metadata: { name: 'sort', unit: 'second' } }
    expect(read({ ...document, benchmarks: [{ runs }] })).toEqual({
      values: [0.1, 0.2, 0.3],
      unit: 's',
    })
    const memory = { metadata: { name: 'heap', unit: 'byte' }, runs: [{ values: [1, 2] }] }
    expect(read({ ...document, benchmarks: [memory] }, 'heap')).toEqual({
      values: [1, 2],
      unit: 'B',
    })
  })
})

describe('criterion', () => {
  it('gives the time of one iteration', () => {
    expect(read({ sampling_mode: 'Linear', iters: [1, 2, 4], times: [10, 22, 48] })).toEqual({
      values: [10, 11, 12],
      unit: 'ns',
    })
  })

  it('refuses lists of unequal length', () => {
    const attempt = () => read({ iters: [1, 2], times: [10] })
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(/2 iterations and 1 times/)
  })
})
