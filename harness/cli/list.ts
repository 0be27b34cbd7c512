import { SCALE_NAMES, type Suite } from '../contract.js'
import { EXIT, type ExitCode, InvalidEvidenceError } from '../errors.js'
import { recordIds, unfinishedIds } from '../evidence/store.js'
import type { Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { readRecord } from '../record/store.js'
import { supersededBy } from '../record/supersession.js'
import { formatPercent } from '../text/format.js'
import { table } from '../text/table.js'

/**
 * `assay list`: layers, workloads, scales, and the records with their verdicts; one that is damaged
 * is named and does not hide the others.
 */
export function listCommand(root: string, { suite }: LoadedSuite, io: Io): ExitCode {
  const found = recordIds(root).map((id) => ({ id, ...readOrExplain(root, id) }))
  const records = found.flatMap(({ record }) => record ?? [])
  const section = (title: string, rows: readonly (readonly string[])[]) =>
    io.stdout(`${title}\n${table(rows)}\n`)
  section(
    'layers',
    suite.layers.map(({ id, title, workloads, standalone, phase }) => [
      id,
      title,
      `wins on ${workloads.join(', ')}`,
      [...(standalone ? ['standalone'] : []), ...(phase === undefined ? [] : [phase])].join(', '),
    ]),
  )
  section(
    'workloads',
    suite.workloads.map((workload) => [workload.id, workload.title, describeScales(workload)]),
  )
  section(
    'scales',
    SCALE_NAMES.map((scale) => [scale]),
  )
  section(
    'records',
    found.map(({ id, record, problem }) =>
      record === undefined
        ? [id, 'damaged', problem ?? '', '', '']
        : [
            id,
            describeVerdict(record),
            describeCumulative(record),
            record.date,
            describeSupersession(record, records),
          ],
    ),
  )
  const unfinished = unfinishedIds(root)
  if (unfinished.length > 0)
    section(
      'unfinished',
      unfinished.map((id) => [id, 'continue with --resume']),
    )
  return EXIT.done
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

function describeVerdict({ verdict, injected }: DecisionRecord): string {
  return injected === undefined ? verdict : `${verdict} (control with an injected effect)`
}

function describeCumulative({ cumulative, reasons }: DecisionRecord): string {
  return cumulative === undefined
    ? reasons.join(', ')
    : `${formatPercent(cumulative.improvement)} against the pure baseline`
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
