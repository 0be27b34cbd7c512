import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSources, selectSeries, selectTwo } from '../../../harness/compare/source.js'
import { InputError } from '../../../harness/errors.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const root = temporaryDirectory()
const stdin = () => Buffer.from('7\n8\n')
const sourceOf = (word: string) => readSources([word], root, stdin)[0]!

function valuesOf(word: string) {
  const { values, unit } = selectSeries(sourceOf(word), 'cpu')
  return unit === undefined ? [...values] : { unit, values: [...values] }
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(root, name), content)
  return name
}

describe('numbers are read from', () => {
  it.each([
    ['lines', 'lines.txt', '1\n2.5\n-3e-2\n'],
    [
      'lines of Windows with a byte order mark, comments and blanks',
      'crlf.txt',
      '\ufeff# ms\r\n1\r\n\r\n 2.5 \r\n-3e-2',
    ],
    ['lines below a title', 'titled.txt', 'time\n1\n2.5\n-3e-2\n'],
    ['the only numeric column of a CSV file', 'one.csv', 'name,time\nx,1\ny,2.5\nz,-3e-2\n'],
    ['a quoted CSV file', 'quoted.csv', '"na,me","time"\n"a,b","1"\n"c","2.5"\n"d","-3e-2"\n'],
    [
      'a CSV file with lines and quotes in its cells',
      'lines.csv',
      'name,time\n"a\n""b""",1\n"c,",2.5\nd,-3e-2\n',
    ],
    [
      'a CSV file whose titles alone are quoted',
      'titles.csv',
      '"name" , "time"\nx, 1 \n# y,7\n\ny,2.5\nz,"-3e-2"\n',
    ],
    ['semicolons', 'semicolon.csv', 'name;time\nx;1\ny;2.5\nz;-3e-2\n'],
    ['a JSON array', 'array.json', '[1, 2.5, -3e-2]'],
    ['the only array of a JSON object', 'object.json', '{"time": [1, 2.5, -0.03]}'],
  ])('%s', (_, name, text) => {
    expect(valuesOf(write(name, text))).toEqual([1, 2.5, -0.03])
  })

  it('UTF-16 as PowerShell writes it', () => {
    expect(
      valuesOf(
        write(
          'wide.txt',
          Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('1\r\n2\r\n', 'utf16le')]),
        ),
      ),
    ).toEqual([1, 2])
  })

  it('standard input', () => {
    expect(valuesOf('-')).toEqual([7, 8])
  })

  it('columns by name, by number, and without a head line', () => {
    write('two.csv', 'old,new\n1,10\n2,20\n')
    write('bare.csv', '1,10\n2,20\n')
    expect([valuesOf('two.csv:new'), valuesOf('two.csv:1'), valuesOf('bare.csv:2')]).toEqual([
      [10, 20],
      [1, 2],
      [10, 20],
    ])
    expect(selectTwo(sourceOf('two.csv'))?.map(({ values, label }) => [label, ...values])).toEqual([
      ['two.csv:old', 1, 2],
      ['two.csv:new', 10, 20],
    ])
  })

  it('two columns of one file, read once', () => {
    write('pair.csv', 'old,new\n1,10\n2,20\n')
    const [old, now] = readSources(['pair.csv:old', 'pair.csv:new'], root, stdin)
    expect(now!.content).toBe(old!.content)
    expect([old!, now!].map((source) => [...selectSeries(source, 'cpu').values])).toEqual([
      [1, 2],
      [10, 20],
    ])
  })

  it('tabs, with an empty first cell', () => {
    expect(valuesOf(`${write('tabs.tsv', 'name\ttime\n\t1\nx\t2\n')}:time`)).toEqual([1, 2])
  })

  it('a file whose name contains colons', () => {
    write('12:30:00.txt', '5\n6\n')
    write('12:30', '1\n')
    expect([valuesOf('12:30:00.txt'), valuesOf('12:30')]).toEqual([[5, 6], [1]])
  })

  it('hyperfine, by command or number, in seconds', () => {
    write(
      'h.json',
      JSON.stringify({
        results: [
          { command: 'sort a:b', times: [0.5, 0.25] },
          { command: 'x', times: [1] },
        ],
      }),
    )
    expect(valuesOf('h.json:sort a:b')).toEqual({ unit: 's', values: [0.5, 0.25] })
    expect(valuesOf('h.json:2')).toEqual({ unit: 's', values: [1] })
  })

  it('vitest bench and tinybench, in ms', () => {
    const folder = join(process.cwd(), 'test', 'golden', 'compare')
    for (const name of ['vitest-bench.json', 'tinybench.json']) {
      const series = selectSeries(sourceOf(join(folder, `${name}:old`)), 'cpu')
      expect(series).toMatchObject({ unit: 'ms', unpairable: expect.stringContaining('sorted') })
      expect(series.values).toHaveLength(20)
    }
  })

  it('NaN and infinity', () => {
    expect(valuesOf(write('odd.txt', '1\nNaN\ninf\n-Infinity\n1e999\n'))).toEqual([
      1,
      Number.NaN,
      Infinity,
      -Infinity,
      Infinity,
    ])
    expect(valuesOf(write('odd.json', '[1, NaN, -Infinity, null]'))).toEqual([
      1,
      Number.NaN,
      -Infinity,
      Number.NaN,
    ])
  })

  it('files without values', () => {
    expect([
      valuesOf(write('empty.txt', '')),
      valuesOf(write('empty.json', '[]')),
      valuesOf(write('hash.txt', '# none\n')),
    ]).toEqual([[], [], []])
  })
})

