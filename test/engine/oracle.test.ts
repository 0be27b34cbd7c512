import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  type BundleContent,
  categorical,
  digest,
  discrete,
  enable,
  gridSearch,
  ingestCsv,
  inlineExecutor,
  Money,
  memoryBundle,
  type OptimizationConfig,
  openEngine,
  parameterSpace,
  pureBaseline,
  returnTypeOf,
  type TrialTask,
  writeBundle,
} from '../../engine/index.js'
import { exactCrossover, smaCrossover, sp500Content } from '../support.js'

const LAYER1 = enable(pureBaseline(), { assetListCache: true, preGroupedBars: true })
const CONFIGS: readonly (readonly [string, OptimizationConfig])[] = [
  ['pure baseline', pureBaseline()],
  ['layer 1', LAYER1],
  ['layer 1 with arrays', enable(LAYER1, { arrayReturns: true })],
  ['arrays alone', enable(pureBaseline(), { arrayReturns: true })],
]

describe('sma crossover on the committed S&P 500', () => {
  const content = sp500Content(1200)
  const expected = oracleOf(content, 20, 50)
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'assay-oracle-'))
    await writeBundle(join(root, 'parquet'), content, { format: 'parquet' })
    await writeBundle(join(root, 'csv'), content, { format: 'csv' })
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it('matches bigint arithmetic to the last digit in every configuration, from Parquet and from CSV, cold and warm', async () => {
    const digests = new Set<string>()
    for (const [, config] of CONFIGS) {
      const engine = openEngine(config)
      for (const format of ['parquet', 'csv', 'parquet']) {
        const algorithm = smaCrossover({ fast: 20, slow: 50, returnType: returnTypeOf(config) })
        const result = await engine.backtest({ bundle: join(root, format), algorithm })
        expect(fillsOf(result)).toEqual(expected.fills)
        expect(result.finalEquity).toBe(expected.finalEquity)
        digests.add(digest(result))
      }
    }
    expect(digests.size).toBe(1)
  })

  it('reads the same from memory as from disk', async () => {
    const engine = openEngine(LAYER1)
    const result = await engine.backtest({
      bundle: memoryBundle(content),
      algorithm: smaCrossover({ fast: 20, slow: 50 }),
    })
    expect(result.finalEquity).toBe(expected.finalEquity)
  })

  it('trades every pair of windows like the oracle', async () => {
    const engine = openEngine(enable(LAYER1, { arrayReturns: true }))
    const bundle = memoryBundle(sp500Content(400))
    const space = parameterSpace({
      fast: discrete(5, 50, 15),
      slow: discrete(60, 150, 45),
      shares: categorical(10),
    })
    const search = await gridSearch(
      space,
      inlineExecutor(({ parameters }: TrialTask) =>
        engine.backtest({
          bundle,
          algorithm: smaCrossover({
            fast: Number(parameters.fast),
            slow: Number(parameters.slow),
            returnType: 'array',
          }),
        }),
      ),
    )
    expect(search.trials).toHaveLength(12)
    for (const { parameters, result } of search.trials) {
      const { finalEquity, fills } = oracleOf(
        sp500Content(400),
        Number(parameters.fast),
        Number(parameters.slow),
      )
      expect([result.finalEquity, fillsOf(result)]).toEqual([finalEquity, fills])
    }
  })
})

const ORACLE = new URL('../../../shared/golden/sma-crossover-oracle.json', import.meta.url)
const PRICES = new URL('../../../shared/data/prices/', import.meta.url)

describe.skipIf(!existsSync(ORACLE))('sma crossover on the shared series', () => {
  const { series } = existsSync(ORACLE)
    ? (JSON.parse(readFileSync(ORACLE, 'utf8')) as OracleFile)
    : { series: {} }

  it.each(Object.entries(series))(
    '%s gives the oracle’s trades and equity',
    async (name, { bars, single_20_50: expected }) => {
      const content = await ingestCsv([new URL(`${name}.csv`, PRICES).pathname], {
        roundVolume: true,
      })
      const bundle = memoryBundle(content)
      const digests = new Set<string>()
      for (const [, config] of CONFIGS) {
        const algorithm = smaCrossover({ fast: 20, slow: 50, returnType: returnTypeOf(config) })
        const result = await openEngine(config).backtest({ bundle, algorithm })
        expect(result.bars).toBe(bars)
        expect(result.finalEquity).toBe(expected.finalEquity)
        expect([result.closedTrades, result.openTrades]).toEqual([
          expected.closedTrades,
          expected.openTrades,
        ])
        const listed = result.fills.map(({ date, shares, price }) => [date, shares, price])
        expect(listed.slice(0, 3)).toEqual(expected.firstFills.map(normalised))
        expect(listed.at(-1)).toEqual(normalised(expected.lastFill))
        digests.add(digest(result))
      }
      expect(digests.size).toBe(1)
    },
  )

  const grids = Object.entries(series).filter(([, expected]) => expected.grid_100 !== undefined)
  it.each(grids)(
    '%s gives the oracle’s sums over 100 combinations',
    async (name, { grid_100: expected }) => {
      const bundle = memoryBundle(
        await ingestCsv([new URL(`${name}.csv`, PRICES).pathname], { roundVolume: true }),
      )
      const engine = openEngine(enable(LAYER1, { arrayReturns: true }))
      const search = await gridSearch(
        parameterSpace({ fast: discrete(5, 50, 5), slow: discrete(60, 150, 10) }),
        inlineExecutor(({ parameters }: TrialTask) =>
          engine.backtest({
            bundle,
            algorithm: smaCrossover({
              fast: Number(parameters.fast),
              slow: Number(parameters.slow),
              returnType: 'array',
            }),
          }),
        ),
      )
      const sum = search.trials.reduce(
        (total, { result }) => total.plus(result.finalEquity),
        new Money(0),
      )
      expect(sum.toFixed()).toBe(expected!.sumOfFinalEquity)
      expect(search.best.result.finalEquity).toBe(expected!.bestFinalEquity)
      expect(search.trials.reduce((total, { result }) => total + result.closedTrades, 0)).toBe(
        expected!.closedTrades,
      )
    },
  )
})

interface OracleFile {
  readonly series: Readonly<
    Record<
      string,
      {
        readonly bars: number
        readonly single_20_50: {
          readonly finalEquity: string
          readonly closedTrades: number
          readonly openTrades: number
          readonly firstFills: readonly OracleRow[]
          readonly lastFill: OracleRow
        }
        readonly grid_100?: {
          readonly sumOfFinalEquity: string
          readonly bestFinalEquity: string
          readonly closedTrades: number
        }
      }
    >
  >
}

type OracleRow = readonly (string | number)[]

function normalised([date, shares, price]: OracleRow): OracleRow {
  return [date!, shares!, new Money(price!).toFixed()]
}

function oracleOf(content: BundleContent, fast: number, slow: number) {
  const [bars] = content.bars
  const opens = Array.from(bars!.open, BigInt)
  const closes = Array.from(bars!.close, BigInt)
  const { fills, equity } = exactCrossover(opens, closes, fast, slow, 1_000_000_000_000n)
  return {
    finalEquity: inUnits(equity),
    fills: fills.map(({ bar, shares, price }) => [
      content.sessions[bar],
      Number(shares),
      inUnits(price),
    ]),
  }
}

function fillsOf(result: BacktestResult) {
  return result.fills.map(({ date, shares, price }) => [date, shares, price])
}

function inUnits(ticks: bigint): string {
  return new Money(ticks.toString()).div(1_000_000).toFixed()
}
