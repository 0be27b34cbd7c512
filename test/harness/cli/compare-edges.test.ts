import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const root = temporaryDirectory()
const compare = (words: string) => assay(`compare ${words}`, { cwd: root })
const json = async (words: string) => JSON.parse((await compare(`${words} --json`)).stdout)
const times = [100, 103, 98, 101, 105, 99, 102, 104, 97, 106, 100, 101]
const lines = (values: readonly unknown[]) => `${values.join('\n')}\n`

function write(name: string, content: string | object): string {
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

async function refusal(words: string): Promise<string> {
  const { code, stdout, stderr } = await compare(words)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd()).not.toContain('\n')
  return stderr
}

write('times.txt', lines(times))
write('slow.txt', lines(times.map((value) => 5 * value)))

describe('a command that failed', () => {
  const result = (command: string, factor: number, codes: readonly (number | null)[]) => ({
    command,
    times: times.map((value) => value * factor),
    exit_codes: codes,
  })
  const sound = times.map(() => 0)

  it.each([
    ['in every run', times.map(() => 1), /"new" failed in 12 of 12 runs \(exit codes 1\)/],
    ['in one run', [...sound.slice(1), 127], /"new" failed in 1 of 12 runs \(exit codes 127\)/],
    ['by a signal', [...sound.slice(1), null], /exit codes a signal/],
  ])('%s is not comparable, with and without a limit', async (_, codes, reason) => {
    write('failed.json', { results: [result('old', 1, sound), result('new', 0.1, codes)] })
    const { code, stdout } = await compare('failed.json')
    expect(code).toBe(5)
    expect(stdout).toMatch(/^failed\.json:old and failed\.json:new cannot be compared: /m)
    expect(stdout).not.toContain('faster')
    for (const words of ['failed.json', 'failed.json:2 failed.json:1']) {
      const limited = await compare(`${words} --fail-on-regression 10% --json`)
      expect(limited.code).toBe(5)
      const { regression, improvement } = JSON.parse(limited.stdout)
      expect(improvement).toBeUndefined()
      expect(regression).toMatchObject({
        outcome: 'not-comparable',
        problem: expect.stringMatching(reason),
      })
    }
  })

  it('does not hide others that succeeded', async () => {
    write('mixed.json', {
      results: [result('a', 1, sound), result('b', 1, [1]), result('c', 1.01, sound)],
    })
    expect((await compare('mixed.json:a mixed.json:c --fail-on-regression 10%')).code).toBe(0)
  })

  it('has its parameters in its name where others have the same command', async () => {
    const scan = (n: string, factor: number) => ({
      ...result('make', factor, sound),
      parameters: { n },
    })
    write('scan.json', { results: [scan('1', 1), scan('2', 0.9)] })
    expect((await json('scan.json')).sources).toEqual({
      baseline: 'scan.json:make (n=1)',
      candidate: 'scan.json:make (n=2)',
    })
    write('scan3.json', { results: [scan('1', 1), scan('2', 0.9), scan('3', 1)] })
    expect(await refusal('scan3.json')).toMatch(/choose one, e\.g\. 'scan3\.json:make \(n=1\)'$/m)
    write('equal.json', { results: [result('make', 1, sound), result('make', 0.9, sound)] })
    expect((await json('equal.json')).sources).toEqual({
      baseline: 'equal.json:1',
      candidate: 'equal.json:2',
    })
  })
})

describe('values that no statistic compares', () => {
  it.each([
    ['NaN among them', lines([...times, 'NaN']), /value 13 of the baseline is NaN/],
    ['infinity', lines([...times, '-inf']), /is -Infinity/],
    ['one value', '5\n', /has only one value/],
    ['none', '', /the baseline has no values/],
    ['NaN in JSON', '[1, 2, NaN, 4, 5]', /value 3 of the baseline is NaN/],
  ])('%s: exit 5, with and without a limit', async (_, content, reason) => {
    write('nothing.txt', content)
    for (const words of ['', ' --fail-on-regression 10%']) {
      const { code, stdout } = await compare(`nothing.txt times.txt${words}`)
      expect(code).toBe(5)
      expect(stdout.replace(/\s+/g, ' ')).toMatch(reason)
    }
  })

  it('differences of means are something: values of which some are 0', async () => {
    write('zeros.txt', lines(times.map(() => 0)))
    expect((await compare('zeros.txt times.txt')).code).toBe(0)
  })
})

describe('names that objects have', () => {
  it.each(['__proto__,constructor', 'toString,valueOf', 'old constructor,new constructor'])(
    '%s are titles like others',
    async (titles) => {
      write('names.csv', lines([titles, ...times.map((value) => `${value}.5,${2 * value}.5`)]))
      const { baseline, candidate } = await json('names.csv')
      expect([baseline.n, candidate.n]).toEqual([12, 12])
    },
  )
})

