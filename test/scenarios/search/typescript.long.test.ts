import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../fixtures/bench.js'

/** The built command line, as Node of the user runs it: no loader of the tests is in between. */
const MAIN = resolve('dist', 'scenarios', 'main.js')
const PRICES = resolve('scenarios', 'market', 'data', 'example.csv')

function run(cwd: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

/** A folder with files, where no package is installed. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('assay backtest --strategy with TypeScript', () => {
  const backtest = (folder: string, ...words: string[]) =>
    run(folder, 'backtest', '--csv', PRICES, '--strategy', './mine.ts', ...words)

  it('loads it anew for each run, with this package for its imports', () => {
    const folder = folderOf({
      'mine.ts': `import { sma, type IndicatorHandle, type TradingAlgorithm } from 'assay'
      import { Shares } from './shares.js'
      let calls: number = 0
      export default (): TradingAlgorithm => {
        let average: IndicatorHandle
        return {
          initialize(context) { average = context.indicator('example', sma(5)) },
          handleData(context) {
            if (average.ready) context.orderTarget('example', calls++ < 20 ? Shares.few : 0)
          },
        }
      }`,
      'shares.ts': 'export enum Shares { few = 2 }',
    })
    const { code, stdout, stderr } = backtest(folder, '--check-lookahead', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ closedTrades: 1, lookAhead: { verdict: 'clean' } })
  })

  it('names the place that failed', () => {
    const folder = folderOf({
      'mine.ts': `type Nothing = { nothing: { at(): void } }
export default () => ({
  handleData(context: unknown): void { (context as Nothing).nothing.at() },
})`,
    })
    expect(backtest(folder).stderr).toMatch(
      /mine\.ts:3:\d+ failed: Cannot read properties of undefined/,
    )
  })

  it('refuses what is not TypeScript, with the place', () => {
    const { code, stderr } = backtest(folderOf({ 'mine.ts': 'export default (' }))
    expect(code).toBe(2)
    expect(stderr).toMatch(/^assay: --strategy .*mine\.ts cannot be imported \(.*\); correct/m)
  })
})

describe('assay search with TypeScript', () => {
  const text = `import { discrete, parameterSpace, type SearchModule } from 'assay'
import { holding } from './holding.ts'
enum Space { last = 6 }
export default {
  prices: ${JSON.stringify(PRICES)},
  space: parameterSpace({ days: discrete(1, Space.last) }),
  strategy: ({ days }) => holding(Number(days)),
  method: 'grid',
  objective: 'sharpe',
} satisfies SearchModule`
  const holding = `import type { TradingAlgorithm } from 'assay'
export const holding = (days: number): TradingAlgorithm => ({
  handleData: (context) => void context.orderTarget('example', context.session % 7 < days ? 9 : 0),
})`
  const files = { 'mine.search.ts': text, 'holding.ts': holding }
  const trialsIn = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'assay-search-mine', 'search.json'), 'utf8')).trials

  it('runs in worker threads, and finds the same as in one thread', () => {
    const [one, two] = [folderOf(files), folderOf(files)]
    const first = run(one, 'search', 'mine.search.ts', '--workers', '1')
    const second = run(two, 'search', 'mine.search.ts', '--workers', '2')
    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0])
    expect(trialsIn(one)).toHaveLength(6)
    expect(trialsIn(two)).toEqual(trialsIn(one))
  })

  it('imports this package in JavaScript too, in worker threads', () => {
    const plain = text
      .replace(', type SearchModule', '')
      .replace(' satisfies SearchModule', '')
      .replace('enum Space { last = 6 }', 'const Space = { last: 6 }')
      .replace("import { holding } from './holding.ts'", '')
      .replace(
        'holding(Number(days))',
        `({ handleData(context) { context.orderTarget('example', context.session % 7 < days ? 9 : 0) } })`,
      )
    const [one, two] = [folderOf({ 'mine.search.mjs': plain }), folderOf(files)]
    const first = run(one, 'search', 'mine.search.mjs', '--workers', '2')
    expect(first.code, first.stderr).toBe(0)
    run(two, 'search', 'mine.search.ts', '--workers', '1')
    expect(trialsIn(one)).toEqual(trialsIn(two))
  })

  it('finds this package in the folder of a clone, without an installed one', () => {
    const clone = temporaryDirectory()
    cpSync('package.json', join(clone, 'package.json'))
    for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(clone, name))
    const folder = join(clone, 'mine')
    mkdirSync(folder)
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const { code, stderr } = run(folder, 'search', 'mine.search.ts', '--workers', '2')
    expect(code, stderr).toBe(0)
  })
})
