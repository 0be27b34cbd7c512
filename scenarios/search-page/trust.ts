import type { Absent, BacktestOverfitting, DeflatedSharpe } from '../../engine/index.js'
import {
  formatCount,
  formatCounted,
  formatNumber,
  formatPercent,
} from '../../harness/text/format.js'
import type { SearchResults } from '../search/search-results.js'
import type { Neighbourhood } from './neighbours.js'

/** How a figure speaks: for the best trial, against it, or neither. */
type State = 'good' | 'doubtful' | 'bad' | 'unknown'

/** One reason to trust the best trial, or not to. */
export interface Signal {
  readonly label: string
  /** A figure, or a dash. */
  readonly value: string
  readonly state: State
  /** What it means, in a clause without its full stop. */
  readonly clause: string
  /** How it was found, in a sentence. */
  readonly sentence: string
}

/** How far the best trial can be trusted. */
export interface Trust {
  /** Of the page's style: green, amber or red. */
  readonly word: 'accepted' | 'inconclusive' | 'rejected'
  readonly symbol: string
  readonly headline: string
  /** Why, in one sentence. */
  readonly sentence: string
  /** What to do next. */
  readonly advice: string
  readonly signals: readonly Signal[]
}

/** The limits between good, doubtful and bad; `docs/overfitting.md` explains the figures. */
const LIMITS = {
  deflated: { good: 0.95, bad: 0.5 },
  overfitting: { good: 0.1, bad: 0.5 },
  neighbours: { good: 0.5, bad: 0 },
  efficiency: { good: 0.5, bad: 0 },
} as const

/**
 * How far to trust the best trial of a search. All of its wording is made here. It holds up only
 * with a good deflated Sharpe ratio, another good figure and none that is bad; it is luck if that
 * ratio is bad, or more figures are bad than good.
 *
 * @param around  the trials around it; undefined if that cannot be judged
 */
export function trustOf(results: SearchResults, around: Neighbourhood | undefined): Trust {
  const signals = [
    deflatedSignal(results),
    overfittingSignal(results.backtestOverfitting),
    neighbourSignal(around),
    walkForwardSignal(results),
  ]
  const fault = faultOf(results)
  if (fault !== undefined) return { ...UNUSABLE, sentence: sentenceOf([fault]), signals }
  const clauses = (state: State) =>
    signals.filter((signal) => signal.state === state).map(({ clause }) => clause)
  const [bad, doubtful, good] = [clauses('bad'), clauses('doubtful'), clauses('good')]
  const { state: ofDeflated } = signals[0]!
  if (ofDeflated === 'bad' || bad.length > good.length)
    return { ...LUCK, sentence: sentenceOf(bad), signals }
  if (ofDeflated === 'good' && good.length >= 2 && bad.length === 0)
    return { ...HOLDS, sentence: sentenceOf(good, doubtful), signals }
  if (bad.length + good.length + doubtful.length === 0)
    return { ...UNKNOWN, sentence: sentenceOf(['no figure judges this search']), signals }
  const against = [...bad, ...doubtful]
  const sentence = against.length === 0 ? sentenceOf(good) : sentenceOf(against, good)
  return { ...DOUBTFUL, sentence, signals }
}

type Level = Omit<Trust, 'sentence' | 'signals'>

const HOLDS: Level = {
  word: 'accepted',
  symbol: '✓',
  headline: 'Holds up so far',
  advice: 'Test it on later data, which no search has seen, before you rely on it.',
}
const DOUBTFUL: Level = {
  word: 'inconclusive',
  symbol: '?',
  headline: 'Doubtful',
  advice:
    'Prefer a point amid other good ones, and test it on later data, which no search has seen.',
}
const LUCK: Level = {
  word: 'rejected',
  symbol: '✗',
  headline: 'Probably luck',
  advice: 'Do not rely on it. Search fewer parameters on more sessions, or change the strategy.',
}
const UNUSABLE: Level = {
  word: 'rejected',
  symbol: '✗',
  headline: 'Nothing to pick',
  advice: 'Change the strategy, its parameters or the constraints, and search again.',
}
const UNKNOWN: Level = {
  word: 'inconclusive',
  symbol: '–',
  headline: 'Cannot be judged',
  advice: 'Try more points on more sessions: a single result shows nothing about its cause.',
}

/** Why the best trial is of no use, whatever the figures. */
function faultOf({ best }: SearchResults): string | undefined {
  if (best.bankrupt !== undefined) return 'even the best trial was bankrupt'
  if (best.violation !== undefined) return 'each trial breaks a constraint'
  if (best.score === undefined) return 'the objective is undefined for every trial'
  if (best.metrics.fills === 0) return 'the best trial trades nothing'
  return best.metrics.totalReturn <= 0 ? 'even the best trial gained nothing' : undefined
}

function deflatedSignal({ deflatedSharpe: found, data }: SearchResults): Signal {
  const label = 'Deflated Sharpe ratio'
  if (found === undefined || found.kind === 'absent') return unknown(label, found)
  const { good, bad } = LIMITS.deflated
  const state = stateOf(found.probability, good, bad)
  return {
    label,
    value: formatPercent(found.probability),
    state,
    clause: DEFLATED[state],
    sentence: deflatedSentence(found, data.periodsPerYear),
  }
}

