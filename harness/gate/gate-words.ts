import { formatLimit } from '../text/format.js'
import type { GateCase, GateEquivalence, GateReport } from './gate-report.js'

/** Words terminal and markdown share; verdicts are taken as they are. */

/** `fail: 2 of 4 cases are at least 10 % slower` */
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
      return `pass: none of ${cases.length} cases is ${limit} slower${announced}`
    case 'fail':
      return `fail: ${count('fail')} slower by ${limit} or more, twice over${announced}`
    case 'inconclusive':
      return `inconclusive: ${count('inconclusive')} undecided; this is not a pass${announced}`
    case 'not-equivalent':
      return 'not equivalent: head computes something else than its base'
    case 'not-comparable':
      return 'not comparable: nothing was decided; this is not a pass'
  }
}

const REASONS: Readonly<Record<string, string>> = {
  'certified-regression': 'certainly at least that much slower, in both rounds',
  'estimated-regression': 'slower by the estimate, and certainly slower at all, in both rounds',
  'not-confirmed':
    'the first round failed and the second did not, so the two decide nothing; repeat on a quiet machine',
  'too-noisy': 'the machine is too noisy to tell; repeat on a quiet one, or raise --max-pairs',
  'noise-red': 'pairs vary so much that only certified verdicts count; repeat on a quiet machine',
  contaminated:
    'too many pairs had to be voided because other programs were at work; repeat on a quiet machine',
  discordant:
    'cpu and wall time tell different stories; repeat on a quiet machine, or give --metric wall',
  'calibration-failed': 'the calibration of this machine found the harness biased; calibrate again',
  unfinished: 'measuring ended before it was decided',
}

/** Why a case has its verdict. */
export function reasonText({ reasons, verdict }: GateCase): string {
  const shown =
    verdict === 'fail' || !reasons.includes('not-confirmed') ? reasons : ['not-confirmed']
  return shown.map((code) => REASONS[code] ?? code).join('; ')
}

/** `grid-search, seed 7, backtest fast=5 slow=60: price is 10.01 in base and 10.02 in head` */
export function divergenceText(
  divergence: Extract<GateEquivalence, { kind: 'different' }>['divergence'],
): string {
  const { workload, seed, at, arm, field, baseline, candidate } = divergence
  const where = [
    workload,
    `seed ${seed}`,
    ...Object.entries(at).map(([name, value]) => `${name} ${value}`),
  ].join(', ')
  const named = field.replace('the baseline', 'base').replace('the candidate', 'head')
  return `${where}: ${named} is ${baseline} in base and ${candidate} in ${arm === 'baseline' ? 'a run of base' : 'head'}`
}
