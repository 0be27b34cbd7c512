import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  discrete,
  type Executor,
  enable,
  gridSearch,
  inlineExecutor,
  openEngine,
  parameterSpace,
  plainBundleSource,
  pureBaseline,
  type TrialTask,
  type WalkForwardPlan,
  walkForward,
  writeBundle,
} from '../../../engine/index.js'
import { smaCrossover, sp500Content } from '../../support.js'
import { scratch } from '../bundle/bundle-cases.js'

const BEFORE = sp500Content(140)
/** Every open at the day's high, which changes the fills of every trial that trades. */
const AFTER = { ...BEFORE, bars: BEFORE.bars.map((bars) => ({ ...bars, open: bars.high })) }

const CONFIGS = {
  'the pure baseline': pureBaseline(),
  'layer 1': enable(pureBaseline(), { assetListCache: true, preGroupedBars: true }),
  'the pool': enable(pureBaseline(), { bundlePool: true }),
  'layer 1 and the pool': enable(pureBaseline(), {
    assetListCache: true,
    preGroupedBars: true,
    bundlePool: true,
  }),
}

const SPACE = parameterSpace({ fast: discrete(3, 6, 3), slow: discrete(15, 20, 5) })
const PLAN: WalkForwardPlan = {
  mode: 'rolling',
  train: 50,
  validation: 20,
  test: 20,
  step: 20,
  warmUp: 20,
  maxWindows: 2,
}

type Work = (task: TrialTask) => Promise<BacktestResult>

/**
 * A search over a directory whose bundle is restated right before one of its trials; trials are
 * counted from 1.
 */
async function search(
  kind: 'grid' | 'walk-forward',
  config: ReturnType<typeof pureBaseline>,
  restatedBefore: number,
  executorOf: (work: Work) => Executor<TrialTask, BacktestResult> = inlineExecutor,
) {
  const directory = join(await scratch(), 'sp500')
  const { version } = await writeBundle(directory, BEFORE)
  const { calendar } = await plainBundleSource().open(directory)
  const engine = openEngine(config)
  let trials = 0
  const work: Work = async ({ parameters, range }) => {
    if (++trials === restatedBefore) await writeBundle(directory, AFTER)
    const algorithm = smaCrossover({
      fast: Number(parameters.fast),
      slow: Number(parameters.slow),
      returnType: 'array',
    })
    return engine.backtest({
      bundle: directory,
      algorithm,
      ...(range !== undefined && { range, warmUp: 20 }),
    })
  }
  try {
    if (kind === 'grid') return await gridSearch(SPACE, executorOf(work))
    return await walkForward(
      SPACE,
      PLAN,
      calendar,
      executorOf(work),
      restatedBefore === 1 ? undefined : version,
    )
  } finally {
    engine.close()
  }
}

/** Starts all trials at once. */
const together = (work: Work): Executor<TrialTask, BacktestResult> => ({
  map: (tasks) => Promise.all(tasks.map(work)),
})

/**
 * Trials of a search: four in a grid; per window four on train, four on validation, one on test.
 */
const LAST = { grid: 4, 'walk-forward': 18 } as const

describe('a search over a bundle that is rewritten', () => {
  for (const kind of ['grid', 'walk-forward'] as const) {
    it.each(Object.entries(CONFIGS))(
      `during the search, ${kind} under %s: ends and names both versions`,
      async (_, config) => {
        for (const restatedBefore of [2, 3, LAST[kind]]) {
          await expect(search(kind, config, restatedBefore)).rejects.toMatchObject({
            code: 'bundle-changed',
            message: expect.stringMatching(
              /^bundle sp500 changed on disk \(version [0-9a-f]{8}… → [0-9a-f]{8}…\) during the search, .*; search again$/,
            ),
            details: {
              opened: expect.stringMatching(/^sha256:/),
              found: expect.stringMatching(/^sha256:/),
            },
          })
        }
      },
    )

    it.each(Object.entries(CONFIGS))(
      `before its first trial or after its last, ${kind} under %s: is right on one version`,
      async (_, config) => {
        const [old, fresh] = [
          await search(kind, pureBaseline(), 0),
          await search(kind, pureBaseline(), 1),
        ]
        expect(old).not.toEqual(fresh)
        expect(await search(kind, config, LAST[kind] + 1)).toEqual(old)
        expect(await search(kind, config, 1)).toEqual(fresh)
      },
    )

    it.each(Object.entries(CONFIGS))(
      `while its trials run side by side, ${kind} under %s: is right or ends`,
      async (_, config) => {
        const rights = [
          await search(kind, pureBaseline(), 0),
          await search(kind, pureBaseline(), 1),
        ]
        for (const restatedBefore of [2, 4]) {
          const outcome = await search(kind, config, restatedBefore, together).catch(
            (error: unknown) => error,
          )
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'bundle-changed' })
          else expect(rights).toContainEqual(outcome)
        }
      },
    )
  }

  it('after its windows were planned: ends, although all trials have the same version', async () => {
    const directory = join(await scratch(), 'sp500')
    const { version } = await writeBundle(directory, BEFORE)
    const { calendar } = await plainBundleSource().open(directory)
    const after = await writeBundle(directory, AFTER)
    const engine = openEngine(pureBaseline())
    const executor = inlineExecutor<TrialTask, BacktestResult>(({ parameters, range }) =>
      engine.backtest({
        bundle: directory,
        algorithm: smaCrossover({ fast: Number(parameters.fast), slow: Number(parameters.slow) }),
        ...(range !== undefined && { range }),
      }),
    )
    await expect(walkForward(SPACE, PLAN, calendar, executor, version)).rejects.toMatchObject({
      code: 'bundle-changed',
      details: { opened: version, found: after.version },
    })
  })

  it('finishes on the original data where the bundle was opened once for all backtests', async () => {
    const directory = join(await scratch(), 'sp500')
    await writeBundle(directory, BEFORE)
    const engine = openEngine(CONFIGS['layer 1 and the pool'])
    const bundle = await engine.open(directory)
    let trials = 0
    const executor = inlineExecutor<TrialTask, BacktestResult>(async ({ parameters }) => {
      if (++trials === 3) await writeBundle(directory, AFTER)
      const algorithm = smaCrossover({
        fast: Number(parameters.fast),
        slow: Number(parameters.slow),
        returnType: 'array',
      })
      return engine.backtest({ bundle, algorithm })
    })
    expect(await gridSearch(SPACE, executor)).toEqual(await search('grid', pureBaseline(), 0))
    bundle.close()
    engine.close()
  })
})