describe('rows without a value', () => {
  it('are counted in a warning if they stand between others', async () => {
    write('gaps.csv', lines(['a,b', '100.5,100.5', '101.5,', ...times.map((v) => `${v}.5,${v}.7`)]))
    const { warnings } = await json('gaps.csv')
    expect(warnings).toContainEqual({
      code: 'missing-values',
      hint: expect.stringMatching(
        /^gaps\.csv:b has 1 row without a value; the others are compared/,
      ),
    })
    write('short.csv', lines(['a,b', ...times.map((v) => `${v}.5,${v}.7`), '100.5,', '100.6,']))
    expect(JSON.stringify(await json('short.csv'))).not.toContain('missing-values')
  })
})

describe('names that suggest a direction without stating it', () => {
  it.each(['ops', 'score', 'speed', 'success rate', 'accuracy'])('%s: a warning', async (name) => {
    write('maybe.csv', lines([`${name} 1,${name} 2`, ...times.map((v) => `${v}.5,${v}.7`)]))
    const codes = async (words: string) =>
      (await json(words)).warnings.map(({ code }: { code: string }) => code)
    expect(await codes('maybe.csv')).toContain('direction-unknown')
    expect(await codes('maybe.csv --higher-is-better')).not.toContain('direction-unknown')
  })
})

