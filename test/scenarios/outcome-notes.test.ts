import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../fixtures/bench.js'
import { assay } from './assay.js'

/** A backtest over one bar a day, each opening at its close, with 1000 shares traded. */
async function backtest(closes: readonly number[], ...words: string[]) {
  const file = join(temporaryDirectory(), 'AAA.csv')
  const rows = closes.map((close, i) => {
    const day = String(i + 1).padStart(2, '0')
    return `2024-01-${day},${close},${close},${close},${close},1000`
  })
  writeFileSync(file, `date,open,high,low,close,volume\n${rows.join('\n')}\n`)
  const averages = ['--fast', '1', '--slow', '2']
  return assay(['backtest', '--csv', file, ...averages, '--json', ...words])
}

describe('after a backtest, a note', () => {
  it('names the reason why nothing was traded: no signal', async () => {
    const { code, stderr } = await backtest([10, 10, 10, 9])
    expect(code).toBe(0)
    expect(stderr).toBe(
      'note: no trade, because the fast average was never above the slow one in the range\n',
    )
  })

  it('names the reason why no order filled: the last bar, or less than a share', async () => {
    const last = await backtest([10, 11, 12], '--start', '2024-01-03')
    expect(last.stderr).toBe(
      'note: no order in AAA filled, because an order needs a bar after it, in the range, with volume\n',
    )
    const small = await backtest([10, 11, 12], '--slippage', 'volume-share:0.0001:0.1')
    expect(small.stderr).toMatch(/with volume, of which 0\.0001 is a whole share or more/)
    expect((await backtest([10, 11, 12])).stderr).toBe('')
  })

  it('names a bankruptcy, and the document holds its date', async () => {
    const { stderr, stdout } = await backtest([10, 11, 12, 1, 50], '--cash', '100')
    expect(stderr).toMatch(/^note: equity fell to zero or below on 2024-01-04: the account was/)
    const { bankrupt, metrics } = JSON.parse(stdout)
    expect(bankrupt).toBe('2024-01-04')
    expect(Object.keys(metrics)).not.toContain('sharpe')
  })
})
