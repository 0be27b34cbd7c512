import { defined } from '../evidence/defined.js'
import type { Evidence } from '../evidence/evidence.js'
import { jsonText } from '../system/json-text.js'
import { compareArms } from '../verdict/compare.js'
import { ruleOf } from '../verdict/criteria.js'
import { type Cumulative, cumulate } from '../verdict/cumulative.js'
import { type Decision, decide } from '../verdict/decide.js'
import { isFailure } from '../verdict/rounds.js'
import { recordProfile } from './profile-record.js'
import { type DecisionRecord, decisionRecordSchema } from './record-schema.js'
import { toSequenceRecord } from './sequence-record.js'
import { toCumulativeRecord, toWorkloadRecord } from './workload-record.js'

export { type DecisionRecord, decisionRecordSchema, type WorkloadRecord } from './record-schema.js'

/** The version of records written now. */
export const RECORD_VERSION = 3 as const
/** Versions whose records are derived byte by byte. */
export type RecordVersion = 2 | typeof RECORD_VERSION

/**
 * The decision record of an evidence folder: it depends only on the files of the folder, and not
 * on the clock, git or other files.
 *
 * @param version of the record to derive; an older one is derived as it was written
 * @throws {InvalidEvidenceError} the evidence contradicts itself, is unfinished, or nothing was
 * measured
 */
export function toDecisionRecord(
  evidence: Evidence,
  version: RecordVersion = RECORD_VERSION,
): DecisionRecord {
  const { plan, digests } = evidence
  const decision = decide(evidence)
  const cumulative = overallCumulative(evidence, decision)
  const workloads = decision.workloads.map((workload) =>
    toWorkloadRecord(evidence, workload, version),
  )
  return defined({
    schema: 'assay/decision@1' as const,
    id: plan.id,
    layer: plan.layer,
    title: plan.title,
    date: plan.createdAt.slice(0, 10),
    recordVersion: version,
    supersedes: plan.supersedes,
    hypothesis: plan.hypothesis,
    criterion: { ...plan.criterion },
    suite: plan.suite,
    stacks: {
      baseline: [...plan.stacks.baseline],
      incumbent: [...plan.stacks.incumbent],
      candidate: [...plan.stacks.candidate],
    },
    scale: plan.scale,
    seed: plan.seed,
    regime: { ...plan.regime, looks: [...plan.regime.looks] },
    defended: plan.defended,
    injected: plan.injected,
    campaign: plan.campaign && { ...plan.campaign },
    workloads,
    cumulative: cumulative && toCumulativeRecord(cumulative),
    sequence: evidence.sequence && toSequenceRecord(evidence.sequence),
    equivalence: toEquivalenceRecord(evidence, decision),
    tampering: decision.tampering && { ...decision.tampering },
    data: evidence.equivalence.data?.map((entry) => ({ ...entry })),
    profile: recordProfile(workloads),
    verdict: decision.verdict,
    reasons: [...decision.reasons],
    warnings: [...decision.warnings],
    command: plan.command,
    packageVersion: plan.packageVersion,
    git: plan.git,
    dist: plan.dist,
    host: toHostRecord(evidence),
    calibration: plan.calibration,
    errorRates: plan.errorRates,
    evidence: sortedByKey(digests),
  })
}

function toHostRecord({ plan, environment }: Evidence): DecisionRecord['host'] {
  const { platform, kernel, cpuModel, cpuCount, memoryBytes, node, v8 } = environment
  return {
    platform,
    kernel,
    cpuModel,
    cpuCount,
    memoryBytes,
    node,
    v8,
    nodeFlags: [...plan.nodeFlags],
    fallbacks: [...environment.fallbacks],
  }
}

/** The bytes of a record file: stable key order, two-space JSON, a final newline. */
export function recordText(record: DecisionRecord): string {
  return `${jsonText(decisionRecordSchema.parse(record), 2)}\n`
}

/**
 * The candidate against the pure baseline over the target workloads; undefined if one of them was
 * not measured.
 */
function overallCumulative({ plan }: Evidence, decision: Decision): Cumulative | undefined {
  const targets = decision.workloads.filter(({ role }) => role === 'target')
  const estimates = targets.map(
    ({ id, assessment }) =>
      compareArms(assessment.rounds, 'baseline', ruleOf(plan, id).metric)?.estimate,
  )
  const measured = estimates.filter((estimate) => estimate !== undefined)
  return measured.length > 0 && measured.length === targets.length ? cumulate(measured) : undefined
}

function toEquivalenceRecord(
  { plan, equivalence, runs }: Evidence,
  { divergence }: Decision,
): DecisionRecord['equivalence'] {
  const common = { seeds: [...plan.equivalenceSeeds], digests: equivalence.digests.length }
  if (divergence !== undefined)
    return { kind: 'different', ...common, divergence: { ...divergence, at: { ...divergence.at } } }
  return { kind: 'equal', ...common, measuredRuns: runs.filter((run) => !isFailure(run)).length }
}

function sortedByKey(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))
}
