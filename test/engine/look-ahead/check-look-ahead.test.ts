import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  checkLookAhead,
  defaults,
  enableLayer,
  type LookAheadReport,
  type LookAheadSpec,
  openEngine,
  pureBaseline,
  type StrategyMaker,
} from '../../../engine/index.js'
import { clopperPearson } from '../../../scenarios/error-rates/clopper-pearson.js'
import { drawn } from '../../fixtures/drawn.js'
import { eachBar } from '../../support.js'
import { cleanStrategy } from './clean-strategies.js'
import { drawnMarket, plantedMarket } from './drawn-market.js'
import { KINDS, PLANTED } from './planted-strategies.js'

/** Clean strategies of the published figure, and of this run. */
const PUBLISHED = 200
const CLEAN = drawn(PUBLISHED)
const PAGE = readFileSync('docs/look-ahead.md', 'utf8')
/** Further seeds of the cuts, for the figures of docs/look-ahead.md that take minutes. */
const SEEDS = Number(process.env.LOOK_AHEAD_SEEDS ?? 0)
/** Of each clean strategy: the default where the figures are made, and fewer to save time. */
const CUTS_OF_CLEAN = SEEDS > 0 ? 40 : 12

const check = (spec: LookAheadSpec, options = {}): Promise<LookAheadReport> =>
  checkLookAhead(openEngine(pureBaseline()), spec, options)

describe('planted look-aheads', () => {
  const market = plantedMarket()

  it('are at least 50, and 10 of each kind, none twice', () => {
    for (const kind of KINDS)
      expect(PLANTED.filter((planted) => planted.kind === kind).length).toBeGreaterThanOrEqual(10)
    expect(new Set(PLANTED.map(({ name }) => name)).size).toBe(PLANTED.length)
    expect(PLANTED.length).toBeGreaterThanOrEqual(50)
  })

  it.each(PLANTED.filter(({ refusal }) => refusal === undefined))(
    'finds $kind: $name',
    async ({ make }) => {
      const { verdict, difference, message } = await check({ bundle: market, strategy: make })
      expect(verdict).toBe('look-ahead')
      expect(message).toContain('the strategy looks ahead: on 2018-')
      expect(difference!.full).not.toBe(difference!.other)
    },
  )

  it.each(PLANTED.filter(({ refusal }) => refusal !== undefined))(
    'refuses $kind: $name',
    async ({ make, refusal }) => {
      await expect(check({ bundle: market, strategy: make })).rejects.toThrow(refusal)
    },
  )
})

describe.runIf(SEEDS > 0)('planted look-aheads, with other seeds', () => {
  it('are rarely missed', { timeout: 900_000 }, async () => {
    const bundle = plantedMarket()
    const hidden = PLANTED.filter(({ refusal }) => refusal === undefined)
    const missed: string[] = []
    for (let seed = 1; seed <= SEEDS; seed++)
      for (const { name, make } of hidden) {
        const { verdict } = await check({ bundle, strategy: make }, { seed })
        if (verdict !== 'look-ahead') missed.push(`${seed} ${name}`)
      }
    const all = SEEDS * hidden.length
    expect(missed.length / all, missed.join('\n')).toBeLessThan(0.01)
    const { lower, upper } = clopperPearson(all - missed.length, all)
    const interval = `${(100 * lower).toFixed(1)} … ${(100 * upper).toFixed(2)} %`
    if (SEEDS !== 20) return
    expect(PAGE, missed.join('\n')).toContain(
      `${all - missed.length} of ${all} checks of the planted look-aheads found them (${interval})`,
    )
  })
})

describe('the page', () => {
  it('shows the counts of these tests with their intervals', () => {
    const percent = (fraction: number) => Number((100 * fraction).toFixed(1))
    const found = clopperPearson(PLANTED.length, PLANTED.length)
    const flagged = clopperPearson(0, PUBLISHED)
    expect(PAGE).toContain(
      `| ${PLANTED.length} planted look-aheads | ${PLANTED.length} | ${percent(found.lower)} … 100 % |`,
    )
    expect(PAGE).toContain(
      `| ${PUBLISHED} clean strategies | 0 | 0 … ${percent(flagged.upper)} % |`,
    )
    for (const kind of KINDS)
      expect(PAGE).toContain(`| ${kind} | ${PLANTED.filter((one) => one.kind === kind).length} |`)
    const refused = PLANTED.filter(({ refusal }) => refusal !== undefined)
    expect(PAGE).toContain(`refuses ${refused.length} of the planted ones`)
    expect(readFileSync('README.md', 'utf8')).toContain(`All of ${PLANTED.length} planted`)
  })
})

