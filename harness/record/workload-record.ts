import type { Arm, Budget, Criterion, Metric } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { Evidence } from '../evidence/evidence.js'
import { type Interval, type SampleSummary, summarize } from '../statistics/interval.js'
import { budgetValues, estimateBudget } from '../verdict/budget-values.js'
import {
  type Comparison,
  compareArms,
  type Improvement,
  improvementOf,
  sampleOf,
} from '../verdict/compare.js'
import { certifiableMean, limitOf } from '../verdict/criteria/budget.js'
import { kindOf, type Rule, ruleOf } from '../verdict/criteria.js'
import { type Cumulative, cumulate } from '../verdict/cumulative.js'
import type { WorkloadDecision } from '../verdict/decide.js'
import type { Look } from '../verdict/look.js'
import { compareMemory, type MemoryRatio } from '../verdict/memory.js'
import { type ProbePair, probePairs } from '../verdict/memory-probe.js'
import { type CertifiableEffect, type Noise, noiseOf } from '../verdict/noise.js'
import { failedPairs, type Round, voidedPairs } from '../verdict/rounds.js'
import { probeWarnings, warningsOf } from '../verdict/warnings.js'
import { toExecutions } from './executions-record.js'
import { toNaiveRecord, toOrdinaryTests, toWelchRecord } from './ordinary-tests.js'
import { profileGainWarnings, toProfileRecord } from './profile-record.js'
import type { WorkloadRecord } from './record-schema.js'
import { toCounters, toWork } from './work-done.js'

/**
 * The part of a record about one workload, from the rounds on which its verdict is based.
 *
 * @param version of the record
 */
export function toWorkloadRecord(
  { plan, runs, memoryProbe = [], hotspots, blockCounts }: Evidence,
  decision: WorkloadDecision,
  version: number,
): WorkloadRecord {
  const planned = plan.workloads.find(({ id }) => id === decision.id)!
  const rule = ruleOf(plan, decision.id)
  const { rounds, looks } = decision.assessment
  const probed = probePairs(memoryProbe, decision.id, rule.against)
  const profiled = ofWorkload(hotspots, decision.id)
  const counted = ofWorkload(blockCounts, decision.id)
  const change = profiled && compareArms(rounds, rule.against, 'cpu')?.improvement
  return defined({
    id: planned.id,
    title: planned.title,
    content: planned.content,
    role: planned.role,
    metric: rule.metric,
    against: rule.against,
    design: planned.design,
    warmup: planned.warmup,
    iterations: planned.iterations,
    pairs: rounds.length,
    voidedPairs: voidedPairs(runs, decision.id),
    failedPairs: failedPairs(runs, decision.id),
    looks: [...looks],
    ...statistics(rounds, looks.at(-1), {
      ...rule,
      arms: plan.arms,
      layer: plan.criterion,
      probed,
      version,
    }),
    profile: profiled && toProfileRecord(profiled, change),
    executions: counted && toExecutions(counted, rule.against),
    verdict: decision.verdict,
    reasons: [...decision.reasons],
    warnings: [
      ...warningsOf(rounds, looks, rule, probed, version < BOTH_COMPARISONS),
      ...probeWarnings(memoryProbe, decision.id),
      ...(profiled ? profileGainWarnings(profiled, change) : []),
    ],
  })
}

function ofWorkload<Value>(
  values: Readonly<Record<string, Value>> | undefined,
  id: string,
): Value | undefined {
  return values !== undefined && Object.hasOwn(values, id) ? values[id] : undefined
}

/** A cumulative improvement in the shape of a record. */
export function toCumulativeRecord({ improvement, ci95, speedup }: Cumulative) {
  return defined({ improvement, ci95: ci95 && toPair(ci95), speedup })
}

/** The version since which a record holds both comparisons. */
const BOTH_COMPARISONS = 3

interface Setting extends Rule {
  readonly version: number
  readonly arms: readonly Arm[]
  /** The criterion of the layer: that of a target. */
  readonly layer: Criterion
  readonly probed: readonly ProbePair[]
}

