import { join } from 'node:path'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, Evidence } from '../evidence/evidence.js'
import { decisionsOf, evidenceOf, reportsOf } from '../evidence/evidence-store.js'
import { divergenceText, tamperingText } from '../text/divergence-place.js'
import { formatDuration } from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { counterOf, neededFor, ruleOf } from '../verdict/criteria.js'
import { assessPlanned } from '../verdict/decide.js'
import { FIXED_TAIL, type Look } from '../verdict/look.js'
import { BUDGET_REASONS, type BudgetReason, DECISION_REASONS } from '../verdict/reasons.js'
import { campaignStates } from './campaign-text.js'
import { criterionOf, workloadReason } from './claim.js'
import { decidingInterval } from './deciding-interval.js'
import type { DecisionRecord, WorkloadRecord } from './decision-record.js'
import type { Judgement } from './judgement-schema.js'
import { renderedWarnings } from './rendered-warnings.js'

type JudgedWorkload = Judgement['workloads'][number]
type Effect = NonNullable<JudgedWorkload['effect']>

const SCHEMA = 'assay/judgement@1' as const

/** What a judgement states beside its record. */
export type Circumstances = Pick<Judgement, 'seconds' | 'budget' | 'next'>

/**
 * The judgement of a record.
 *
 * @param root evidence root, absolute
 */
export function judgeRecord(
  record: DecisionRecord,
  root: string,
  circumstances: Circumstances,
): Judgement {
  const { suite, layer, scale, id, verdict, reasons, workloads } = record
  const stated = defined({
    suite,
    layer,
    scale,
    reasons: reasons.map((code) => ({ code, sentence: DECISION_REASONS[code] })),
    workloads: workloads.map((workload) => toJudged(workload, record)),
    divergence: divergenceOf(record),
    tampering: tamperingOf(record),
    warnings: renderedWarnings(record),
    campaign: campaignAfter(record),
    evidence: {
      id,
      folder: join(evidenceOf(root), id),
      record: join(decisionsOf(root), `${id}.json`),
      report: join(reportsOf(root), `${id}.html`),
    },
    ...circumstances,
  })
  return verdict === 'accepted'
    ? { schema: SCHEMA, verdict, keep: isKept(record), ...stated }
    : { schema: SCHEMA, verdict, keep: false, ...stated }
}

/**
 * A layer is kept if it was accepted, its results are the same, nothing was tampered with, and it
 * was not a control.
 */
function isKept(record: DecisionRecord): boolean {
  const { verdict, equivalence, tampering, injected, workloads } = record
  return (
    verdict === 'accepted' &&
    equivalence.kind === 'equal' &&
    tampering === undefined &&
    injected === undefined &&
    workloads.some(({ role }) => role === 'target') &&
    workloads.every((workload) => workload.verdict === 'accepted')
  )
}

/** What is known of an evaluation that its time did not suffice for. */
export interface Unfinished {
  readonly plan: Pick<EvaluationPlan, 'suite' | 'layer' | 'scale'>
  readonly reason: BudgetReason
  /** Evidence that was kept; absent if nothing was measured. */
  readonly evidence?: Pick<Evidence, 'plan' | 'runs'> | undefined
}

/**
 * The judgement of an evaluation that its time did not suffice for: inconclusive, whatever its runs
 * show so far. Its effects are those of the looks that were reached.
 *
 * @param root evidence root, absolute
 */
export function judgeUnfinished(
  { plan: { suite, layer, scale }, reason, evidence }: Unfinished,
  root: string,
  circumstances: Circumstances,
): Judgement {
  const { neededSeconds } = circumstances.budget ?? {}
  const needed =
    neededSeconds === undefined
      ? ''
      : `; the first look takes about ${formatDuration(1000 * neededSeconds)} in all`
  const sentence = `${BUDGET_REASONS[reason]}${needed}`
  return defined({
    schema: SCHEMA,
    verdict: 'inconclusive' as const,
    keep: false as const,
    suite,
    layer,
    scale,
    reasons: [{ code: reason, sentence }],
    workloads: evidence === undefined ? [] : measuredSoFar(evidence, reason),
    warnings: [],
    campaign: campaignAfter({ verdict: 'inconclusive', campaign: evidence?.plan.campaign }),
    evidence: evidence && {
      id: evidence.plan.id,
      folder: join(evidenceOf(root), evidence.plan.id),
    },
    ...circumstances,
  })
}

/** The campaign after a round. One that is not finished counts as spent. */
function campaignAfter({
  verdict,
  campaign,
}: Pick<DecisionRecord, 'verdict' | 'campaign'>): Judgement['campaign'] {
  const [state] = campaignStates([{ verdict, campaign }])
  if (campaign === undefined || state === undefined) return undefined
  const { name, candidate, round } = campaign
  const { budget, spent, left } = state
  return { name, candidate, round, budget, spent, left }
}

function toJudged(workload: WorkloadRecord, record: DecisionRecord): JudgedWorkload {
  const { id, role, verdict, metric, against, pairs, reasons, budget } = workload
  return defined({
    id,
    role,
    verdict,
    metric,
    against,
    pairs,
    needed: neededFor(criterionOf(workload, record)),
    effect: budget === undefined ? effectOf(workload, record) : undefined,
    counter:
      budget &&
      defined({
        name: budget.counter,
        mean: budget.mean,
        bound: budget.bound,
        limit: budget.limit,
      }),
    reasons: reasons.map((code) => ({ code, sentence: workloadReason(code, workload, record) })),
  })
}

function effectOf(workload: WorkloadRecord, record: DecisionRecord): Effect | undefined {
  const { improvement } = workload
  if (improvement === undefined) return undefined
  return defined({
    improvement: improvement.estimate,
    interval: decidingInterval(workload, record),
    eachBound: eachBound(record.regime),
  })
}

/** The probability with which each bound of an interval holds. */
function eachBound({ fixed, alpha }: Pick<EvaluationPlan['regime'], 'fixed' | 'alpha'>): number {
  return fixed ? 1 - FIXED_TAIL : 1 - alpha
}

function measuredSoFar(
  { plan, runs }: Pick<Evidence, 'plan' | 'runs'>,
  reason: BudgetReason,
): JudgedWorkload[] {
  return plan.workloads.map(({ id, role }) => {
    const { metric, against, criterion } = ruleOf(plan, id)
    const { outcome, rounds, looks } = assessPlanned(plan, runs, id)
    const isOpen = outcome === 'continue'
    return defined({
      id,
      role,
      verdict: isOpen ? ('inconclusive' as const) : outcome,
      metric,
      against,
      pairs: rounds.length,
      needed: neededFor(criterion),
      effect: counterOf(criterion) === undefined ? soFar(looks.at(-1), plan) : undefined,
      reasons: isOpen ? [{ code: reason, sentence: BUDGET_REASONS[reason] }] : [],
    })
  })
}

/** The effect at the last look, whose interval allows for all planned looks. */
function soFar(look: Look | undefined, { regime }: EvaluationPlan): Effect | undefined {
  if (look === undefined) return undefined
  return defined({
    improvement: improvementOf(look.m),
    interval: look.se === 0 ? undefined : [improvementOf(look.upper), improvementOf(look.lower)],
    eachBound: eachBound(regime),
  })
}

function tamperingOf({ tampering }: DecisionRecord): Judgement['tampering'] {
  return tampering && { class: tampering.class, sentence: tamperingText(tampering) }
}

function divergenceOf({ equivalence }: DecisionRecord): string | undefined {
  return equivalence.kind === 'equal' ? undefined : divergenceText(equivalence.divergence)
}
