import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  EngineError,
  loadSearchModule,
  type SearchModule,
  specOf,
} from '../../../../engine/index.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'

let written = 0

/** Writes a module of its own, and gives its path. */
function moduleOf(text: string, ending = 'mjs'): string {
  const file = join(temporaryDirectory(), `search-${++written}.${ending}`)
  writeFileSync(file, text)
  return file
}

const STRATEGY = 'strategy: ({ shares }) => ({ shares, handleData() {} })'

describe('a search module', () => {
  it('describes strategy, bundle, settings and objective', async () => {
    const file = moduleOf(
      `export default { bundle: './market', ${STRATEGY}, backtest: { cash: '500' }, objective: 'sharpe' }`,
    )
    const search = await loadSearchModule(file)
    expect(search).toMatchObject({
      module: file,
      bundle: join(file, '..', 'market'),
      backtest: { cash: '500' },
      objective: 'sharpe',
    })
    expect(await search.strategy({ shares: 3 })).toMatchObject({ shares: 3 })
  })

  it('is loaded by its address as by its path, with total return as the default', async () => {
    const file = moduleOf(`export default { bundle: new URL('./b', import.meta.url), ${STRATEGY} }`)
    const byAddress = await loadSearchModule(pathToFileURL(file))
    expect(byAddress).toMatchObject({
      bundle: join(file, '..', 'b'),
      objective: 'total-return',
      backtest: {},
    })
    expect((await loadSearchModule(pathToFileURL(file).href)).bundle).toBe(byAddress.bundle)
  })

  it('can be a function of plain data, also one that loads something first', async () => {
    const file = moduleOf(`export default async ({ cash, at }) => ({
      bundle: at, backtest: { cash }, ${STRATEGY} })`)
    const options = { cash: 77, at: '/data/market' }
    expect(await loadSearchModule(file, { options })).toMatchObject({
      bundle: '/data/market',
      backtest: { cash: 77 },
    })
    expect(await loadSearchModule(file, { options, bundle: '/other' })).toMatchObject({
      bundle: '/other',
    })
  })

  it('gives each trial its own backtest, with the range of the task', async () => {
    const search: Pick<SearchModule, 'strategy'> & { backtest: { range: { start: number } } } = {
      strategy: async ({ shares }) => ({ handleData: () => shares }),
      backtest: { range: { start: 5 } },
    }
    const whole = await specOf(search, { parameters: { shares: 2 } }, '/data')
    expect(whole).toMatchObject({ bundle: '/data', range: { start: 5 } })
    const task = { parameters: { shares: 2 }, range: { start: 9, end: 12 } }
    expect((await specOf(search, task, '/data')).range).toEqual({ start: 9, end: 12 })
  })

  it('refuses a strategy that cannot be run when the trial begins', async () => {
    const none = { strategy: () => undefined as never, backtest: {} }
    await expect(specOf(none, { parameters: {} }, '/data')).rejects.toThrow(
      /returned no strategy; return an object with handleData/,
    )
  })

  it.each([
    ['export const strategy = 1', /has no default export; write export default \{ strategy/],
    ['export default 5', /exports a number where a search belongs; write export default/],
    ['export default () => [1]', /exports a list where a search belongs/],
    ['export default () => { throw new Error("no licence") }', /failed to make .* \(no licence\)/],
    ['export default { bundle: "b" }', /has nothing as its strategy; write export default/],
    ['export default { bundle: "b", strategy: {} }', /has an object as its strategy/],
    [`export default { ${STRATEGY} }`, /has nothing as its bundle; give the directory of a bundle/],
    [`export default { bundle: 5, ${STRATEGY} }`, /has a number as its bundle/],
    [
      `export default { bundle: 'b', ${STRATEGY}, backtests: {} }`,
      /unknown field 'backtests'; use strategy, bundle, prices, backtest, space, objective/,
    ],
    [
      `export default { bundle: 'b', ${STRATEGY}, backtest: { capital: 5 } }`,
      /unknown setting backtest\.capital; use assets, range, warmUp, cash/,
    ],
    [`export default { bundle: 'b', ${STRATEGY}, backtest: 5 }`, /has a number as its backtest/],
    [
      `export default { bundle: 'b', ${STRATEGY}, objective: 'sharp' }`,
      /has no valid objective: .*sharp.*sharpe/,
    ],
    [
      `export default { bundle: 'b', ${STRATEGY}, space: [] }`,
      /has a list as its space; give para/,
    ],
    ['export default {', /cannot be imported \(.*\); correct the module/],
    ['throw new Error("disk gone")', /cannot be imported \(disk gone\); correct the module/],
    ['import "./nowhere.mjs"', /cannot be found or imports what is not there|cannot be imported/],
  ])('refuses %s', async (text, message) => {
    const file = moduleOf(text)
    const refused = loadSearchModule(file)
    await expect(refused).rejects.toThrow(EngineError)
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toThrow(file)
    await expect(refused).rejects.toMatchObject({ code: 'input-invalid', details: { file } })
  })

  it('names a module that is not there', async () => {
    const file = join(temporaryDirectory(), 'none', 'absent.mjs')
    mkdirSync(join(file, '..'))
    await expect(loadSearchModule(file)).rejects.toThrow(/absent\.mjs .*; correct the/)
  })
})