describe('the check', () => {
  const market = plantedMarket()
  const honest: StrategyMaker = () =>
    eachBar((context, data) => context.orderTarget('A', data.current('A', 'close') > 50 ? 10 : 0))

  it('reports the session, both decisions and the cut', async () => {
    const strategy: StrategyMaker = ({ calendar }) =>
      eachBar((context) => context.orderTarget('A', calendar.length === 160 ? 10 : 7))
    const report = await check({ bundle: market, strategy }, { cuts: 1 })
    expect(report).toMatchObject({
      verdict: 'look-ahead',
      runs: 3,
      decisions: 160,
      difference: {
        kind: 'decision',
        session: '2018-01-01',
        full: 'orderTarget("A", 10)',
        other: 'orderTarget("A", 7)',
      },
    })
    expect(report.message).toContain(
      `on 2018-01-01, it calls orderTarget("A", 10) with all data, but orderTarget("A", 7) with data that end on ${report.cuts[0]}`,
    )
  })

  it('cuts sessions, bars, splits and dividends off, and no asset', async () => {
    const seen: object[] = []
    const strategy: StrategyMaker = async (data) => {
      const { session } = await data.table()
      const adjustments = await data.adjustments()
      seen.push({
        sessions: data.manifest.sessions.length,
        slots: data.calendar.times.length,
        lastRow: Math.max(...session),
        lastEvent: Math.max(-1, ...adjustments.map((event) => event.session)),
        assets: data.manifest.assets.map(({ id }) => id),
      })
      return honest(data)
    }
    const range = { start: 30, end: 32 }
    const report = await check({ bundle: market, strategy, range }, { cuts: 2 })
    expect(report.cuts).toEqual([30, 31].map((i) => market.manifest.sessions[i]))
    const assets = ['A', 'B', 'C']
    const whole = { sessions: 160, slots: 160, lastRow: 159, lastEvent: 120, assets }
    expect(seen).toEqual([
      whole,
      whole,
      { sessions: 31, slots: 31, lastRow: 30, lastEvent: -1, assets },
      { sessions: 32, slots: 32, lastRow: 31, lastEvent: -1, assets },
    ])
  })

  it('shows an asset before its listing as the whole bundle does', async () => {
    const strategy: StrategyMaker = () =>
      eachBar((context, data) => {
        const isListed = data.available('C') > 0 || data.canTrade('C') || data.isStale('C')
        context.orderTarget('A', isListed ? 1 : context.assets.length)
        context.orderTarget('C', 2)
      })
    const spec = { bundle: market, strategy }
    expect((await check({ ...spec, range: { end: 60 } })).verdict).toBe('clean')
    expect((await check({ ...spec, assets: ['A', 'C'], range: { end: 60 } })).verdict).toBe('clean')
  })

  it('takes a failure on shorter data only as a difference', async () => {
    const strategy: StrategyMaker = async (data) => {
      const { close } = (await data.table()).ticks
      return eachBar((context) => context.orderTarget('A', Math.sign(close.at(300)! - 50)))
    }
    const { verdict, difference } = await check({ bundle: market, strategy })
    expect(verdict).toBe('look-ahead')
    expect(difference).toMatchObject({ kind: 'failure', full: 'no error' })
    expect(difference!.other).toContain('NaN shares')
  })

  it.each<[string, () => StrategyMaker]>([
    ['random numbers', () => () => eachBar((context) => context.order('A', Math.random()))],
    [
      'state that a run leaves to the next',
      () => {
        let bars = 0
        return () => eachBar((context) => context.orderTarget('A', ++bars))
      },
    ],
    [
      'signals kept from the first run',
      () => {
        let closes: Float64Array | undefined
        return async (data) => {
          closes ??= (await data.table()).ticks.close
          return eachBar((context) => context.orderTarget('A', closes![context.session + 1]! % 7))
        }
      },
    ],
  ])('finds %s: not repeatable', async (_what, strategy) => {
    const { verdict, runs, message } = await check({ bundle: market, strategy: strategy() })
    expect([verdict, runs]).toEqual(['not-repeatable', 2])
    expect(message).toContain('make all its state anew')
  })

  it('leaves the bundle as it was, whatever a strategy writes to its data', async () => {
    const before = await market.table()
    const closes = Float64Array.from(before.ticks.close)
    const strategy: StrategyMaker = async (data) => {
      const { close } = (await data.table()).ticks
      close.fill(1)
      data.calendar.times.fill(0)
      ;(data.manifest.sessions as string[]).length = 0
      return honest(data)
    }
    expect((await check({ bundle: market, strategy })).verdict).toBe('clean')
    expect((await market.table()).ticks.close).toEqual(closes)
    expect(market.manifest.sessions).toHaveLength(160)
  })

  it('passes errors of the run on all data through', async () => {
    const strategy: StrategyMaker = () => eachBar(() => JSON.parse('not JSON'))
    await expect(check({ bundle: market, strategy })).rejects.toThrow(SyntaxError)
    const none = (() => undefined) as unknown as StrategyMaker
    await expect(check({ bundle: market, strategy: none })).rejects.toThrow(/handleData/)
  })

  it('was not made where no cut is possible', async () => {
    const range = { start: 159 }
    expect(await check({ bundle: market, strategy: honest, range })).toMatchObject({
      verdict: 'unchecked',
      cuts: [],
      runs: 2,
    })
  })

  it.each([{ cuts: 0 }, { cuts: 1.5 }, { cuts: 10_001 }, { seed: 0.5 }])('refuses %o', (options) =>
    expect(check({ bundle: market, strategy: honest }, options)).rejects.toThrow(/whole number/),
  )
})

describe('clean strategies', () => {
  it(`are never flagged: 0 of ${CLEAN}`, { timeout: 300_000 }, async () => {
    const flagged: string[] = []
    const verdicts = new Map<string, number>()
    let decisions = 0
    const everything = enableLayer(5, enableLayer(2, defaults({})))
    const engines = [pureBaseline(), defaults({}), everything].map((config) => openEngine(config))
    for (let seed = 1; seed <= CLEAN; seed++) {
      const { family, make, rules } = cleanStrategy(seed)
      const spec = { ...rules, bundle: drawnMarket(seed), strategy: make }
      const report = await checkLookAhead(engines[Math.floor(seed / 12) % 3]!, spec, {
        cuts: CUTS_OF_CLEAN,
      })
      decisions += report.decisions
      verdicts.set(report.verdict, (verdicts.get(report.verdict) ?? 0) + 1)
      if (report.verdict !== 'clean') flagged.push(`${seed} ${family}: ${report.message}`)
    }
    expect(flagged).toEqual([])
    expect([...verdicts]).toEqual([['clean', CLEAN]])
    expect(decisions / CLEAN).toBeGreaterThan(30)
  })
})
