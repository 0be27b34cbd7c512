import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { readSources, selectSeries } from '../../../harness/compare/source.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const cwd = temporaryDirectory()
const golden = (name: string) => readFileSync(join('test', 'golden', 'compare', name), 'utf8')

function write(name: string, content: unknown): string {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const sourceOf = (word: string) => readSources([word], cwd, () => Buffer.alloc(0))[0]!

/** One series of a file, chosen by what stands after the colon. */
function read(content: unknown, selector?: string) {
  const word = `${write('file', content)}${selector === undefined ? '' : `:${selector}`}`
  const series = selectSeries(sourceOf(word), 'cpu')
  const { values, label: _label, ...facts } = series
  return { values: [...values], ...facts }
}

function names(content: unknown): string[] {
  const source = sourceOf(write('file', content))
  return source.content.kind === 'numbers' ? source.content.offers.map(({ name }) => name) : []
}

async function compare(...words: string[]) {
  const { io, output } = createIo({ cwd })
  return { code: await runCli(['compare', ...words], kernelSuite, io), ...output }
}

const lines = (...documents: unknown[]) => documents.map((one) => JSON.stringify(one)).join('\n')

describe('files that the programs wrote', () => {
  it.each([
    ['benchmark-2.1-suite.json', 'RegExp#test', 15, 's', 2.3999e-7],
    ['mitata-1.0.json', 'fib 8', 20, 'ns', undefined],
    ['google-benchmark-1.7.json', 'BM_Copy/64', 5, 'ns', 44.9041],
    ['google-benchmark-1.7.csv', 'BM_Copy/4096', 5, 'ns', undefined],
    ['hyperfine-1.15.json', 'sleep 0.01', 10, 's', undefined],
    ['autocannon-9.0.ndjson', 'latency', 3, 'ms', undefined],
  ])('%s: %s', (file, name, n, unit, mean) => {
    const text = golden(file)
    expect(names(text)).toContain(name)
    const series = read(text, name)
    expect(series.values).toHaveLength(n)
    expect(series.unit).toBe(unit)
    expect(series.failed).toBeUndefined()
    const sum = series.values.reduce((total, value) => total + value, 0)
    if (mean !== undefined) expect(sum / n / mean).toBeCloseTo(1, 3)
    expect(sum).toBeGreaterThan(0)
  })

  it.each([
    ['benchmark-2.1-suite.json', 'broken', '"broken" failed, or never ran'],
    ['mitata-1.0.json', 'broken', '"broken" failed with "no"'],
    ['google-benchmark-1.7.json', 'BM_Fail', '"BM_Fail" failed with "no data"'],
    ['google-benchmark-1.7.csv', 'BM_Fail', '"BM_Fail" failed with "no data"'],
  ])('%s names the benchmark that failed', (file, name, reason) => {
    expect(() => read(golden(file), name)).toThrow(reason)
  })

  it('hyperfine-1.15.json: a command that failed is not comparable', () => {
    expect(read(golden('hyperfine-1.15.json'), 'false').failed).toMatch(/failed in 10 of 10 runs/)
  })

  it('lines have numbers too, by which one is chosen', () => {
    const bench = ['a', 'b'].map((name) => `test ${name} ... bench: 7 ns/iter (+/- 1)\n`).join('')
    const texts = [bench + bench, golden('benchmark-2.1.txt'), golden('autocannon-9.0.ndjson')]
    for (const text of texts) expect(read(text, '1')).toEqual(read(text, names(text)[0]))
  })

  it('CSV and JSON of Google Benchmark hold the same benchmarks', () => {
    const [json, csv] = ['google-benchmark-1.7.json', 'google-benchmark-1.7.csv'].map((file) =>
      names(golden(file)),
    )
    expect(csv).toEqual(json)
  })
})

describe('benchmark.js', () => {
  it('printed: the deviation that follows from the margin is that of the samples', () => {
    const { stats } = JSON.parse(golden('benchmark-2.1-suite.json'))[0]
    const { summary } = read(golden('benchmark-2.1.txt'), 'RegExp#test')
    expect(summary?.n).toBe(15)
    expect(summary!.mean / stats.mean).toBeCloseTo(1, 5)
    expect(summary!.sd / stats.deviation).toBeCloseTo(1, 2)
  })

  it('printed with a margin of rounding is refused, with the remedy', () => {
    const text =
      'a x 1,000 ops/sec ±0.05% (90 runs sampled)\nb x 2,000 ops/sec ±1.00% (1 run sampled)\n'
    for (const name of ['a', 'b'])
      expect(() => read(text, name)).toThrow(
        /does not follow .*; save its samples: JSON\.stringify/,
      )
  })

  it('of two lines are compared by their means, and decide nothing', async () => {
    const text =
      'a x 1,000 ops/sec ±1.00% (90 runs sampled)\nb x 500 ops/sec ±1.00% (90 runs sampled)\n'
    const { code, stdout } = await compare(write('bm.txt', text), '--fail-on-regression', '10%')
    expect(code).toBe(5)
    expect(stdout).toMatch(/by the means, bm\.txt:b is 100\.0 % slower than bm\.txt:a/)
  })
})

describe('JMH', () => {
  const result = (mode: string, primaryMetric: object, params?: object) => ({
    benchmark: 'org.example.deep.ListBench.grow',
    mode,
    ...(params && { params }),
    primaryMetric: { score: 2, scoreError: 'NaN', ...primaryMetric },
  })

  it('gives the iterations of all forks, in the unit of the score', () => {
    const metric = {
      scoreUnit: 'us/op',
      rawData: [
        [1, 2],
        [3, 4],
      ],
    }
    const file = [result('avgt', metric, { size: '10' }), result('avgt', metric, { size: '20' })]
    for (const name of [
      'org.example.deep.ListBench.grow (size=20)',
      'ListBench.grow (size=20)',
      '2',
    ])
      expect(read(file, name)).toEqual({ values: [1, 2, 3, 4], unit: 'us' })
  })

  it('carries the direction of a rate, so that no option is needed', async () => {
    const rate = (values: number[]) => [result('thrpt', { scoreUnit: 'ops/ms', rawData: [values] })]
    expect(read(rate([1, 2]))).toEqual({ values: [1, 2], unit: 'ops/ms', higherIsBetter: true })
    const { stdout } = await compare(
      write('old.json', rate([100, 101, 102])),
      write('new.json', rate([200, 201, 202])),
    )
    expect(stdout).toMatch(/new\.json is 49\.\d+ % faster than old\.json/)
    const once = await compare('old.json', 'new.json', '--higher-is-better', '--json')
    expect(JSON.parse(once.stdout).higherIsBetter).toBe(true)
  })

  it('of mode sample gives the mean of every iteration of its histogram', () => {
    const rawDataHistogram = [
      [
        [
          [10, 3],
          [20, 1],
        ],
        [[30, 2]],
      ],
    ]
    expect(read([result('sample', { scoreUnit: 'ms/op', rawDataHistogram })])).toEqual({
      values: [12.5, 30],
      unit: 'ms',
    })
  })
})

describe('asv', () => {
  const file = (row: unknown[], name = 'bench.Suite.time_sort') => ({
    commit_hash: 'abc',
    result_columns: ['result', 'params', 'version', 'samples'],
    results: { [name]: row },
    version: 2,
  })

  it('gives the samples of each combination of parameters, in seconds', () => {
    const row = [
      [1, null, 3, 4],
      [
        ['1', '2'],
        ["'a'", "'b'"],
      ],
      'v',
      [[1, 2], null, [3], [4]],
    ]
    expect(names(file(row))).toEqual(
      ["1, 'a'", "1, 'b'", "2, 'a'", "2, 'b'"].map((one) => `bench.Suite.time_sort(${one})`),
    )
    expect(read(file(row), "bench.Suite.time_sort(1, 'a')")).toEqual({ values: [1, 2], unit: 's' })
    expect(read(file(row), '3').values).toEqual([3])
    expect(() => read(file(row), '2')).toThrow(/"bench\.Suite\.time_sort\(1, '.*" failed/)
  })

  it('without samples is refused, with the option that stores them', () => {
    expect(() => read(file([[0.1], [], 'v']))).toThrow(/run asv with --record-samples$/)
  })

  it('takes the unit from the first word of the name, or needs it', () => {
    const row = [[1], [], 'v', [[1, 2]]]
    expect(read(file(row, 'bench.peakmem_all')).unit).toBe('B')
    expect(read(file(row, 'bench.track_score'))).toMatchObject({ needsUnit: true })
  })
})

describe('mitata before version 1', () => {
  it('holds no samples, which is refused with the remedy', () => {
    const stats = { min: 1, max: 3, avg: 2, p75: 2.5 }
    expect(() => read({ benchmarks: [{ name: 'a', stats }] })).toThrow(/run mitata 1\.0 or newer/)
  })
})

describe('BenchmarkDotNet', () => {
  const file = (...benchmarks: object[]) => ({
    Title: 'T',
    HostEnvironmentInfo: { BenchmarkDotNetVersion: '0.14.0' },
    Benchmarks: benchmarks.map((one, index) => ({
      DisplayInfo: `T.Run: Job-${index}`,
      FullName: 'T.Run',
      ...one,
    })),
  })
  const actual = (Nanoseconds: number, IterationStage = 'Result', IterationMode = 'Workload') => ({
    IterationMode,
    IterationStage,
    Operations: 10,
    Nanoseconds,
  })

  it('gives its values in ns, or else the iterations that count', () => {
    const full = file({ Statistics: { OriginalValues: [5, 6], N: 2 }, Measurements: [actual(1)] })
    expect(read(full)).toEqual({ values: [5, 6], unit: 'ns' })
    const measured = [actual(9, 'Warmup'), actual(1, 'Result', 'Overhead'), actual(50), actual(60)]
    expect(read(file({ Statistics: { N: 2 }, Measurements: measured })).values).toEqual([5, 6])
  })

  it('of a brief report are compared by their summary', () => {
    const brief = file({ Statistics: { N: 15, Mean: 100, StandardDeviation: 2 } })
    expect(read(brief).summary).toMatchObject({ n: 15, mean: 100, sd: 2 })
  })

  it('names a benchmark that failed, and jobs by their display', () => {
    const two = file(
      { Statistics: null, Measurements: [] },
      { Statistics: { OriginalValues: [1, 2] } },
    )
    expect(() => read(two, 'T.Run: Job-0')).toThrow('"T.Run: Job-0" failed')
    expect(read(two, 'T.Run: Job-1').values).toEqual([1, 2])
  })
})

describe('cargo bench (libtest)', () => {
  const line = (ns: string) => `test parse::short ... bench:       ${ns} ns/iter (+/- 56)\n`

  it('gives one median per run, so several runs in one file are a series', () => {
    const text = `running 1 test\n${line('1,234')}\nrunning 1 test\n${line('1,240.50')}`
    expect(read(text)).toEqual({ values: [1234, 1240.5], unit: 'ns' })
  })

  it('of one run is refused, with the remedy', () => {
    expect(() => read(line('1,234'))).toThrow(/median of one run.*cargo bench >> bench\.txt/)
  })
})

describe('criterion raw.csv', () => {
  const header =
    'group,function,value,throughput_num,throughput_type,sample_measured_value,unit,iteration_count'
  const text = `${header}\ng,f,10,,,1000,ns,10\ng,f,10,,,2200,ns,20\ng,h,,,,90,ns,3\n`

  it('gives the time of one iteration', () => {
    expect(names(text)).toEqual(['g/f/10', 'g/h'])
    expect(read(text, 'g/f/10')).toEqual({ values: [100, 110], unit: 'ns' })
    expect(read(text, '2').values).toEqual([30])
  })

  it('names a line without its number of iterations', () => {
    expect(() => read(`${header}\ng,f,,,,1000,ns,\n`)).toThrow('line 2: no time or no number')
  })
})

describe('autocannon', () => {
  const run = (latency: number, more = {}) => ({
    url: 'http://h/',
    requests: { average: 1000 / latency },
    latency: { average: latency },
    errors: 0,
    timeouts: 0,
    non2xx: 0,
    ...more,
  })

  it('gives one value per run: the mean latency, and the rate with its direction', () => {
    const text = lines(run(2), run(4))
    expect(read(text, 'latency')).toEqual({ values: [2, 4], unit: 'ms' })
    expect(read(text, 'requests')).toEqual({
      values: [500, 250],
      unit: 'requests/s',
      higherIsBetter: true,
    })
    expect(() => read(text)).toThrow('choose one, e.g. file:latency')
  })

  it('of one run is refused, and failed requests are not comparable', async () => {
    expect(() => read(run(2))).toThrow(/summary of autocannon without samples.*>> runs\.ndjson/)
    const failed = write('failed.ndjson', lines(run(2, { non2xx: 3 }), run(2)))
    const { code, stdout } = await compare(`${failed}:latency`, `${failed}:latency`)
    expect(code).toBe(5)
    expect(stdout.replace(/\s+/g, ' ')).toContain('3 requests to "http://h/" failed')
  })
})

describe('k6', () => {
  const metric = (name: string, type: string, contains: string) => ({
    type: 'Metric',
    metric: name,
    data: { type, contains },
  })
  const point = (name: string, value: number, tags?: object) => ({
    type: 'Point',
    metric: name,
    data: { time: '2026-01-05T10:00:00Z', value, tags: tags ?? null },
  })

  it('--out json gives the points of every trend, in ms where it contains times', () => {
    const text = lines(
      metric('http_req_duration', 'trend', 'time'),
      point('http_req_duration', 12.5),
      metric('http_reqs', 'counter', 'default'),
      point('http_reqs', 1),
      point('http_req_duration', 13.5),
    )
    expect(read(text)).toEqual({ values: [12.5, 13.5], unit: 'ms' })
  })

  it('with requests that failed is not comparable', () => {
    const text = lines(
      metric('http_req_duration', 'trend', 'time'),
      point('http_req_duration', 1, { expected_response: 'false' }),
      point('http_req_duration', 2, { expected_response: 'true' }),
    )
    expect(read(text).failed).toMatch(/1 of 2 requests in "http_req_duration" failed/)
  })

  it('a summary is refused, several are one value per run', () => {
    const exported = (avg: number) => ({ metrics: { http_req_duration: { avg, med: 1 } } })
    const handled = { metrics: { x: { type: 'trend', contains: 'time', values: { avg: 7 } } } }
    expect(() => read(exported(1))).toThrow(/run k6 with --out json=run\.ndjson/)
    expect(() => read(handled)).toThrow(/run k6 with --out json=run\.ndjson/)
    expect(read(lines(exported(1), exported(2)))).toEqual({ values: [1, 2], unit: 'ms' })
  })
})

describe('github-action-benchmark', () => {
  const benches = [{ name: 'a', value: 1, unit: 'ns', range: '± 2' }]

  it.each([
    ['data.js', `window.BENCHMARK_DATA = ${JSON.stringify({ entries: { B: [{ benches }] } })}`],
    ['data.json', { lastUpdate: 1, entries: { B: [{ commit: {}, benches }] } }],
    ['its input', benches],
  ])('%s is refused: one value per benchmark has no variation', (_, content) => {
    expect(() => read(content)).toThrow(/without samples, so no difference can be judged; compare/)
  })
})

describe('one JSON document per line', () => {
  const text = lines({ name: 'a', time_ms: 1 }, { name: 'b', time_ms: 2 }, { time_ms: 3, x: null })

  it('is a table whose columns are the keys', () => {
    expect(read(text)).toEqual({ values: [1, 2, 3], unit: 'ms' })
    expect(read('[1,2]\n[3,4]\n', '2').values).toEqual([3, 4])
  })

  it('names the line of what is not a number, or not an object', () => {
    expect(() => read(`${text}\n\n{"time_ms":"x"}`, 'time_ms')).toThrow(
      'file, line 5, column time_ms',
    )
    expect(() => read(`${text}\n7`)).toThrow('file, line 4: not an object')
    expect(() => read(`${text}\n{`)).toThrow('file, line 4 is not valid JSON')
  })

  it('is filtered like other tables', async () => {
    const file = write('t.ndjson', lines(...[1, 2, 3, 4].map((ms) => ({ v: ms % 2, ms }))))
    const { stdout } = await compare(`${file}:ms`, '--by', 'v', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ baseline: { mean: 2 }, candidate: { mean: 3 } })
  })
})