function statistics(
  rounds: readonly Round[],
  look: Look | undefined,
  setting: Setting,
): Partial<WorkloadRecord> {
  const { arms, against, metric, criterion, layer } = setting
  const comparison = compareArms(rounds, against, metric)
  const overall = compareArms(rounds, 'baseline', metric)
  if (comparison === undefined || overall === undefined) return {}
  const memory = compareMemory(rounds, against, setting.probed)
  const noise = noiseOf(comparison.estimate)
  return defined({
    ...(criterion.kind === 'budget' && toBudgetRecord(rounds, criterion, look)),
    ...toMetricBlock(rounds, setting, metric, criterion.kind === 'budget' ? undefined : look),
    speedup: Math.exp(-comparison.estimate.m),
    ...toWelchRecord('welch', overall),
    ...(against === 'incumbent' && toWelchRecord('welchIncumbent', comparison)),
    ...toTests(comparison, layer),
    wall: toMetricBlock(rounds, setting, 'wall'),
    cpu: metric === 'wall' ? toMetricBlock(rounds, setting, 'cpu') : undefined,
    memory:
      memory &&
      defined({
        ...toMemoryRecord(memory),
        probe: memory.probe && toMemoryRecord(memory.probe),
      }),
    noise: { ...noise, ...(look && toCertifiable(noise, look, setting)) },
    work: toWork(rounds, arms),
    ...toCounters(rounds),
    ...(against === 'incumbent' && toBaselineComparison(rounds, overall, setting)),
  })
}

/** The comparison that the verdict does not use. */
function toBaselineComparison(
  rounds: readonly Round[],
  overall: Comparison,
  { version }: Setting,
): Pick<WorkloadRecord, 'cumulative' | 'againstBaseline'> {
  const cumulative = toCumulativeRecord(cumulate([overall.estimate]))
  if (version < BOTH_COMPARISONS) return { cumulative }
  const wall = compareArms(rounds, 'baseline', 'wall')!
  return {
    cumulative,
    againstBaseline: defined({
      improvement: toImprovementRecord(overall.improvement, undefined),
      ...toOrdinaryTests(overall),
      wall: toImprovementRecord(wall.improvement, undefined),
    }),
  }
}

/** The naive rule is only stated for an improvement criterion, because it claims an improvement. */
function toTests(comparison: Comparison, layer: Criterion) {
  return {
    ...toOrdinaryTests(comparison),
    ...(layer.kind === 'improvement' && toNaiveRecord(comparison, layer.atLeast)),
  }
}

/** What this noise could have certified: by the workload's criterion and the layer's threshold. */
function toCertifiable(
  noise: Noise,
  look: Look,
  { criterion, layer }: Setting,
): Partial<NonNullable<WorkloadRecord['noise']>> {
  const effectOf = (one: Criterion): CertifiableEffect => kindOf(one).certifiable(noise, look, one)
  return defined({
    ...(layer.kind === 'improvement' ? effectOf(layer) : {}),
    ...effectOf(criterion),
  })
}

/** The mean of a budget's counter; absent if a run lacks the counter. */
function toBudgetRecord(
  rounds: readonly Round[],
  budget: Budget,
  look: Look | undefined,
): Pick<WorkloadRecord, 'budget'> {
  const values = budgetValues(rounds, budget.counter)
  if (values === undefined) return {}
  const bound = 'atMost' in budget ? look?.upper : look?.lower
  return {
    budget: defined({
      counter: budget.counter,
      mean: estimateBudget(values).m,
      bound,
      limit: limitOf(budget),
      certifiable: look && certifiableMean(budget, look),
    }),
  }
}

function toMetricBlock(
  rounds: readonly Round[],
  { arms, against }: Setting,
  metric: Metric,
  look?: Look,
) {
  const comparison: Comparison = compareArms(rounds, against, metric)!
  const summary = (arm: Arm) => toSummaryRecord(summarize(sampleOf(rounds, arm, metric)))
  return defined({
    baseline: summary('baseline'),
    incumbent: arms.includes('incumbent') ? summary('incumbent') : undefined,
    candidate: summary('candidate'),
    improvement: toImprovementRecord(comparison.improvement, look),
  })
}

function toImprovementRecord({ estimate, ci95, p, df }: Improvement, look: Look | undefined) {
  return defined({
    estimate,
    ci95: ci95 && toPair(ci95),
    certifiedAtLeast: look && improvementOf(look.upper),
    p,
    df,
  })
}

function toMemoryRecord({ ratio, ci95, verdict }: MemoryRatio) {
  return defined({ ratio, ci95: ci95 && toPair(ci95), verdict })
}

function toSummaryRecord({ n, mean: m, sd, cv, ci95 }: SampleSummary) {
  return { n, mean: m, sd, cv, ci95: toPair(ci95) }
}

/** An interval in the shape of a record. */
export function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}
