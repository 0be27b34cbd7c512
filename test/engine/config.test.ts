import { describe, expect, it } from 'vitest'
import {
  configVariables,
  defaults,
  EngineError,
  enable,
  enableLayer,
  type OptimizationConfig,
  pureBaseline,
  returnTypeOf,
} from '../../engine/index.js'
import { foldStack } from '../../harness/measurement/stack.js'
import { suite } from '../../scenarios/suite.js'

const GIB = 2 ** 30

describe('configuration', () => {
  it('starts from everything off', () => {
    expect(pureBaseline()).toEqual({
      assetListCache: false,
      assetListEntries: 128,
      preGroupedBars: false,
      preGroupedBytes: 2 * GIB,
      arrayReturns: false,
      historyCache: false,
      historyCacheArrays: false,
      historyCacheEntries: 256,
      historyCacheBytes: 64 * 2 ** 20,
      historyKeptWindows: [20, 50, 200],
      sharedIndicators: false,
      indicatorBytes: 64 * 2 ** 20,
      bundlePool: false,
      bundlePoolSize: 100,
      tickLedger: false,
      persistentWorkers: false,
      sharedBundles: false,
    })
  })

  it('defaults to every optimization that was accepted', () => {
    expect(defaults({})).toEqual({
      ...pureBaseline(),
      assetListCache: true,
      preGroupedBars: true,
      arrayReturns: true,
      bundlePool: true,
      tickLedger: true,
      sharedIndicators: true,
    })
    expect(defaults({ ASSAY_ENABLE_CACHING: '' })).toEqual(defaults({}))
  })

  it('changes a copy and leaves the original as it was', () => {
    const changed = enable(pureBaseline(), { arrayReturns: true })
    expect([returnTypeOf(changed), returnTypeOf(pureBaseline())]).toEqual(['array', 'dataframe'])
    expect(Object.isFrozen(changed)).toBe(true)
  })

  it.each([
    [{ ASSAY_ENABLE_CACHING: '0' }, { assetListCache: false, preGroupedBars: false }],
    [
      { ASSAY_ENABLE_CACHING: 'off', ASSAY_ASSET_LIST_CACHE: 'Yes' },
      { assetListCache: true, preGroupedBars: false },
    ],
    [
      { ASSAY_ENABLE_CACHING: 'true', ASSAY_PRE_GROUPED_BARS: 'no' },
      { assetListCache: true, preGroupedBars: false },
    ],
    [{ ASSAY_LRU_MAXSIZE: '7' }, { assetListEntries: 7 }],
    [{ ASSAY_LRU_SIZE: '5' }, { assetListEntries: 5 }],
    [{ ASSAY_LRU_SIZE: '5', ASSAY_LRU_MAXSIZE: '7' }, { assetListEntries: 7 }],
    [{ ASSAY_ENABLE_BUNDLE_POOLING: '0' }, { bundlePool: false }],
    [{ ASSAY_ENABLE_BUNDLE_POOLING: '0', ASSAY_BUNDLE_POOL: '1' }, { bundlePool: true }],
    [{ ASSAY_MAX_BUNDLE_POOL_SIZE: '3' }, { bundlePoolSize: 3 }],
    [{ ASSAY_MAX_BUNDLE_POOL_SIZE: '3', ASSAY_BUNDLE_POOL_SIZE: '4' }, { bundlePoolSize: 4 }],
    [{ ASSAY_LRU_MAXSIZE: '7', ASSAY_ASSET_LIST_ENTRIES: '9' }, { assetListEntries: 9 }],
    [{ ASSAY_CACHE_SIZE_GB: '0.5' }, { preGroupedBytes: GIB / 2 }],
    [{ ASSAY_CACHE_SIZE_GB: '4', ASSAY_PRE_GROUPED_BYTES: '1024' }, { preGroupedBytes: 1024 }],
    [{ ASSAY_ARRAY_RETURNS: 'off' }, { arrayReturns: false }],
    [{ ASSAY_HISTORY_CACHE: 'on' }, { historyCache: true }],
    [{ ASSAY_HISTORY_CACHE_ARRAYS: 'on' }, { historyCacheArrays: true }],
    [
      { ASSAY_HISTORY_CACHE_ENTRIES: '9', ASSAY_HISTORY_CACHE_BYTES: '4096' },
      { historyCacheEntries: 9, historyCacheBytes: 4096 },
    ],
    [
      { ASSAY_SHARED_INDICATORS: '0', ASSAY_INDICATOR_BYTES: '4096' },
      { sharedIndicators: false, indicatorBytes: 4096 },
    ],
    [
      { ASSAY_PERSISTENT_WORKERS: '1', ASSAY_SHARED_BUNDLES: 'on' },
      { persistentWorkers: true, sharedBundles: true },
    ],
    [{ ASSAY_HISTORY_KEPT_WINDOWS: '5, 60' }, { historyKeptWindows: [5, 60] }],
    [
      { ASSAY_BUNDLE_POOL: '0', ASSAY_BUNDLE_POOL_SIZE: '7' },
      { bundlePool: false, bundlePoolSize: 7 },
    ],
  ])('reads %j', (env, expected) => {
    expect(defaults(env)).toMatchObject(expected)
  })

  it.each([
    ['ASSAY_ENABLE_CACHING', 'maybe'],
    ['ASSAY_PRE_GROUPED_BARS', '2'],
    ['ASSAY_LRU_MAXSIZE', '0'],
    ['ASSAY_LRU_MAXSIZE', '-3'],
    ['ASSAY_ASSET_LIST_ENTRIES', '1.5'],
    ['ASSAY_PRE_GROUPED_BYTES', '99999999999999999999'],
    ['ASSAY_CACHE_SIZE_GB', 'lots'],
    ['ASSAY_CACHE_SIZE_GB', '0'],
    ['ASSAY_CACHE_SIZE_GB', '1e3'],
    ['ASSAY_HISTORY_CACHE', 'perhaps'],
    ['ASSAY_HISTORY_CACHE_ENTRIES', '0'],
    ['ASSAY_HISTORY_CACHE_BYTES', '64MB'],
    ['ASSAY_HISTORY_KEPT_WINDOWS', '20;50'],
    ['ASSAY_HISTORY_KEPT_WINDOWS', '20,,50'],
    ['ASSAY_HISTORY_KEPT_WINDOWS', '20,0'],
    ['ASSAY_SHARED_INDICATORS', 'twice'],
    ['ASSAY_INDICATOR_BYTES', '0'],
    ['ASSAY_PERSISTENT_WORKERS', '2'],
    ['ASSAY_SHARED_BUNDLES', 'both'],
    ['ASSAY_BUNDLE_POOL', 'warm'],
    ['ASSAY_BUNDLE_POOL_SIZE', '0'],
  ])('refuses %s=%s, naming the variable, the value and the valid values', (variable, value) => {
    const refused = () => defaults({ [variable]: value })
    expect(refused).toThrow(EngineError)
    expect(refused).toThrow(new RegExp(`^${variable} is '${value}'; set it to .*, or unset it$`))
  })

  it('refuses an invalid limit that another variable overrides', () => {
    expect(() => defaults({ ASSAY_LRU_MAXSIZE: 'many', ASSAY_ASSET_LIST_ENTRIES: '9' })).toThrow(
      /^ASSAY_LRU_MAXSIZE is 'many'/,
    )
    expect(() => defaults({ ASSAY_CACHE_SIZE_GB: 'lots', ASSAY_PRE_GROUPED_BYTES: '9' })).toThrow(
      /^ASSAY_CACHE_SIZE_GB is 'lots'/,
    )
  })

  it.each([
    [
      { arrayReturn: true },
      /unknown option 'arrayReturn'; use one of assetListCache, .*historyKeptWindows/,
    ],
    [{ constructor: true }, /unknown option 'constructor'/],
    [{ preGroupedBars: 'no' }, /preGroupedBars is "no"; give true or false/],
    [{ arrayReturns: undefined }, /arrayReturns is undefined; give true or false/],
    [{ historyCache: 1 }, /historyCache is 1; give true or false/],
    [{ historyCacheBytes: 0 }, /historyCacheBytes is 0; give a positive whole number/],
    [{ historyKeptWindows: 20 }, /historyKeptWindows is 20; give a list of positive whole numbers/],
    [
      { historyKeptWindows: [20, 0.5] },
      /historyKeptWindows is \[20,0.5\]; give a list of positive whole numbers/,
    ],
    [{ bundlePool: 1 }, /bundlePool is 1; give true or false/],
  ])('refuses the change %j', (change, message) => {
    const refused = () => enable(pureBaseline(), change as Partial<OptimizationConfig>)
    expect(refused).toThrow(EngineError)
    expect(refused).toThrow(message)
  })

  it('keeps a frozen copy of a list', () => {
    const lengths = [10]
    const changed = enable(pureBaseline(), { historyKeptWindows: lengths })
    lengths.push(11)
    expect(changed.historyKeptWindows).toEqual([10])
    expect(Object.isFrozen(changed.historyKeptWindows)).toBe(true)
  })

  it("keeps a suite's own fields", () => {
    const extended = { ...pureBaseline(), oneTick: true }
    expect(enable(extended, { arrayReturns: true })).toEqual({ ...extended, arrayReturns: true })
  })

  it.each([
    { assetListEntries: 0 },
    { preGroupedBytes: 0.5 },
    { preGroupedBytes: Number.NaN },
    { bundlePoolSize: 0 },
  ])('refuses %j', (change) => {
    expect(() => enable(pureBaseline(), change)).toThrow(/give a positive whole number/)
  })
})

describe('a layer by its number', () => {
  it('turns on what the layer of the same number in the suite does', () => {
    for (const layer of [1, 2, 3, 4, 5, 6, 7] as const)
      expect(enableLayer(layer)).toEqual(foldStack(suite, [`layer${layer}`]))
    expect(enableLayer(3, enableLayer(1))).toEqual(foldStack(suite, ['layer1', 'layer3']))
  })

  it('refuses any other number', () => {
    expect(() => enableLayer(8 as 5)).toThrow(/unknown layer 8; use 1, 2, 3, 4, 5, 6 or 7/)
    expect(() => enableLayer('toString' as unknown as 1)).toThrow(/unknown layer toString/)
  })
})

describe('the variables', () => {
  it('are those that defaults() reads, each once', () => {
    const names = configVariables()
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(['ASSAY_LRU_SIZE', 'ASSAY_HISTORY_KEPT_WINDOWS']))
    expect(names.every((name) => /^ASSAY_[A-Z_]+$/.test(name))).toBe(true)
  })
})
