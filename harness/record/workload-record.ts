import type { Arm, Budget, Criterion, Metric } from '../contract.js'
import type { Evidence } from '../evidence/evidence.js'
import { type Interval, type SampleSummary, summarize } from '../statistics/interval.js'
import { budgetValues, certifiableMean, estimateBudget } from '../verdict/budget.js'
import {
  type Comparison,
  compareArms,
  type Improvement,
  improvementOf,
  sampleOf,
} from '../verdict/compare.js'
import { ruleOf } from '../verdict/criteria.js'
import { type Cumulative, cumulate } from '../verdict/cumulative.js'
import type { WorkloadDecision } from '../verdict/decide.js'
import type { Look } from '../verdict/look.js'
import { compareMemory, type MemoryRatio } from '../verdict/memory.js'
import { type ProbePair, probePairs } from '../verdict/memory-probe.js'
import {
  certifiableEquivalence,
  certifiableImprovement,
  certifiableSlowdown,
  type Noise,
  noiseOf,
} from '../verdict/noise.js'
import { failedPairs, type Round, voidedPairs } from '../verdict/rounds.js'
import { probeWarnings, warningsOf } from '../verdict/warnings.js'
import { toOrdinaryTests, toWelchRecord } from './ordinary-tests.js'
import { profileGainWarnings, toProfileRecord } from './profile-record.js'
import type { WorkloadRecord } from './record-schema.js'
import { toCounters, toWork } from './work-done.js'

/** Everything a record says about one workload, from the rounds its decision was made of. */
export function toWorkloadRecord(
  { plan, runs, memoryProbe = [], hotspots }: Evidence,
  decision: WorkloadDecision,
): WorkloadRecord {
  const planned = plan.workloads.find(({ id }) => id === decision.id)!
  const rule = ruleOf(plan, decision.id)
  const { rounds, looks } = decision.assessment
  const probed = probePairs(memoryProbe, decision.id, rule.against)
  const profiled =
    hotspots !== undefined && Object.hasOwn(hotspots, decision.id)
      ? hotspots[decision.id]
      : undefined
  const change = profiled && compareArms(rounds, rule.against, 'cpu')?.improvement
  return {
    id: planned.id,
    title: planned.title,
    content: planned.content,
    role: planned.role,
    metric: rule.metric,
    against: rule.against,
    ...(planned.warmup !== undefined && { warmup: planned.warmup }),
    ...(planned.iterations !== undefined && { iterations: planned.iterations }),
    pairs: rounds.length,
    voidedPairs: voidedPairs(runs, decision.id),
    failedPairs: failedPairs(runs, decision.id),
    looks: looks.map(toLookRecord),
    ...statistics(rounds, looks.at(-1), {
      ...rule,
      arms: plan.arms,
      layer: plan.criterion,
      probed,
    }),
    ...(profiled && { profile: toProfileRecord(profiled, change) }),
    verdict: decision.verdict,
    reasons: [...decision.reasons],
    warnings: [
      ...warningsOf(rounds, looks, rule, probed),
      ...probeWarnings(memoryProbe, decision.id),
      ...(profiled ? profileGainWarnings(profiled, change) : []),
    ],
  }
}

export function toCumulativeRecord({ improvement, ci95, speedup }: Cumulative) {
  return { improvement, ...(ci95 && { ci95: toPair(ci95) }), speedup }
}

interface Setting {
  readonly arms: readonly Arm[]
  readonly against: Arm
  readonly metric: Metric
  readonly criterion: Criterion
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
  const counters = toCounters(rounds)
  const work = toWork(rounds, arms)
  return {
    ...(criterion.kind === 'budget' && toBudgetRecord(rounds, criterion, look)),
    ...toMetricBlock(rounds, setting, metric, criterion.kind === 'budget' ? undefined : look),
    speedup: Math.exp(-comparison.estimate.m),
    ...toWelchRecord('welch', overall),
    ...(against === 'incumbent' && toWelchRecord('welchIncumbent', comparison)),
    ...toTests(comparison, layer),
    wall: toMetricBlock(rounds, setting, 'wall'),
    ...(metric === 'wall' && { cpu: toMetricBlock(rounds, setting, 'cpu') }),
    ...(memory && {
      memory: {
        ...toMemoryRecord(memory),
        ...(memory.probe && { probe: toMemoryRecord(memory.probe) }),
      },
    }),
    noise: { ...noise, ...(look && toCertifiable(noise, look, setting)) },
    ...(work && { work }),
    ...counters,
    ...(against === 'incumbent' && {
      cumulative: toCumulativeRecord(cumulate([overall.estimate])),
    }),
  }
}

/** The naive rule claims an improvement, so it stands beside nothing else. */
function toTests(comparison: Comparison, layer: Criterion) {
  const { naive, ...tests } = toOrdinaryTests(
    comparison,
    layer.kind === 'improvement' ? layer.atLeast : 0,
  )
  return { ...tests, ...(layer.kind === 'improvement' && naive && { naive }) }
}

/** What this noise could have certified, by each criterion that says something about a ratio. */
function toCertifiable(
  noise: Noise,
  look: Look,
  { criterion, layer }: Setting,
): Partial<NonNullable<WorkloadRecord['noise']>> {
  if (criterion.kind === 'budget') return {}
  return {
    ...(layer.kind === 'improvement' && {
      certifiable: certifiableImprovement(noise, look, layer.atLeast),
    }),
    ...('atMost' in criterion && {
      certifiableSlowdown: certifiableSlowdown(noise, look, criterion.atMost),
    }),
    ...(criterion.kind === 'equivalence' && {
      certifiableEquivalence: certifiableEquivalence(noise, look),
    }),
  }
}

/** What a budget counts; absent where some run lacks it. */
function toBudgetRecord(
  rounds: readonly Round[],
  budget: Budget,
  look: Look | undefined,
): Pick<WorkloadRecord, 'budget'> {
  const values = budgetValues(rounds, budget.counter)
  if (values === undefined) return {}
  const [limit, bound] =
    'atMost' in budget ? [budget.atMost, look?.upper] : [budget.atLeast, look?.lower]
  return {
    budget: {
      counter: budget.counter,
      mean: estimateBudget(values).m,
      ...(bound !== undefined && { bound }),
      limit,
      ...(look && { certifiable: certifiableMean(budget, look) }),
    },
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
  return {
    baseline: summary('baseline'),
    ...(arms.includes('incumbent') && { incumbent: summary('incumbent') }),
    candidate: summary('candidate'),
    improvement: toImprovementRecord(comparison.improvement, look),
  }
}

function toImprovementRecord({ estimate, ci95, p, df }: Improvement, look: Look | undefined) {
  return {
    estimate,
    ...(ci95 && { ci95: toPair(ci95) }),
    ...(look && { certifiedAtLeast: improvementOf(look.upper) }),
    ...(p !== undefined && { p }),
    df,
  }
}

function toMemoryRecord({ ratio, ci95, verdict }: MemoryRatio) {
  return { ratio, ...(ci95 && { ci95: toPair(ci95) }), verdict }
}

function toLookRecord({ held, ...look }: Look): WorkloadRecord['looks'][number] {
  return { ...look, ...(held && { held: [...held] }) }
}

function toSummaryRecord({ n, mean: m, sd, cv, ci95 }: SampleSummary) {
  return { n, mean: m, sd, cv, ci95: toPair(ci95) }
}

function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}
