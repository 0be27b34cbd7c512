import { describe, expect, it } from 'vitest'
import { type BacktestSpec, memoryBundle, openEngine, pureBaseline } from '../../../engine/index.js'
import { eachBar, simpleContent } from '../../support.js'

describe('a choice of a backtest that is misspelt', () => {
  it.each<[Record<string, unknown>, RegExp]>([
    [{ fill: 'close' }, /^fill 'close'; give one of next-open, next-close$/],
    [{ dividendPolicy: 'ex' }, /^dividendPolicy 'ex'; give one of prior-close, ex-close$/],
    [{ slippage: { kind: 'bps' } }, /^slippage 'bps'; give one of none, fixed, volume-share$/],
    [{ slippage: null }, /^slippage 'undefined'; give one of none/],
    [{ commission: { kind: 'toString' } }, /^commission 'toString'; give one of none, per-share/],
  ])('%j is refused by name', async (given, message) => {
    const spec = {
      bundle: memoryBundle(simpleContent([10, 11, 12])),
      algorithm: eachBar(() => undefined),
      ...given,
    } as unknown as BacktestSpec
    await expect(openEngine(pureBaseline()).backtest(spec)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(message),
    })
  })
})
