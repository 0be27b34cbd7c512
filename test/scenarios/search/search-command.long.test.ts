import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { METHODS, OBJECTIVES } from '../../../engine/index.js'
import type { SearchResults } from '../../../scenarios/search/search-results.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { assay } from '../assay.js'

const PRICES = resolve('scenarios', 'market', 'data', 'example.csv')
const MAIN = resolve('dist', 'scenarios', 'main.js')
const ENGINE = pathToFileURL(resolve('dist', 'engine', 'index.js')).href

/** Buys after `days` closes that rose by `rise` in all, sells otherwise; 8 × 3 points. */
const STRATEGY = `strategy: ({ days, rise }) => ({
    handleData(context, data) {
      if (context.session < days) return
      const closes = data.history('example', 'price', days + 1, '1d', { returnType: 'array' })
      context.orderTarget('example', closes[days] / closes[0] > 1 + rise ? 100 : 0)
    },
  })`
const SPACE = 'parameterSpace({ days: discrete(1, 8), rise: categorical(0, 0.01, 0.02) })'

/** A module that imports the engine as a worker thread can, too. */
function moduleOf(fields = '', name = 'mine.search.mjs', strategy = STRATEGY): string {
  const file = join(temporaryDirectory(), name)
  writeFileSync(
    file,
    `import { categorical, discrete, parameterSpace } from ${JSON.stringify(ENGINE)}
export default {
  prices: ${JSON.stringify(PRICES)},
  space: ${SPACE},
  ${strategy},
  ${fields}
}`,
  )
  return file
}

async function search(file: string, ...words: string[]) {
  const out = words.includes('--out') ? [] : ['--out', join(temporaryDirectory(), 'found')]
  const { code, stdout, stderr } = await assay(['search', file, ...words, ...out])
  return { code, stdout, stderr, out: out[1] ?? words[words.indexOf('--out') + 1]! }
}

function resultsIn(directory: string): SearchResults {
  return JSON.parse(readFileSync(join(directory, 'search.json'), 'utf8')) as SearchResults
}

/** All that two runs of a search share. */
function sharedIn(directory: string) {
  const { workers: _, started: __, ended: ___, ...shared } = resultsIn(directory)
  return JSON.stringify(shared)
}

