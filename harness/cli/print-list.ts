import { SCALE_NAMES, type Suite } from '../contract.js'
import { EXIT, type ExitCode, InvalidEvidenceError } from '../errors.js'
import { recordIds, unfinishedIds } from '../evidence/evidence-store.js'
import type { Io } from '../io.js'
import { ledgerIn, readableCampaigns } from '../record/campaign-store.js'
import { budgetText } from '../record/campaign-text.js'
import { targetResults } from '../record/change-text.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { listedVerdict } from '../record/outcome-word.js'
import { readRecord } from '../record/record-store.js'
import { supersededBy } from '../record/supersession.js'
import { formatCounted } from '../text/format.js'
import { terminalTable } from '../text/table.js'

/** `assay list`. A damaged record is listed as damaged; the others are listed all the same. */
export function printList(root: string, suite: Suite, io: Io): ExitCode {
  const printSection = (title: string, rows: readonly (readonly string[])[]) =>
    io.stdout(`${title}\n${terminalTable(rows)}\n`)
  printSection('layers', suite.layers.map(layerRow))
  printSection(
    'workloads',
    suite.workloads.map((workload) => [workload.id, workload.title, describeScales(workload)]),
  )
  printSection(
    'scales',
    SCALE_NAMES.map((scale) => [scale]),
  )
  printSection('records', recordRows(root))
  const campaigns = campaignRows(root)
  if (campaigns.length > 0) printSection('campaigns', campaigns)
  const unfinished = unfinishedIds(root)
  if (unfinished.length > 0)
    printSection(
      'unfinished',
      unfinished.map((id) => [id, 'continue with --resume']),
    )
  return EXIT.done
}

function layerRow({ id, title, workloads, standalone, phase }: Suite['layers'][number]): string[] {
  const notes = [...(standalone ? ['standalone'] : []), ...(phase === undefined ? [] : [phase])]
  return [id, title, `wins on ${workloads.join(', ')}`, notes.join(', ')]
}

function recordRows(root: string): string[][] {
  const entries = recordIds(root).map((id) => ({ id, ...readOrExplain(root, id) }))
  const records = entries.flatMap(({ record }) => record ?? [])
  return entries.map(({ id, record, problem = '' }) =>
    record === undefined
      ? [id, 'damaged', problem, '', '']
      : [
          id,
          listedVerdict(record),
          describeResults(record),
          record.date,
          describeSupersession(record, records),
        ],
  )
}

/** Each campaign with its newest candidate and what is spent and left of its error budget. */
function campaignRows(root: string): string[][] {
  return (readableCampaigns(root) ?? []).map((name) => {
    try {
      const ledger = ledgerIn(root, name)!
      const { candidates } = ledger
      const accepted = candidates.filter(({ outcome }) => outcome === 'accepted').length
      return [
        name,
        formatCounted(candidates.length, 'candidate'),
        `${accepted} accepted`,
        budgetText(ledger),
      ]
    } catch (error) {
      if (error instanceof InvalidEvidenceError) return [name, 'damaged', error.message, '']
      throw error
    }
  })
}

function readOrExplain(
  root: string,
  id: string,
): { readonly record?: DecisionRecord; readonly problem?: string } {
  try {
    return { record: readRecord(root, id) }
  } catch (error) {
    if (error instanceof InvalidEvidenceError) return { problem: error.message }
    throw error
  }
}

/** The result of each target, with the interval of the look that decided. */
function describeResults(record: DecisionRecord): string {
  return targetResults(record).join(' · ') || record.reasons.join(', ')
}

function describeSupersession(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  const newer = supersededBy(record, records)
  return newer === undefined ? '' : `superseded by ${newer.id}`
}

function describeScales(workload: Suite['workloads'][number]): string {
  if (workload.describe === undefined) return ''
  return SCALE_NAMES.map(
    (scale) => `${scale}: ${workload.describe?.(workload.scales[scale])}`,
  ).join(' · ')
}
