import {
  formatCount,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../../harness/text/format.js'
import type { ResultTrial, SearchResults } from '../search/search-results.js'

/** How scores of an objective are written. */
export interface ScoreText {
  /** Of the objective. */
  readonly name: string
  /** 1 if the highest score is the best, otherwise −1. */
  readonly sign: 1 | -1
  /** `highest is best` or `lowest is best`. */
  readonly direction: string
  /** A score with its unit. */
  readonly show: (score: number) => string
  /** A score in the width of an axis. */
  readonly tick: (score: number) => string
  /** A score, or that it is undefined. */
  readonly ofTrial: (trial: Pick<ResultTrial, 'score'>) => string
}

/** How the scores of a search are written. */
export function scoreTextOf({ objective: { name, best } }: SearchResults): ScoreText {
  const show = FORMATS.get(name) ?? plain
  return {
    name,
    sign: best === 'highest' ? 1 : -1,
    direction: `${best} is best`,
    show,
    tick: (score) => {
      const text = show(score)
      if (text.length <= TICK_LENGTH) return text
      return text.endsWith('%') ? `${shortAmount(100 * score)} %` : shortAmount(score)
    },
    ofTrial: ({ score }) => (score === undefined ? 'undefined' : show(score)),
  }
}

const ratio = (score: number) => formatNumber(score, 2)
const FORMATS: ReadonlyMap<string, (score: number) => string> = new Map([
  ['total-return', (score: number) => formatSignedPercent(score)],
  ['max-drawdown', (score: number) => formatPercent(score)],
  ['final-equity', (score: number) => amountText(score)],
  ['sharpe', ratio],
  ['calmar', ratio],
  ['profit-factor', ratio],
])

/** An amount of money without its fraction, thousands separated. */
export function amountText(amount: number | string): string {
  const value = Number(amount)
  return `${value < 0 ? '−' : ''}${formatCount(Math.abs(value))}`
}

/** `1.2 M`, `950 k`, `820`: five significant digits. */
export function shortAmount(value: number): string {
  const size = Math.abs(value)
  const { factor, unit } = UNITS.find(({ least }) => size >= least) ?? { factor: 1, unit: '' }
  const number = Number((value / factor).toPrecision(5))
  const text = Math.abs(number) >= 1e5 ? number.toExponential(1) : String(number)
  return `${text}${unit}`.replace('-', '−')
}

const UNITS = [
  { least: 1e12, factor: 1e12, unit: ' T' },
  { least: 1e9, factor: 1e9, unit: ' G' },
  { least: 1e6, factor: 1e6, unit: ' M' },
  { least: 1e4, factor: 1e3, unit: ' k' },
] as const

/** Characters that fit an axis. */
const TICK_LENGTH = 8

/** Four significant digits. */
function plain(score: number): string {
  const size = Math.abs(score)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return score.toExponential(2).replace('-', '−')
  return String(Number(score.toPrecision(4))).replace('-', '−')
}
