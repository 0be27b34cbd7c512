import { decidingLook } from '../record/deciding-interval.js'
import { type ArmNames, executionLines, executionsSentence } from '../record/executions-text.js'
import { divergencePlace } from '../text/divergence-place.js'
import { formatCount, formatLimit, formatMs, formatPercent } from '../text/format.js'
import { visibleText } from '../text/visible-text.js'
import { type GateReason, WORK_REASONS, type WorkReason } from '../verdict/gate.js'
import { reasonSentence, type WorkloadReason } from '../verdict/reasons.js'
import type {
  GateCase,
  GateEquivalence,
  GateReport,
  GateRound,
  GrownFunction,
} from './gate-report.js'

/** The words that the terminal text and the markdown share. */

/** `fail: 2 of 4 cases are slower by 10 % or more, in two rounds` */
export function verdictText({ verdict, cases, rule, equivalence }: GateReport): string {
  const count = (which: GateCase['verdict']) =>
    `${cases.filter((one) => one.verdict === which).length} of ${cases.length} cases`
  const announced =
    equivalence?.kind === 'different' && verdict !== 'not-equivalent'
      ? ' (results differ, as announced)'
      : ''
  const limit = formatLimit(rule.limit)
  switch (verdict) {
    case 'pass':
      return `pass: ${count('pass')} are less than ${limit} slower${strictText(rule)}${announced}`
    case 'fail':
      return `fail: ${failedText(cases, limit)}${announced}`
    case 'inconclusive':
      return `inconclusive: ${count('inconclusive')} are undecided, which does not pass${announced}`
    case 'not-equivalent':
      return "not equivalent: head's results differ from the base's"
    case 'not-comparable':
      return 'not comparable: no case was decided, which does not pass'
  }
}

/** What passing means besides time: `, and execute no more than the base`. */
function strictText({ strictWork }: GateReport['rule']): string {
  if (strictWork === undefined) return ''
  const most = strictWork === 0 ? 'no more' : `at most ${formatLimit(strictWork)} more`
  return `, and execute ${most} than the base`
}

/** How many cases failed, by time and by executions. */
function failedText(cases: readonly GateCase[], limit: string): string {
  const failed = cases.filter(({ verdict }) => verdict === 'fail')
  const slower = failed.filter(({ reasons }) => reasons.some((code) => !isWorkReason(code)))
  const added = failed.filter(({ reasons }) => reasons.includes('added-work'))
  const of = (one: readonly GateCase[]) => `${one.length} of ${cases.length} cases`
  return [
    ...(slower.length > 0 ? [`${of(slower)} are slower by ${limit} or more, in two rounds`] : []),
    ...(added.length > 0 ? [`${of(added)} execute more than the base`] : []),
  ].join('; ')
}

function isWorkReason(code: GateReason): code is WorkReason {
  return (WORK_REASONS as readonly GateReason[]).includes(code)
}

/** Base and head are arms of one measurement. */
const VERSION_NAMES: ArmNames = { baseline: 'base', incumbent: 'base', candidate: 'head' }

/** The executions of a case: the total, then the lines that changed most. */
export function executionsText({ executions }: GateCase): string[] {
  if (executions === undefined) return []
  return [
    executionsSentence(executions, VERSION_NAMES),
    ...executionLines(executions, VERSION_NAMES),
  ]
}

/** Sentences for reasons that only a gate has. */
const GATE_SENTENCES: Readonly<Record<Exclude<GateReason, WorkloadReason>, string>> = {
  'not-confirmed':
    'the first round failed and the second did not, so the two decide nothing; repeat on a quiet machine',
  unfinished: 'measuring ended before a decision',
  'added-work': 'head executes more than base, by more than --strict-work allows',
  'work-not-exact':
    'executions cannot be compared exactly, so --strict-work does not pass; make the workload deterministic, or leave out --strict-work',
}

