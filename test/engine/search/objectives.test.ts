import { describe, expect, it } from 'vitest'
import {
  categorical,
  enable,
  gridSearch,
  inlineExecutor,
  memoryBundle,
  type Objective,
  openEngine,
  parameterSpace,
  pureBaseline,
  search,
  type TrialTask,
} from '../../../engine/index.js'
import { definitionOf } from '../../../engine/search/objectives.js'
import { ranked } from '../../../engine/search/ranked.js'
import { eachBar, simpleContent } from '../../support.js'

const CLOSES = [100, 100, 110, 88, 99, 120, 90, 90, 130, 130]
const engine = openEngine(enable(pureBaseline(), { tickLedger: true }))

/** Holds `targets[i]` shares after bar i; opens are the closes before. */
function holding(targets: readonly number[], closes = CLOSES, cash: number | string = 1000) {
  return {
    bundle: memoryBundle(simpleContent(closes)),
    cash,
    algorithm: eachBar((context) => {
      context.orderTarget('A', targets[context.session] ?? 0)
    }),
  }
}

const scoreOf = async (objective: Objective, targets: readonly number[], closes?: number[]) =>
  (await engine.trial(holding(targets, closes), objective)).score

describe('an objective', () => {
  // One share per order. An order after bar i fills at the open of bar i + 1, the close of bar i.
  // Bought at 100 (bar 1), sold at 88 (bar 4): −12. Bought at 99 (bar 5), sold at 120 (bar 6): +21.
  // Bought at 90 (bar 7), held to the end at 130: +40, still open.
  const TARGETS = [1, 1, 1, 0, 1, 0, 1, 1, 1, 1]
  const EQUITY = [1000, 1000, 1010, 988, 988, 1009, 1009, 1009, 1049, 1049]

  it('is computed from the equity of a small example', async () => {
    const { equityCurve } = await engine.backtest(holding(TARGETS))
    expect(equityCurve.equity.map(Number)).toEqual(EQUITY)
    expect(await scoreOf('final-equity', TARGETS)).toBe(1049)
    expect(await scoreOf('total-return', TARGETS)).toBe(1049 / 1000 - 1)
    expect(await scoreOf('max-drawdown', TARGETS)).toBe(1 - 988 / 1010)
    expect(await scoreOf('profit-factor', TARGETS)).toBe(21 / 12)
    const annual = 1.049 ** (365 / 10) - 1
    expect(await scoreOf('calmar', TARGETS)).toBeCloseTo(annual / (22 / 1010), 9)
    const returns = EQUITY.map((value, i) => value / (EQUITY[i - 1] ?? 1000) - 1)
    const mean = returns.reduce((sum, value) => sum + value, 0) / 10
    const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9
    const sharpe = (mean / Math.sqrt(variance)) * Math.sqrt(365)
    expect(await scoreOf('sharpe', TARGETS)).toBeCloseTo(sharpe, 12)
  })

  it.each<[Objective, string, readonly number[], number[]]>([
    ['sharpe', 'without variance', [], CLOSES],
    ['calmar', 'without a drawdown', [1, 1], [10, 11, 12, 13]],
    ['calmar', 'after a bankruptcy', [-20, -20], [100, 100, 300, 100]],
    ['profit-factor', 'without a trade', [], CLOSES],
    ['profit-factor', 'without a closed trade', Array(10).fill(1), CLOSES],
    ['profit-factor', 'without a loss', [1, 0], [10, 11, 12, 13]],
    [{ name: 'mine', score: () => Number.NaN }, 'that is not a number', [1], CLOSES],
    [{ name: 'mine', score: () => Number.POSITIVE_INFINITY }, 'without a limit', [1], CLOSES],
    [{ name: 'mine', score: () => undefined }, 'that is undefined', [1], CLOSES],
  ])('%j is absent %s', async (objective, _, targets, closes) => {
    expect(await engine.trial(holding(targets, closes), objective)).not.toHaveProperty('score')
  })

  it('of one’s own gets the whole result', async () => {
    const longest: Objective = {
      name: 'open trades',
      score: ({ trades }) => trades.filter(({ closed }) => closed === undefined).length,
    }
    expect(await scoreOf(longest, TARGETS)).toBe(1)
  })

  it.each<[unknown, RegExp]>([
    ['sharp', /objective 'sharp'; give one of final-equity, total-return, sharpe, max-drawdown/],
    [null, /objective 'null'; give one of/],
    [{ name: '', score: () => 1 }, /named ''; give it a name other than final-equity/],
    [{ name: 'sharpe', score: () => 1 }, /named 'sharpe'; give it a name other than/],
    [{ name: 'mine', best: 'most', score: () => 1 }, /best of objective mine 'most'; give one of/],
    [{ name: 'mine' }, /objective mine has no score; give it a function/],
    [{ name: 'mine', score: () => '1' }, /mine returned a value of type string; return a number/],
    [{ name: 'mine', score: async () => 1 }, /objective mine returned a promise; return a number/],
    [{ name: 'mine', score: () => null }, /objective mine returned null; return a number/],
  ])('is refused: %j', async (objective, message) => {
    await expect(engine.trial(holding([1]), objective as Objective)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(message),
    })
  })
})