describe('assay search', () => {
  it('finds the best of all points, and writes every trial', async () => {
    const { code, stdout, out } = await search(moduleOf("method: 'grid'"), '--workers', '1')
    expect(code).toBe(0)
    const found = resultsIn(out)
    expect(found).toMatchObject({
      format: 'assay-search',
      method: 'grid',
      objective: { name: 'total-return', best: 'highest' },
      data: { assets: ['example'], start: '2017-04-18', end: '2020-04-17', sessions: 756 },
      spent: 24,
      stopped: false,
    })
    expect(found.trials).toHaveLength(24)
    expect(found.best.score).toBe(Math.max(...found.trials.map(({ score }) => score!)))
    expect(found.best.equity).toHaveLength(756)
    expect(found.best.equity.at(-1)!.value).toBe(found.best.metrics.finalEquity)
    expect(found.deflatedSharpe!.kind).toBe('given')
    expect(stdout).toContain(
      `best of 24 trials   days=${found.trials[found.best.index]!.parameters['days']}, `,
    )
    const { buffer } = new Uint8Array(readFileSync(join(out, 'trials.parquet')))
    const rows = await parquetReadObjects({ file: buffer })
    expect(rows).toEqual(
      found.trials.map(({ index, parameters, score, metrics }) => ({
        index,
        ...parameters,
        score,
        ...metrics,
        fidelity: 1,
        violation: 0,
        bankrupt: null,
      })),
    )
  })

  it('has the same trials in this thread and in two others', async () => {
    const file = moduleOf("method: 'tpe', trials: 14, batch: 5, objective: 'sharpe'")
    const one = await search(file, '--workers', '1')
    const two = await search(file, '--workers', '2')
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0])
    expect(resultsIn(two.out).workers).toBe(2)
    expect(sharedIn(two.out)).toBe(sharedIn(one.out))
  })

  it('notes where shares of the sessions are not shown to foretell scores', async () => {
    const file = moduleOf("method: 'hyperband', trials: 6, fidelity: { least: 1 / 3 }")
    const { code, stderr, out } = await search(file, '--workers', '1')
    expect(code, stderr).toBe(0)
    const { fidelityCorrelation, fidelityNote } = resultsIn(out)
    expect(fidelityCorrelation).toMatchObject([{ fidelity: 1 / 3, points: 2 }])
    expect(fidelityNote).toMatch(/^hyperband is not shown to pay here: /)
    expect(stderr).toContain(`note: ${fidelityNote}\n`)
    const page = readFileSync(join(out, 'search.html'), 'utf8')
    expect(page).toContain('Hyperband is not shown to pay here: ')
  })

  it('lets options replace what the module has', async () => {
    const file = moduleOf("method: 'grid', objective: 'sharpe', seed: 7, trials: 20")
    const words = ['--method', 'random', '--trials', '9', '--seed', '3', '--objective', 'calmar']
    const { out } = await search(file, ...words, '--batch', '4', '--workers', '1')
    const found = resultsIn(out)
    expect(found).toMatchObject({ method: 'random', seed: 3, batch: 4, budget: 9 })
    expect(found.objective).toEqual({ name: 'calmar', best: 'highest' })
    expect(found.trials).toHaveLength(9)
  })

  it('prefers trials within the constraints, and notes where there are none', async () => {
    const file = moduleOf("method: 'grid'")
    const free = resultsIn((await search(file, '--workers', '1')).out)
    const fewest = Math.max(...free.trials.map(({ metrics }) => metrics.closedTrades))
    const most = await search(file, '--workers', '1', '--min-trades', String(fewest))
    expect(resultsIn(most.out).best.metrics.closedTrades).toBe(fewest)
    const none = await search(file, '--workers', '1', '--max-drawdown', '0.001%')
    expect(none.stderr).toContain('note: no trial satisfies the constraints (maxDrawdown 0.00001)')
    expect(resultsIn(none.out).best.violation).toBeGreaterThan(0)
  })

  it('tests each winner on the sessions after its window', async () => {
    const file = moduleOf("method: 'random', trials: 6")
    const { out, stdout } = await search(file, '--workers', '1', '--walk-forward', '300:150')
    const { walkForward } = resultsIn(out)
    const { windows, equity } = walkForward!
    expect(windows).toHaveLength(3)
    expect(equity).toHaveLength(450)
    for (const [w, { train, test }] of windows.entries()) {
      expect(train.end < test.start).toBe(true)
      expect(equity[150 * w]!.session).toBe(test.start)
      expect(equity[150 * w + 149]!.session).toBe(test.end)
    }
    expect(stdout).toContain('walk-forward   3 windows')
  })

  it('reads price files and bundles in place of those of the module', async () => {
    const csv = join(temporaryDirectory(), 'example.csv')
    const [head, ...rows] = readFileSync(PRICES, 'utf8').trim().split('\n')
    writeFileSync(csv, [head, ...rows.slice(0, 200)].join('\n'))
    const file = moduleOf("method: 'random', trials: 3")
    const short = await search(file, '--csv', csv, '--workers', '1')
    expect(resultsIn(short.out).data.sessions).toBe(200)
    const bundle = join(temporaryDirectory(), 'short')
    await assay(['bundle', 'ingest', bundle, '--csv', csv])
    const same = await search(file, '--bundle', bundle, '--workers', '2')
    expect(resultsIn(same.out).trials).toEqual(resultsIn(short.out).trials)
  })

  it('prints one JSON document with --json', async () => {
    const { stdout, out } = await search(moduleOf("method: 'random', trials: 3"), '--json')
    expect(JSON.parse(stdout)).toEqual(resultsIn(out))
  })

  it('names every method and objective in its help', async () => {
    const { stdout } = await assay(['search', '--help'])
    for (const name of [...METHODS, ...OBJECTIVES]) expect(stdout).toContain(name)
  })
})

