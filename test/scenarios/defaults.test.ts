import { describe, expect, it } from 'vitest'
import { defaults, enable, type OptimizationConfig, pureBaseline } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'
import { readRecords } from '../../harness/record/record-store.js'
import { divergences, type Verdict, wantedFlags } from '../../scenarios/accepted-config.js'
import { layers } from '../../scenarios/layers/index.js'

describe('defaults()', () => {
  it('turns on what the committed records accept, and nothing else', () => {
    expect(divergences(defaults({}), wantedFlags(layers, readRecords('.')))).toEqual([])
  })

  it('keeps every limit of the pure baseline', () => {
    const limits = (config: OptimizationConfig) =>
      Object.entries(config).filter(([, value]) => typeof value !== 'boolean')
    expect(limits(defaults({}))).toEqual(limits(pureBaseline()))
  })
})

describe('the rule that compares records and defaults', () => {
  const layer = (
    id: string,
    change: Partial<OptimizationConfig>,
    standalone = false,
  ): Layer<OptimizationConfig> => ({
    ...layers[0]!,
    id,
    standalone,
    apply: (config) => enable(config, change),
  })
  const few = [
    layer('one', { assetListCache: true, preGroupedBars: true }),
    layer('one.list', { assetListCache: true }, true),
    layer('one.both', { assetListCache: true, preGroupedBars: true }, true),
    layer('one.bars', { preGroupedBars: true, historyCacheArrays: true }, true),
    layer('two', { arrayReturns: true }),
  ]
  let number = 0
  const record = (
    name: string,
    verdict: Verdict['verdict'],
    change: Partial<Verdict> = {},
  ): Verdict => ({
    id: `${String(++number).padStart(4, '0')}-${name}`,
    layer: name,
    suite: 'assay',
    scale: 'standard',
    verdict,
    stacks: { incumbent: [] },
    workloads: [],
    ...change,
  })
  const flags = (...records: readonly Verdict[]) =>
    wantedFlags(few, records).flatMap(({ flag, on: wanted }) => (wanted ? [flag] : []))

  it('covers every switch of the configuration, and turns none on without a record', () => {
    const wanted = wantedFlags(layers, [])
    expect(wanted.map(({ flag }) => flag)).toEqual(
      Object.entries(pureBaseline()).flatMap(([name, value]) =>
        typeof value === 'boolean' ? [name] : [],
      ),
    )
    expect(wanted.some(({ on: isWanted }) => isWanted)).toBe(false)
  })

  it('uses the newest record of a layer that counts: of this suite, above smoke scale, not a control', () => {
    expect(flags(record('one', 'accepted'))).toEqual(['assetListCache', 'preGroupedBars'])
    expect(flags(record('one', 'accepted'), record('one', 'rejected'))).toEqual([])
    expect(
      flags(record('one', 'rejected'), record('one', 'accepted'), record('two', 'inconclusive')),
    ).toHaveLength(2)
    expect(flags(record('two', 'accepted', { scale: 'smoke' }))).toEqual([])
    expect(flags(record('two', 'accepted', { scale: 'production' }))).toEqual(['arrayReturns'])
    const inconclusive = record('two', 'inconclusive', { scale: 'smoke' })
    expect(flags(record('two', 'accepted'), inconclusive)).toEqual(['arrayReturns'])
    expect(flags(record('two', 'accepted', { suite: 'other' }))).toEqual([])
    expect(
      flags(record('two', 'accepted', { injected: { improvement: 0.1, arm: 'baseline' } })),
    ).toEqual([])
  })

  it('lets a screening of a campaign that is passed decide nothing', () => {
    const passed = record('two', 'inconclusive', { reasons: ['passed-screening'] })
    expect(flags(passed)).toEqual([])
    expect(flags(record('two', 'accepted'), passed)).toEqual(['arrayReturns'])
    const pretending = record('two', 'accepted', { reasons: ['passed-screening'] })
    expect(flags(pretending)).toEqual([])
  })

  it('turns off a switch that a part sets alone and its record rejects, and turns on none that only a part justifies', () => {
    const whole = record('one', 'accepted')
    expect(flags(whole, record('one.list', 'rejected'))).toEqual(['preGroupedBars'])
    expect(flags(whole, record('one.list', 'inconclusive'))).toHaveLength(2)
    expect(
      flags(whole, record('one.list', 'rejected'), record('one.list', 'accepted')),
    ).toHaveLength(2)
    expect(flags(whole, record('one.both', 'rejected'))).toHaveLength(2)
    expect(flags(record('one.list', 'accepted'))).toEqual([])
    // What no layer of the stack sets is a detail of the part.
    expect(flags(whole, record('one.bars', 'rejected'))).toEqual(['assetListCache'])
  })

  it('names the switch that differs, the record, and the remedy', () => {
    const wanted = wantedFlags(few, [record('two', 'accepted', { id: '0042-two' })])
    expect(divergences(pureBaseline(), wanted)).toEqual([
      'arrayReturns is off by default, but 0042-two accepts it: turn it on in defaults() of engine/config.ts, or evaluate again and commit the record',
    ])
    expect(divergences(enable(pureBaseline(), { arrayReturns: true }), wanted)).toEqual([])
  })
})