describe('trials are ranked', () => {
  const outcome = (finalEquity: string, score?: number, bankrupt?: string) => ({
    finalEquity,
    ...(score !== undefined && { score }),
    ...(bankrupt !== undefined && { bankrupt }),
  })
  const order = (objective: Objective, ...given: ReturnType<typeof outcome>[]) =>
    ranked(
      given.map((trial, index) => ({ index, ...trial })),
      definitionOf(objective),
      (trial) => trial,
    ).map(({ index }) => index)

  it('by score, the highest first, or the lowest drawdown', () => {
    const trials = [outcome('1', 0.5), outcome('1', -2), outcome('1', 3)]
    expect(order('sharpe', ...trials)).toEqual([2, 0, 1])
    expect(order('max-drawdown', ...trials)).toEqual([1, 0, 2])
    expect(order({ name: 'mine', score: () => 0 }, ...trials)).toEqual([2, 0, 1])
    expect(order({ name: 'mine', best: 'lowest', score: () => 0 }, ...trials)).toEqual([1, 0, 2])
  })

  it('with those without a score after all others, and bankrupt ones after them', () => {
    for (const objective of ['sharpe', 'max-drawdown'] as const)
      expect(
        order(
          objective,
          outcome('9', 9, '2014-01-01'),
          outcome('1'),
          outcome('1', -7),
          outcome('9', undefined, '2014-01-01'),
          outcome('1'),
        ),
      ).toEqual([2, 1, 4, 0, 3])
  })

  it('with equal ones in the order of the grid', () => {
    const equal = [outcome('2', 1), outcome('3', 1), outcome('1', 1)]
    expect(order('sharpe', ...equal)).toEqual([0, 1, 2])
    expect(order('max-drawdown', ...equal)).toEqual([0, 1, 2])
  })

  it('by the exact final equity where doubles are equal', () => {
    const trials = ['9007199254740992', '9007199254740993', '9007199254740992.5'].map((equity) =>
      outcome(equity, Number(equity)),
    )
    expect(new Set(trials.map(({ score }) => score)).size).toBe(1)
    expect(order('final-equity', ...trials)).toEqual([1, 2, 0])
  })

  it('alike in a grid search and in a search', async () => {
    const space = parameterSpace({ shares: categorical(0, 1, -5, 2, -20) })
    const spec = ({ parameters }: TrialTask) =>
      holding(Array(10).fill(Number(parameters.shares)), [100, 100, 110, 150, 99, 120])
    const winners: Record<string, number | string> = {}
    for (const objective of ['sharpe', 'max-drawdown', 'calmar', 'final-equity'] as const) {
      const trials = inlineExecutor((task: TrialTask) => engine.trial(spec(task), objective))
      const backtests = inlineExecutor((task: TrialTask) => engine.backtest(spec(task)))
      const found = await search(space, { trials, backtests }, { objective })
      const full = await gridSearch(space, backtests, { objective })
      expect(full.best.index).toBe(found.best.index)
      expect(full.objective).toBe(objective)
      winners[objective] = found.best.parameters.shares!
    }
    // Sharpe 2.37 of one share and 2.65 of two, Calmar 48 and 106. Idle trials have no Sharpe and
    // no drawdown; 20 shares short are bankrupt.
    expect(winners).toEqual({ sharpe: 2, 'max-drawdown': 0, calmar: 2, 'final-equity': 2 })
  })
})