describe('what cannot be read', () => {
  mkdirSync(join(root, 'folder'), { recursive: true })
  it.each([
    ['no-such.txt', undefined, /^no such file: no-such\.txt; give a path/],
    ['folder', undefined, /^folder is a directory without runs\.jsonl; give a file$/],
    [
      'bad.txt',
      '1\n2\n3 ms\n',
      /^bad\.txt, line 3: "3 ms" is not a number; give one number per line/,
    ],
    ['hex.txt', '1\n0x10\n', /^hex\.txt, line 2: "0x10" is not a number/],
    [
      'several.txt',
      '1 2 3\n',
      /^several\.txt, line 1: "1 2 3" holds several numbers; put one per line/,
    ],
    ['words.txt', 'hello\nworld\n', /^words\.txt, line 1: "hello" is not a number/],
    [
      'cell.csv:time',
      'time,x\n1,2\nslow,3\n',
      /^cell\.csv, line 3, column time: "slow" is not a number; choose another column/,
    ],
    [
      'ragged.csv',
      'a,b\n1,2\n1,2,3\n',
      /^ragged\.csv, line 3: 3 cells where the first line has 2; quote cells/,
    ],
    ['twice.csv', 'a,a\n1,2\n', /^twice\.csv, line 1: two columns have the name "a"; rename one$/],
    [
      'many.csv',
      'a,b\n1,2\n',
      /^many\.csv holds several series: a, b; choose one, e\.g\. many\.csv:a$/,
    ],
    [
      'near.csv:tme',
      'time,b\n1,2\n',
      /^near\.csv has no tme; did you mean near\.csv:time\? it holds: time, b$/,
    ],
    ['open.csv', 'a,b\n"1,2\n', /^open\.csv is not valid CSV: .*; close its quotes$/],
    ['broken.json', '[1, 2', /^broken\.json is not valid JSON: .*; write it again$/],
    [
      'mixed.json',
      '[1, "a"]',
      /^mixed\.json holds an array whose element 2 is .*; give an array of numbers/,
    ],
    [
      'other.json',
      '{"a": 1}',
      /^other\.json holds an object with the keys "a"; give an array of numbers/,
    ],
    [
      'nosamples.json',
      '{"files":[{"groups":[{"fullName":"g","benchmarks":[{"name":"x","samples":[]}]}]}]}',
      /vitest .* out of --outputJson: let a reporter write them, see docs\/compare\.md$/,
    ],
    [
      'kept.json',
      '[{"name":"x","latency":{"mean":1}}]',
      /make the Bench with retainSamples: true$/,
    ],
    [
      'notimes.json',
      '{"results":[{"command":"x","mean":1}]}',
      /no times for "x"; export with hyperfine --export-json$/,
    ],
    [
      'tiny.txt',
      '# ms\n1\n1e-320\n',
      /^tiny\.txt, line 3: 1e-320 is outside the range 1e-30 to 1e\+30; convert all values to another unit, or correct this one$/,
    ],
    [
      'huge.csv:time',
      'name,time\na,1\nb,1e300\n',
      /^huge\.csv, line 3, column time: 1e\+300 is outside the range/,
    ],
    ['huge.json', '[1, 1e300]', /^huge\.json, element 2: 1e\+300 is outside the range/],
    [
      'tiny.json',
      '{"results":[{"command":"x","times":[1, 1e-40]}]}',
      /^tiny\.json, "x", element 2: 1e-40 is outside the range/,
    ],
    [
      'sums.json',
      '[{"name":"x","latency":{"mean":1e40,"sd":1,"samplesCount":9}}]',
      /^sums\.json, "x", mean: 1e\+40 is outside the range/,
    ],
    ['binary', 'a\0b', /^binary is not a text file/],
    [
      'runs.jsonl',
      '{"workload":"w","arm":"baseline"}\n',
      /^runs\.jsonl, line 1 is not a run \(.*\); restore the file$/,
    ],
  ])('%s', (word, text, message) => {
    if (text !== undefined) write(word.replace(/:tme$|:time$/, ''), text)
    const attempt = () => valuesOf(word)
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(message)
  })
})