describe('rows of a table', () => {
  const tidy = write(
    'tidy.csv',
    'test,version,ms\nparse,old,10\nparse,old,11\nparse,new,5\nparse,new,6\nsort,old,99\nsort,new,98\n',
  )

  it('are chosen by --where and divided by --by', async () => {
    const words = [`${tidy}:ms`, '--where', 'test=parse', '--by', 'version', '--json']
    const { code, stdout } = await compare(...words)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      sources: { baseline: 'tidy.csv:ms version=old', candidate: 'tidy.csv:ms version=new' },
      baseline: { n: 2, mean: 10.5 },
      candidate: { n: 2, mean: 5.5 },
    })
  })

  it('are left out by !=', async () => {
    const words = [`${tidy}:ms`, `${tidy}:ms`, '--where', 'test!=sort', '--where', 'version=old']
    expect(JSON.parse((await compare(...words, '--json')).stdout).baseline.n).toBe(2)
  })

  it('that summarize others are refused until they are left out', async () => {
    const file = write('agg.csv', 'name,ms\nparse,1\nparse,2\nparse,3\nparse_mean,2\nparse_max,3\n')
    const refused = await compare(file, tidy)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(
      `agg.csv, line 5: "parse_mean" in column name is a summary of other rows, not a sample; leave it out with --where 'name!=parse_mean', or choose rows with --where name=NAME`,
    )
    const other = write('other.csv', 'name,ms\nparse,2\nparse,3\n')
    const { stdout } = await compare(file, other, '--where', 'name=parse', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ baseline: { n: 3 }, candidate: { n: 2 } })
  })

  it('named after what they do are samples', () => {
    expect(read('name,ms\nsum,1\nmax,2\nmin,3\ntime_max,4\n').values).toEqual([1, 2, 3, 4])
  })

  it.each([
    [['--where', 'tst=parse'], /has no column "tst"; did you mean test\?/],
    [['--where', 'test=prase'], /no row of tidy\.csv is left; column test holds "parse", "sort"/],
    [['--where', 'parse'], /--where parse: give a column and a value/],
    [['--by', 'ms'], /--by ms: the column holds 6 values, and two are compared/],
  ])('%j: exit 2', async (words, message) => {
    const { code, stderr } = await compare(`${tidy}:ms`, ...words)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it.each(['1\n2\n', '1,2\n3,4\n', '[1,2]', { results: [{ command: 'c', times: [1, 2] }] }])(
    'are not those of %j',
    async (content) => {
      const file = write('plain', content)
      const { code, stderr } = await compare(file, file, '--where', 'a=b')
      expect(code).toBe(2)
      expect(stderr).toContain('--where and --by choose rows of a table with titles')
    },
  )
})
