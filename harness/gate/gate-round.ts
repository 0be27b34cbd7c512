import { mean } from 'simple-statistics'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { compareArms } from '../verdict/compare.js'
import { ruleOf } from '../verdict/criteria.js'
import { assessPlanned } from '../verdict/decide.js'
import { certifiableRegression, certifiableSlowdown, noiseOf } from '../verdict/noise.js'
import { plannedBounds } from '../verdict/resolution.js'
import { warningsOf } from '../verdict/warnings.js'
import type { GateRound } from './gate-report.js'

/**
 * The result of one round of a workload.
 *
 * @param journal path of its runs, relative to the report
 */
export function roundOf(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
  id: string,
  journal: string,
): GateRound {
  const rule = ruleOf(plan, id)
  const { outcome, reasons, rounds, looks } = assessPlanned(plan, runs, id)
  const comparison = compareArms(rounds, rule.against, rule.metric)
  const noise = comparison && noiseOf(comparison.estimate)
  const look = looks.at(-1)
  const planned = look && plannedBounds(plan.regime, rule.criterion, look)
  const limit = 'atMost' in rule.criterion ? rule.criterion.atMost : undefined
  const ci95 = comparison?.improvement.ci95
  return defined({
    seed: plan.seed,
    outcome,
    reasons: [...reasons],
    pairs: rounds.length,
    baseMs: comparison && mean([...comparison.a]),
    headMs: comparison && mean([...comparison.b]),
    slowdown: comparison && -comparison.improvement.estimate,
    ci95: ci95 && [-ci95.upper, -ci95.lower],
    noise,
    certifiable:
      noise && planned && limit !== undefined
        ? {
            passes: certifiableSlowdown(noise, planned, limit),
            fails: certifiableRegression(noise, planned, limit),
          }
        : undefined,
    looks: [...looks],
    warnings: warningsOf(rounds, looks, rule),
    journal,
  })
}