describe('assay search --resume', () => {
  const file = moduleOf("method: 'tpe', trials: 12, batch: 4, windows: { train: 300, test: 200 }")

  /** Keeps a journal as a killed search leaves it. @param text  of its end */
  async function interrupted(lines: number, text = ''): Promise<string> {
    const { out } = await search(file, '--workers', '1')
    const journal = join(out, 'journal.jsonl')
    const kept = readFileSync(journal, 'utf8').split('\n').slice(0, lines).join('\n')
    writeFileSync(journal, `${kept}\n${text}`)
    writeFileSync(join(out, 'search.json'), '{ "stopped": true }')
    return out
  }

  it('goes on after any batch, and after a line that was cut off', async () => {
    const whole = await search(file, '--workers', '1')
    const lines = readFileSync(join(whole.out, 'journal.jsonl'), 'utf8').split('\n').length - 1
    for (const kept of [1, 2, 4, lines])
      for (const rest of ['', '{"part":0,"trials":[{"ind']) {
        const out = await interrupted(kept, rest)
        const { code, stderr } = await search(file, '--workers', '1', '--out', out, '--resume')
        expect(code, stderr).toBe(0)
        expect(sharedIn(out)).toBe(sharedIn(whole.out))
        const journals = [out, whole.out].map((at) => readFileSync(join(at, 'journal.jsonl')))
        expect(journals[0]!.equals(journals[1]!)).toBe(true)
      }
  })

  it('runs no trial again that is kept', async () => {
    const count = join(temporaryDirectory(), 'trials')
    const counted = moduleOf(
      "method: 'random', trials: 10, batch: 5",
      'counted.search.mjs',
      STRATEGY.replace('=> ({', `=> (appendFileSync(${JSON.stringify(count)}, 'x'), {`),
    )
    const text = readFileSync(counted, 'utf8')
    writeFileSync(counted, `import { appendFileSync } from 'node:fs'\n${text}`)
    const { out } = await search(counted, '--workers', '1')
    expect(readFileSync(count, 'utf8')).toHaveLength(11)
    await search(counted, '--workers', '1', '--out', out, '--resume')
    // Only the best, in full.
    expect(readFileSync(count, 'utf8')).toHaveLength(12)
    await search(counted, '--workers', '1', '--out', out, '--resume', '--trials', '15')
    expect(readFileSync(count, 'utf8')).toHaveLength(18)
  })

  it('refuses another search, and names what differs', async () => {
    const out = await interrupted(2)
    const refused = async (...words: string[]) =>
      search(file, '--workers', '1', '--out', out, '--resume', ...words)
    const { code, stderr } = await refused('--seed', '2', '--objective', 'sharpe')
    expect(code).toBe(2)
    expect(stderr).toContain('holds another search, which cannot be resumed: seed 2, and was 1; ')
    expect(stderr).toContain('objective sharpe, the highest is the best, and was total-return')
    expect((await refused('--min-trades', '3')).stderr).toContain('constraints {"minTrades":3}')
    appendFileSync(file, '\n// another strategy\n')
    expect((await refused()).stderr).toContain('source of the module sha256:')
    truncateSync(file, readFileSync(file).length - '\n// another strategy\n'.length)
    expect((await refused()).code).toBe(0)
  })

  it('refuses a journal that is damaged before its end', async () => {
    const out = await interrupted(3, '{"part":0}\n{"part":0,"trials":[]}\n')
    const { code, stderr } = await search(file, '--workers', '1', '--out', out, '--resume')
    expect(code).toBe(2)
    expect(stderr).toMatch(/line 4 of .*journal\.jsonl is damaged; delete it and all after it/)
  })

  it('starts where there is nothing to resume', async () => {
    const { code, stderr } = await search(file, '--workers', '1', '--resume')
    expect(code).toBe(0)
    expect(stderr).toContain('note: there is nothing to resume in ')
  })

  it('keeps an interrupted search without --resume, unless it is to be replaced', async () => {
    const out = await interrupted(2)
    const again = await search(file, '--workers', '1', '--out', out)
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('holds an interrupted search with 4 trials; go on with --resume')
    expect((await search(file, '--workers', '1', '--out', out, '--replace')).code).toBe(0)
    expect((await search(file, '--workers', '1', '--out', out, '--seed', '5')).code).toBe(0)
    expect(resultsIn(out).seed).toBe(5)
  })
})

