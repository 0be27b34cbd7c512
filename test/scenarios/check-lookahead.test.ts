import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../fixtures/bench.js'
import { assay } from './assay.js'

const EXAMPLE = join('scenarios', 'market', 'data', 'example.csv')
const HONEST = join('docs', 'look-ahead', 'above-average.mjs')

/** Notes about the example's volumes. */
const VOLUMES = /^note: \d+ volumes rounded half-even to \d+ decimal places\n/gm

const backtest = async (...words: string[]) => {
  const { code, stdout, stderr } = await assay(['backtest', '--csv', EXAMPLE, ...words])
  return { code, stdout, stderr: stderr.replace(VOLUMES, '') }
}

function moduleOf(text: string): string {
  const file = join(temporaryDirectory(), 'mine.mjs')
  writeFileSync(file, text)
  return file
}

/** A strategy that computes its target from the closes of all sessions. */
const onCloses = (target: string) =>
  moduleOf(`export default async (data) => {
    const { close } = (await data.table()).ticks
    return {
      handleData(context) {
        const s = context.session
        context.orderTarget('example', ${target})
      },
    }
  }`)

describe('assay backtest --check-lookahead', () => {
  it.each([
    ['the shipped strategy', []],
    ['a module', ['--strategy', HONEST]],
  ])('finds nothing in %s, and gives the result that it gives without', async (_what, words) => {
    const checked = await backtest(...words, '--check-lookahead', '--json')
    expect(checked.code).toBe(0)
    expect(checked.stderr).toMatch(
      /^note: no look-ahead found: with data that end earlier \(40 times, .*\n$/,
    )
    const { lookAhead, barsPerSecond: _, ...result } = JSON.parse(checked.stdout)
    expect(lookAhead).toMatchObject({ verdict: 'clean', runs: 42, refused: [] })
    expect(lookAhead.cuts).toHaveLength(40)
    const { barsPerSecond: __, ...plain } = JSON.parse((await backtest(...words, '--json')).stdout)
    expect(result).toEqual(plain)
  })

  it('reports the session and both decisions, exit 1', async () => {
    const file = onCloses('close[s + 1] > close[s] ? 10 : 0')
    const { code, stdout, stderr } = await backtest('--strategy', file, '--check-lookahead')
    expect(code).toBe(1)
    expect(stdout).toContain('final equity')
    expect(stderr).toMatch(
      /^assay: the strategy looks ahead: on (\S+), it calls orderTarget\("example", 10\) with all data, but orderTarget\("example", 0\) with data that end on \1; .*\n$/,
    )
  })

  it('takes the number of cuts, and a bundle', async () => {
    const bundle = join(temporaryDirectory(), 'mine')
    await assay(['bundle', 'ingest', bundle, '--csv', EXAMPLE])
    const file = onCloses('close[s + 1] > close[s] ? 10 : 0')
    const words = ['--strategy', file, '--check-lookahead', '--lookahead-cuts', '5']
    const { code, stdout } = await assay(['backtest', '--bundle', bundle, ...words, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).lookAhead.verdict).toBe('look-ahead')
  })

  it('finds that runs differ, exit 1', async () => {
    const file = onCloses('Math.round(100 * Math.random())')
    const { code, stderr } = await backtest('--strategy', file, '--check-lookahead')
    expect(code).toBe(1)
    expect(stderr).toContain('two runs on the same data differ')
  })

  it('loads a module anew for each run, so that its variables carry nothing over', async () => {
    const file = moduleOf(`let bars = 0
      export default () => ({ handleData: (context) => context.orderTarget('example', ++bars) })`)
    expect((await backtest('--strategy', file, '--check-lookahead')).code).toBe(0)
  })

  it('was not made over a range in which no cut is possible, exit 3', async () => {
    const { code, stderr } = await backtest('--start', '2020-04-17', '--check-lookahead')
    expect(code).toBe(3)
    expect(stderr).toContain('the strategy was not checked')
  })
})

describe('assay backtest --strategy MODULE', () => {
  it('notes that it placed no order', async () => {
    const file = moduleOf('export default () => ({ handleData() {} })')
    const { code, stderr } = await backtest('--strategy', file)
    expect(code).toBe(0)
    expect(stderr).toBe('note: no trade, because the strategy placed no order in the range\n')
  })

  it('gives a strategy a copy of the data', async () => {
    const file = moduleOf(`export default async (data) => {
      (await data.table()).ticks.close.fill(1)
      return { handleData: (context, portal) => {
        if (portal.current('example', 'close') < 1) throw new Error('changed')
        context.orderTarget('example', 1)
      } }
    }`)
    expect((await backtest('--strategy', file)).code).toBe(0)
  })

  it.each([
    ['no such file', 'no-such.mjs', 'no-such.mjs: no such file; give sma-crossover or a module'],
    ['a module that is wrong', 'export default (', 'cannot be imported'],
    ['no function', 'export default 7', 'export a function as default'],
    ['no strategy', 'export default () => ({})', 'return an object with handleData'],
    [
      'an error of the strategy',
      'export default () => ({ handleData(context) { context.nothing.at() } })',
      "mine.mjs:1:63 failed: Cannot read properties of undefined (reading 'at'); correct the strategy",
    ],
  ])('refuses %s in one line, exit 2', async (_what, text, named) => {
    const file = text.endsWith('.mjs') ? text : moduleOf(text)
    const { code, stdout, stderr } = await backtest('--strategy', file)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(named)
  })
})