const REMEDIES: Readonly<Partial<Record<WorkloadReason, string>>> = {
  'too-noisy': 'repeat on a quiet machine, or raise --max-pairs',
  'noise-red': 'repeat on a quiet machine',
  contaminated: 'repeat on a quiet machine',
  discordant: 'repeat on a quiet machine, or give --metric wall',
  'calibration-failed': 'calibrate again',
}

/** A text that explains why a case has its verdict and what to do. */
export function reasonText({ reasons, verdict }: GateCase, { limit }: GateReport['rule']): string {
  const work = reasons.filter(isWorkReason)
  const byTime = reasons.filter((code) => !isWorkReason(code))
  const shown =
    verdict === 'fail' || !byTime.includes('not-confirmed') ? byTime : ['not-confirmed' as const]
  const rounds = verdict === 'fail' && shown.length > 0 ? 'in both rounds, ' : ''
  return [
    ...work.map((code) => sentenceOf(code, limit)),
    ...(shown.length === 0
      ? []
      : [`${rounds}${shown.map((code) => sentenceOf(code, limit)).join('; ')}`]),
  ].join('; ')
}

function sentenceOf(code: GateReason, limit: number): string {
  if (isGateReason(code)) return GATE_SENTENCES[code]
  const sentence = reasonSentence(code, { kind: 'regression', atMost: limit })
  return REMEDIES[code] === undefined ? sentence : `${sentence}; ${REMEDIES[code]}`
}

function isGateReason(code: GateReason): code is Exclude<GateReason, WorkloadReason> {
  return Object.hasOwn(GATE_SENTENCES, code)
}

/** `grid-search, seed 7, backtest fast=5 slow=60: price is 10.01 in base and 10.02 in head` */
export function divergenceText(
  divergence: Extract<GateEquivalence, { kind: 'different' }>['divergence'],
): string {
  const { arm, field, baseline, candidate } = divergence
  const named = field.replace('the baseline', 'base').replace('the candidate', 'head')
  return `${divergencePlace(divergence)}: ${visibleText(named)} is ${visibleText(baseline)} in base and ${visibleText(candidate)} in ${arm === 'baseline' ? 'a run of base' : 'head'}`
}

/** The warnings on a case. One that both rounds give appears once, in the words of the first. */
export function warningsOf({ rounds }: GateCase): GateRound['warnings'] {
  const all = rounds.flatMap(({ warnings }) => warnings)
  return all.filter(({ code }, index) => all.findIndex((one) => one.code === code) === index)
}

/** The slowdowns that this noise certifies with 80 % power: `passes ≤ 5.1 %, fails ≥ 15.2 %` */
export function certifiableText({ passes, fails }: NonNullable<GateRound['certifiable']>): string {
  return `passes ≤ ${formatPercent(passes)}, fails ≥ ${formatPercent(fails)}`
}

/** `spinKernel (dist/kernel.mjs:3) 1.204 ms → 3.640 ms` */
export function grownText({ name, place, baseMs, headMs }: GrownFunction): string {
  const where = place === undefined ? '' : ` (${place})`
  return `${name}${where} ${formatMs(baseMs)} → ${formatMs(headMs)}`
}

/** The value of a counter in one version. */
export function countText(value: number | undefined): string {
  return value === undefined ? 'not counted' : formatCount(value)
}

/** The number of equal counters over all cases. */
export function totalOfEqual(cases: readonly GateCase[]): number {
  return cases.reduce((sum, { countedWork }) => sum + countedWork.equal, 0)
}

/**
 * The bounds of the slowdown at the look that decided, fractions. They allow for every look of the
 * rule, unlike the interval of a single look (`ci95`).
 *
 * @returns undefined without a look at all of the pairs, or without variation
 */
export function slowdownInterval(
  round: Pick<GateRound, 'looks' | 'pairs'>,
): [number, number] | undefined {
  const look = decidingLook(round)
  return look && [Math.expm1(look.lower), Math.expm1(look.upper)]
}