const DEFLATED: Readonly<Record<State, string>> = {
  good: 'luck among as many trials hardly explains it',
  doubtful: 'luck among as many trials may explain it',
  bad: 'as many trials without skill would be expected to do better',
  unknown: '',
}

function deflatedSentence(found: DeflatedSharpe, periodsPerYear: number): string {
  const yearly = (sharpe: number) => formatNumber(sharpe * Math.sqrt(periodsPerYear), 2)
  return `The probability that its true Sharpe ratio (${yearly(found.sharpe)} a year here) is above ${yearly(found.expectedMaximum)}, which the luckiest of ${formatCount(found.trials)} trials without skill would have.`
}

function overfittingSignal(found: BacktestOverfitting | Absent | undefined): Signal {
  const label = 'Probability of overfitting'
  if (found === undefined || found.kind === 'absent') return unknown(label, found)
  const { good, bad } = LIMITS.overfitting
  const state = stateOf(-found.probability, -good, -bad)
  return {
    label,
    value: formatPercent(found.probability),
    state,
    clause: OVERFITTING[state],
    sentence: `How often the best on one half of the sessions was at or below the median on the other half, over ${formatCount(found.divisions)} ways to divide them. There it lost in ${formatPercent(found.lossProbability)}.`,
  }
}

const OVERFITTING: Readonly<Record<State, string>> = {
  good: 'what was best on half of the sessions stayed good on the other half',
  doubtful: 'what was best on half of the sessions was not always good on the other half',
  bad: 'what was best on half of the sessions was mostly poor on the other half',
  unknown: '',
}

function neighbourSignal(around: Neighbourhood | undefined): Signal {
  const label = 'Trials around it'
  if (around === undefined)
    return { ...unknown(label), sentence: 'Too few trials are near the best one to judge.' }
  const { good, bad } = LIMITS.neighbours
  const state = stateOf(around.kept, good, bad)
  return {
    label,
    value: formatPercent(around.kept, 0),
    state,
    clause: NEIGHBOURS[state],
    sentence: `Part of its lead over the median trial that the ${formatCounted(around.count, 'nearest trial')} keep: near 100 % on a plateau, near 0 % around a peak that stands alone.`,
  }
}

const NEIGHBOURS: Readonly<Record<State, string>> = {
  good: 'trials around it are good too',
  doubtful: 'trials around it are clearly worse',
  bad: 'it is a peak that stands alone',
  unknown: '',
}

function walkForwardSignal({ walkForward }: SearchResults): Signal {
  const label = 'Walk-forward efficiency'
  if (walkForward === undefined)
    return { ...unknown(label), sentence: 'The search had no walk-forward windows.' }
  const windows = formatCounted(walkForward.windows.length, 'window')
  if (walkForward.bankrupt !== undefined)
    return {
      label,
      value: '—',
      state: 'bad',
      clause: 'it was bankrupt on sessions that the choice had not seen',
      sentence: `Over ${windows}, the equity on the test segments fell to zero.`,
    }
  if (walkForward.efficiency === undefined)
    return {
      ...unknown(label),
      sentence: `Undefined: over ${windows}, the winners gained nothing on the train segments.`,
    }
  const { good, bad } = LIMITS.efficiency
  const state = stateOf(walkForward.efficiency, good, bad)
  return {
    label,
    value: formatPercent(walkForward.efficiency, 0),
    state,
    clause: EFFICIENCY[state],
    sentence: `Annual return on sessions that the choice had not seen, as a part of that on the sessions before, over ${windows}.`,
  }
}

const EFFICIENCY: Readonly<Record<State, string>> = {
  good: 'such choices kept gaining on sessions they had not seen',
  doubtful: 'such choices gained far less on sessions they had not seen',
  bad: 'such choices lost on sessions they had not seen',
  unknown: '',
}

function unknown(label: string, found?: Absent): Signal {
  const reason = found?.reason ?? 'the search did not keep the returns of its trials'
  return { label, value: '—', state: 'unknown', clause: '', sentence: `Not computed: ${reason}.` }
}

/** @param bad  at or below it, a value is bad */
function stateOf(value: number, good: number, bad: number): State {
  if (value >= good) return 'good'
  return value <= bad ? 'bad' : 'doubtful'
}

/** `A, and b, although c.`: of more clauses, the first. */
function sentenceOf(clauses: readonly string[], others: readonly string[] = []): string {
  const text = [clauses.slice(0, 2).join(', and '), ...others.slice(0, 1)].join(', although ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** A state as a badge. */
export const BADGES: Readonly<
  Record<State, { readonly word: string; readonly symbol: string; readonly text: string }>
> = {
  good: { word: 'accepted', symbol: '✓', text: 'good' },
  doubtful: { word: 'inconclusive', symbol: '?', text: 'doubtful' },
  bad: { word: 'rejected', symbol: '✗', text: 'bad' },
  unknown: { word: 'inconclusive', symbol: '–', text: 'unknown' },
}