describe('assay search, interrupted', () => {
  const slow = moduleOf(
    "method: 'tpe', trials: 40, batch: 4",
    'slow.search.mjs',
    STRATEGY.replace(
      'handleData(context, data) {',
      `initialize() { for (const end = Date.now() + 20; Date.now() < end; ); },
    handleData(context, data) {`,
    ),
  )
  const start = (...words: string[]): ChildProcess & { text: string } => {
    const child = spawn(process.execPath, [MAIN, 'search', slow, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const started = Object.assign(child, { text: '' })
    child.stderr!.on('data', (data) => {
      started.text += data
    })
    return started
  }

  const whole = join(temporaryDirectory(), 'whole')

  it('runs to its end', async () => {
    expect((await once(start('--workers', '1', '--out', whole), 'exit'))[0]).toBe(0)
  })

  it.sequential.each(['1', '2'])('by Ctrl-C, keeps what is done: %s workers', async (workers) => {
    const out = join(temporaryDirectory(), 'in two')
    const child = start('--workers', workers, '--out', out)
    const ended = once(child, 'exit')
    const journal = join(out, 'journal.jsonl')
    while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 4)
      await setTimeout(5)
    child.kill('SIGINT')
    expect((await ended)[0], child.text).toBe(130)
    expect(child.text).toMatch(
      /interrupted by SIGINT; \d+ trials kept; go on with: npm run assay -- search/,
    )
    expect(child.text).toContain(`--out '${out}' --resume`)
    expect(resultsIn(out).stopped).toBe(true)
    const resumed = await once(start('--workers', workers, '--out', out, '--resume'), 'exit')
    expect(resumed[0]).toBe(0)
    expect(sharedIn(out)).toBe(sharedIn(whole))
  })
})

describe('assay search refuses, exit 2,', () => {
  const fine = moduleOf("method: 'random', trials: 3")

  it.each([
    ['a module that is not there', ['no-such.search.ts'], /no-such\.search\.ts cannot be found/],
    ['a method that does not exist', [fine, '--method', 'tpee'], /unknown --method tpee.*\btpe\b/],
    ['an objective that does not exist', [fine, '--objective', 'sharp'], /unknown --objective/],
    ['no trials', [fine, '--trials', '0'], /--trials 0: give a whole number of at least 1/],
    [
      'windows of one length',
      [fine, '--walk-forward', '300'],
      /give sessions to train and to test/,
    ],
    [
      'windows that do not fit',
      [fine, '--walk-forward', '700:300'],
      /need 1000, and the range has/,
    ],
    ['a bundle and price files', [fine, '--bundle', 'b', '--csv', 'c'], /cannot be used with/],
    ['price files that are not there', [fine, '--csv', 'no-such.csv'], /no-such\.csv/],
    ['a bundle that is not there', [fine, '--bundle', 'no-such'], /no-such/],
    ['a drawdown of 20', [fine, '--max-drawdown', '20'], /20% or 0\.2/],
  ])('%s', async (_what, words, named) => {
    const { code, stdout, stderr } = await search(words[0]!, ...words.slice(1))
    expect([code, stdout], stderr).toEqual([2, ''])
    expect(stderr.trim().split('\n').at(-1)).toMatch(named)
  })

  it.each([
    ['no space', 'space: undefined', /has no space; add space: parameterSpace/],
    ['an unknown method', "method: 'tpee'", /method 'tpee'; give one of grid/],
    ['a broken field', 'prices: 7', /has a number as its prices/],
    ['an unknown field', 'trails: 7', /unknown field 'trails'/],
    ['windows without a length', 'windows: { train: 100 }', /test segment of undefined/],
  ])('a module with %s', async (_what, field, named) => {
    const { code, stderr } = await search(moduleOf(field))
    expect(code).toBe(2)
    expect(stderr).toMatch(named)
  })

  it('a module without data', async () => {
    const { code, stderr } = await search(moduleOf('prices: undefined'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/has no data; add prices: '\.\/prices\.csv' or bundle/)
  })

  it.each(['1', '2'])('a strategy that throws, with its message: %s workers', async (workers) => {
    const file = moduleOf("method: 'grid', strategy: () => { throw new Error('no licence') }")
    const { code, stderr } = await search(file, '--workers', workers)
    expect(code).toBe(2)
    expect(stderr).toContain(
      'failed in the trial with days=1, rise=0: no licence; correct the strategy',
    )
  })

  it('a directory with files of another kind, which stay as they are', async () => {
    const out = join(temporaryDirectory(), 'mine')
    mkdirSync(out)
    writeFileSync(join(out, 'search.json'), '{}')
    const { code, stderr } = await search(fine, '--out', out, '--replace')
    expect(code).toBe(2)
    expect(stderr).toContain('holds files that are not of a search (search.json), and is left')
    expect(readdirSync(out)).toEqual(['search.json'])
    expect(readFileSync(join(out, 'search.json'), 'utf8')).toBe('{}')
  })
})
