import { describe, expect, it } from 'vitest'
import { resultTrialOf } from '../../../scenarios/search/search-results.js'

const figures = {
  finalEquity: '1100.5',
  totalReturn: 0.1,
  maxDrawdown: 0.02,
  fills: 4,
  closedTrades: 0,
}
const trial = {
  index: 3,
  parameters: { fast: 5, kind: 'ema' },
  bundle: { name: 'prices', version: 'sha256:00' },
  bars: 20,
  objective: 'sharpe',
  ...figures,
}

describe('a trial in search.json', () => {
  it('leaves out what all trials share, and what is undefined', () => {
    expect(resultTrialOf(trial)).toEqual({
      index: 3,
      parameters: { fast: 5, kind: 'ema' },
      metrics: figures,
    })
  })

  it('keeps a score of 0, and what ranks the trial', () => {
    const ranks = { score: 0, bankrupt: '2020-01-02', fidelity: 0.5, violation: 0.25 }
    expect(resultTrialOf({ ...trial, ...ranks })).toEqual({
      index: 3,
      parameters: { fast: 5, kind: 'ema' },
      metrics: figures,
      ...ranks,
    })
  })
})
