import { SCALE_NAMES, type Suite } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { recordIds, unfinishedIds } from '../evidence/evidence-store.js'
import { ledgerIn, readableCampaigns } from '../record/campaign-store.js'
import { targetResults } from '../record/change-text.js'
import { listedVerdict } from '../record/outcome-word.js'
import { readRecord } from '../record/record-store.js'

/**
 * What `assay list` shows, for programs: layers, workloads, and every record with its verdict. A
 * damaged record is listed as damaged.
 *
 * @param root evidence root, absolute
 */
export function listingOf(root: string, suite: Suite) {
  return {
    schema: 'assay/list@1' as const,
    suite: suite.name,
    layers: suite.layers.map(
      ({ id, title, hypothesis, workloads, metric, criterion, standalone }) =>
        defined({
          id,
          title,
          hypothesis,
          workloads: [...workloads],
          metric,
          criterion,
          standalone: standalone === true ? true : undefined,
        }),
    ),
    workloads: suite.workloads.map((workload) => ({
      id: workload.id,
      title: workload.title,
      scales: Object.fromEntries(
        SCALE_NAMES.map((scale) => [scale, workload.describe?.(workload.scales[scale]) ?? '']),
      ),
    })),
    scales: [...SCALE_NAMES],
    records: recordIds(root).map((id) => listedRecord(root, id)),
    campaigns: (readableCampaigns(root) ?? []).map((name) => listedCampaign(root, name)),
    unfinished: unfinishedIds(root),
  }
}

function listedCampaign(root: string, campaign: string) {
  return orDamaged({ name: campaign }, () => {
    const { name, budget, spent, left, candidates } = ledgerIn(root, campaign)!
    return { name, budget, spent, left, candidates }
  })
}

function listedRecord(root: string, id: string) {
  return orDamaged({ id }, () => {
    const record = readRecord(root, id)
    const { layer, scale, date, reasons, supersedes } = record
    return defined({
      id,
      layer,
      verdict: listedVerdict(record),
      results: targetResults(record),
      reasons: [...reasons],
      scale,
      date,
      supersedes: supersedes ?? undefined,
    })
  })
}

/** An entry of a list, or its name and why it cannot be read. */
function orDamaged<Named extends object, Entry>(named: Named, read: () => Entry) {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidEvidenceError) return { ...named, damaged: error.message }
    throw error
  }
}