describe('a limit of 1 or more', () => {
  it.each([
    ['10', /give 10% or 0\.1: a number without % is a fraction, and 10 would be 1000 %/],
    ['1', /give 1% or 0\.01: /],
    ['1.0', /give 1% or 0\.01: /],
    ['2.5', /give 2\.5% or 0\.025: /],
  ])('%s is refused without a percent sign', async (limit, message) => {
    expect(await refusal(`times.txt slow.txt --fail-on-regression ${limit}`)).toMatch(message)
    const { code, stderr } = await assay(`gate --threshold ${limit}`, { cwd: root })
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('is read with one, and a smaller one also without', async () => {
    for (const limit of ['10%', '0.1', '.99', '300%'])
      expect((await compare(`times.txt slow.txt --fail-on-regression ${limit}`)).code).toBe(1)
  })

  it('of an injection is refused too', async () => {
    const { code, stderr } = await assay('evaluate faster --inject -5', { cwd: root })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^assay: --inject -5: give -5% or -0\.05: /)
  })
})

describe('the first row', () => {
  it.each([
    ['labels and values', times.map((value, run) => `run${run},${value}`)],
    ['dates and values', times.map((value, run) => `2026-01-05T10:${run + 10}:00Z,${value}.5`)],
    ['quoted labels', times.map((value, run) => `"a ${run}";${value}`)],
  ])('of %s is a value like the others', async (_, rows) => {
    write('rows.csv', lines(rows))
    const { baseline, candidate } = await json('rows.csv rows.csv')
    expect([baseline.n, candidate.n]).toEqual([12, 12])
  })

  it.each([
    '12.3 ms',
    'N/A',
    '0x10',
    '-',
    'null',
    '1.5e3us',
    '45 %',
    '1,234.5',
    '12,51',
    '\u001b[31m99\u001b[0m',
  ])('%s is not a title', async (text) => {
    write('odd.txt', lines([text.includes(',') ? `"${text}"` : text, ...times]))
    expect(await refusal('odd.txt times.txt')).toMatch(/^assay: odd\.txt, line 1/)
    write('odd.csv', lines([`x,"${text}"`, ...times.map((value) => `x,${value}`)]))
    expect(await refusal('odd.csv:2 times.txt')).toMatch(/^assay: odd\.csv, line 1, column 2: /)
  })

  it('that holds titles and a number is refused', async () => {
    write('half.csv', 'time,7\n1,2\n3,4\n')
    expect(await refusal('half.csv')).toMatch(
      /half\.csv, line 1: "time" is a title, but "7" looks like a value; give every column a title/,
    )
  })

  it('of titles is one', async () => {
    write('titles.csv', 'name,p50 time\nx,1\ny,2\n')
    expect((await json('titles.csv titles.csv')).baseline.n).toBe(2)
  })
})

describe('decimal commas', () => {
  const commas = times.map((_, run) => `12,${51 + run}`)

  it('are named, and not taken for two columns', async () => {
    write('commas.txt', lines(commas))
    for (const words of ['commas.txt', 'commas.txt times.txt'])
      expect(await refusal(words)).toMatch(
        /^assay: commas\.txt, line 1: "12,51" is one number with a decimal comma \(or grouped digits\), or two columns; /,
      )
    write('gaps.txt', lines(['13', ...commas]))
    expect(await refusal('gaps.txt')).toMatch(/13|12,51/)
    write('grouped.txt', lines(['1,234.5', '1,250.5']))
    expect(await refusal('grouped.txt')).toMatch(/"1,234\.5" is one number with a decimal comma/)
  })

  it('are two columns where both are named', async () => {
    expect((await json('commas.txt:1 commas.txt:2')).candidate.mean).toBeCloseTo(56.5, 9)
  })

  it.each([
    ['below a title', lines(['time', ...commas]), 2],
    ['between semicolons', lines(commas.map((cell) => `${cell};${cell}`)), 1],
    ['in quotes', lines(['time', ...commas.map((cell) => `"${cell}"`)]), 2],
  ])('%s are named', async (_, text, line) => {
    write('comma.csv', text)
    expect(await refusal('comma.csv times.txt')).toMatch(
      new RegExp(
        `^assay: comma\\.csv, line ${line}.*"12,51" is not a number: its decimal sign is a comma; write 12\\.51$`,
        'm',
      ),
    )
  })
})

describe('two columns of one file', () => {
  it.each([
    ['run,time_ms', (value: number, run: number) => `${run + 1},${value}`, /run numbers the rows/],
    ['a,b', (value: number, run: number) => `${run},${value}`, /a numbers the rows/],
    ['seed,time', (value: number, run: number) => `${7 * run},${value}`, /seed numbers the rows/],
    [
      'size,time_ms',
      (value: number) => `${2 * value},${value}`,
      /time_ms is in ms, and size states no unit/,
    ],
  ])('%s are unlike', async (head, row, reason) => {
    write('unlike.csv', lines([head, ...times.map(row)]))
    expect(await refusal('unlike.csv')).toMatch(reason)
  })

  it('are compared where they are alike', async () => {
    write('alike.csv', lines(['old_ms,new_ms', ...times.map((value) => `${value},${value + 1}`)]))
    expect(await json('alike.csv')).toMatchObject({ unit: 'ms', baseline: { n: 12 } })
  })

  it('suggest the one that measures', async () => {
    write('um.csv', lines(['run,time_ms', ...times.map((value, run) => `${run},${value}`)]))
    expect(await refusal('um.csv times.txt')).toMatch(/choose one, e\.g\. um\.csv:time_ms$/m)
  })
})

describe('units in the names of columns', () => {
  const column = (name: string, title: string, factor: number) =>
    write(name, lines([title, ...times.map((value) => value * factor)]))

  it('are converted', async () => {
    column('ms.csv', 'time_ms', 0.12)
    column('s.csv', 'time_s', 0.00015)
    const { unit, candidate, regression, warnings } = await json(
      'ms.csv s.csv --fail-on-regression 10%',
    )
    expect({ unit, mean: candidate.mean }).toEqual({
      unit: 'ms',
      mean: expect.closeTo(0.15 * (1216 / 12), 9),
    })
    expect(regression).toMatchObject({ outcome: 'failed' })
    expect(warnings).toContainEqual({
      code: 'units-converted',
      hint: 'ms.csv is in ms and s.csv in s; both are compared in ms',
    })
  })

  it('are refused where they measure unlike things', async () => {
    column('mb.csv', 'heap_mb', 1)
    column('kb.csv', 'heap_kb', 1000)
    column('ops.csv', 'ops/s', 1)
    for (const words of ['ms.csv mb.csv', 'mb.csv kb.csv', 'ops.csv mb.csv --higher-is-better'])
      expect(await refusal(words)).toMatch(/cannot be compared; choose columns of one unit/)
  })

  it('need --higher-is-better where more is better, and refuse it where less is', async () => {
    expect(await refusal('ops.csv ops.csv')).toMatch(
      /^assay: ops\.csv is a rate \(ops\/s\), and more of it is better; give --higher-is-better$/m,
    )
    expect(await refusal('ms.csv s.csv --higher-is-better')).toMatch(/less time is better/)
  })
})

describe('--higher-is-better', () => {
  const rates = times.map((value) => 1000 / value)
  write('rate.txt', lines(rates))
  write('low.txt', lines(rates.map((value, run) => 0.7 * value + 0.001 * run)))

  it('judges the time per operation', async () => {
    const down = await compare('rate.txt low.txt --higher-is-better --fail-on-regression 10%')
    expect(down.code).toBe(1)
    expect(down.stdout).toMatch(/^low\.txt is 42\.\d % slower than rate\.txt .* 29\.\d % lower/m)
    const up = await compare('low.txt rate.txt --higher-is-better --fail-on-regression 10%')
    expect(up.code).toBe(0)
    expect(up.stdout).toMatch(/^rate\.txt is \d+\.\d % faster than low\.txt .* % higher/m)
  })

  it('gives the statistics of the inverse values where these are ratios', async () => {
    write('inverse.txt', lines(rates.map((value) => 1 / value)))
    write('inverse-low.txt', lines(rates.map((value, run) => 1 / (0.7 * value + 0.001 * run))))
    for (const paired of ['', ' --paired']) {
      const rate = await json(`rate.txt low.txt --higher-is-better${paired}`)
      const time = await json(`inverse.txt inverse-low.txt${paired}`)
      expect(rate.improvement.estimate).toBeCloseTo(time.improvement.estimate, 10)
      expect(rate.improvement.ci95[0]).toBeCloseTo(time.improvement.ci95[0], 10)
      expect(rate.speedup).toBeCloseTo(time.speedup, 10)
      expect(rate.mannWhitney.p).toBeCloseTo(time.mannWhitney.p, 10)
      expect(Math.sign(rate.welch.t)).toBe(Math.sign(time.welch.t))
      expect(rate.baseline.mean).toBeGreaterThan(rate.candidate.mean)
      expect(rate.higherIsBetter).toBe(true)
    }
  })
})

describe('names and samples without a unit', () => {
  write('own.json', [{ name: 'a', samples: times.map((value) => 1000 * value) }])

  it('need --unit', async () => {
    expect(await refusal('own.json own.json')).toMatch(
      /^assay: own\.json: the file does not state the unit of its samples; give --unit ns, us, ms, s$/m,
    )
    const { stdout } = await compare('own.json own.json --unit ns')
    expect(stdout).toMatch(/mean 101\.3\d* ± 2\.\d+ µs/)
  })

  it('but a stated unit cannot be changed', async () => {
    write('bench.json', [{ name: 'a', latency: { samples: times } }])
    expect(await refusal('bench.json bench.json --unit ns')).toMatch(
      /^assay: --unit ns: the files state their units, ms and ms; leave it out$/m,
    )
  })
})

describe('a tinybench file with a task that failed', () => {
  const task = (factor: number) => ({
    state: 'completed',
    latency: { samples: times.map((value) => value * factor) },
  })
  write('errored.json', [task(1), task(1.01), { state: 'errored', error: {} }])

  it('gives the others, and names it', async () => {
    const { stdout, code } = await compare('errored.json --fail-on-regression 10%')
    expect(code).toBe(0)
    expect(stdout).toMatch(/left-out: errored\.json: task 3 failed with an error; it was left out/)
    expect((await json('errored.json:1 errored.json:2')).baseline.n).toBe(12)
  })

  it('refuses it, and does not choose another in its place', async () => {
    expect(await refusal('errored.json:3 errored.json:1')).toMatch(
      /task 3 failed with an error; correct it and measure again/,
    )
    write('half.json', [{ name: 'a', error: { message: 'boom' }, state: 'errored' }, task(1)])
    expect(await refusal('half.json errored.json:1')).toMatch(/"a" failed with "boom"/)
  })
})

describe('values that are not times', () => {
  it('lie above where they are higher', async () => {
    write('zero.txt', lines([0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0]))
    write('more.txt', lines([0, 0, 1, 0, 2, 0, 0, 5, 1, 0, 3]))
    const up = await compare('zero.txt more.txt')
    expect(up.stdout).toMatch(/^more\.txt lies 0\.7\d* above zero\.txt {2}\[−0\.\d+, 1?\d?\.\d+\]/m)
    expect((await compare('more.txt zero.txt')).stdout).toMatch(/^zero\.txt lies 0\.7\d* below/m)
  })

  it('may be NaN in a JSON object, which is named in the reason', async () => {
    write('nan.json', '{"old": [1, NaN, 3], "new": [1, -Infinity, 2], "why": [1]}')
    const { absent } = await json('nan.json:old nan.json:new')
    expect(absent.improvement).toMatch(/NaN/)
  })
})

describe('what is not read', () => {
  it('is named', async () => {
    write('cannon.json', { requests: { mean: 1 }, latency: { average: 1, mean: 1, stddev: 1 } })
    write('cannons.json', [{ requests: { mean: 1 }, latency: { average: 1, mean: 1, stddev: 1 } }])
    for (const name of ['cannon.json', 'cannons.json'])
      expect(await refusal(`${name} times.txt`)).toMatch(/summary of autocannon without samples/)
  })

  it('as an option is a column of standard input', async () => {
    expect(await refusal('times.txt -:1')).toMatch(
      /^assay: -:1 begins like an option; put the options first, then --, then the files: /,
    )
  })
})
