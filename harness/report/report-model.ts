import { leftOutBy } from '../evidence/sequence-id.js'
import { type DecisionModel, decisionModel } from '../record/decision-markdown.js'
import { verdictWords } from '../record/outcome-word.js'
import type { DecisionRecord } from '../record/record-schema.js'
import {
  LEFT_OUT_NOTE,
  leftOutRows,
  SEQUENCE_NOTE,
  sequenceRows,
  sequenceSentences,
} from '../record/sequence-text.js'
import { escapePath } from '../text/escape-markdown.js'
import { escapeXml } from '../text/escape-xml.js'
import { type Chart, drawChart } from './charts/chart.js'
import { drawForest } from './charts/forest.js'
import { drawSequence } from './charts/sequence-chart.js'
import { calibrationSentence, environmentFacts, type Fact } from './environment-model.js'
import { belowEachOther, evidenceTables } from './evidence-tables.js'
import { type ExecutionsModel, executionsModels } from './executions-model.js'
import { type Html, keepTogether, shortName, trustedHtml } from './html.js'
import { type HtmlTable, htmlTable, tableOf } from './html-table.js'
import { pictureScriptHash } from './inline-picture.js'
import { type ProfileModel, profileModels } from './profile-model.js'
import type { ReportSource } from './report-source.js'
import { runTable } from './run-table.js'
import { type VerdictMark, verdictMark } from './verdict-mark.js'
import { type WorkloadModel, workloadModels } from './workload-model.js'

/** Everything a report shows; the template decides how. */
export interface ReportModel {
  readonly title: string
  /** Content security policy: what the page may load, and the one script it may run. */
  readonly policy: string
  readonly decision: DecisionModel
  readonly mark: VerdictMark
  readonly forest: Chart | ''
  /** The steps of a summary; '' if the record is of one layer. */
  readonly sequence: SequenceModel | ''
  readonly workloads: readonly WorkloadModel[]
  readonly tables: readonly HtmlTable[]
  readonly profiles: readonly ProfileModel[]
  /** Exact executions, where they were counted. */
  readonly executions: readonly ExecutionsModel[]
  /** The command that profiles the layer, for a record without profiles. */
  readonly profileCommand: string
  readonly environment: readonly Fact[]
  readonly calibration: string
  readonly calibrationCommand: string
  readonly runs: readonly HtmlTable[]
  readonly files: HtmlTable
}

/** All texts are plain text. */
interface SequenceModel {
  readonly chart: Chart | ''
  readonly table: HtmlTable
  readonly note: string
  readonly lines: readonly string[]
  /** What each accepted layer is worth last; '' if none was left out. */
  readonly leftOut: HtmlTable | ''
  readonly leftOutNote: string
}

/** The content of the report of a record. It depends only on the record and its evidence. */
export function toReportModel(source: ReportSource): ReportModel {
  const { record, records, evidence } = source
  const decision = decisionModel(record, records)
  const forest = drawForest(record)
  return {
    title: `${decision.number} · ${shortName(record.layer)} · ${verdictWords(record)}`,
    policy: `default-src 'none'; style-src 'unsafe-inline'; script-src ${pictureScriptHash()}; base-uri 'none'; form-action 'none'`,
    decision,
    mark: verdictMark(record.verdict),
    sequence: sequenceModel(record, records),
    forest: forest === undefined ? '' : drawChart('forest', forest),
    workloads: workloadModels(source),
    tables: evidenceTables(decision),
    profiles: profileModels(source),
    executions: executionsModels(source),
    profileCommand: profileCommand(record),
    environment: environmentFacts(source),
    calibration: calibrationSentence(record),
    calibrationCommand: record.calibration?.command ?? '',
    runs: record.workloads.map(({ id }) => runTable(id, evidence.runs)),
    files: tableOf('Evidence', decision.files, {
      file: ({ name }) => name,
      'SHA-256': ({ digest }) => digest,
    }),
  }
}

/** The command that profiles a stack: as its last layer, with the other layers as the incumbent. */
function profileCommand({ layer, sequence, stacks }: DecisionRecord): string {
  const left = leftOutBy(layer)
  if (left !== undefined && stacks.candidate.includes(left))
    return `npx assay profile ${left} --incumbent ${stacks.incumbent.join(',')}`
  if (sequence === undefined) return `npx assay profile ${layer}`
  const below = stacks.candidate.slice(0, -1).join(',')
  return `npx assay profile ${stacks.candidate.at(-1) ?? 'baseline'}${below === '' ? '' : ` --incumbent ${below}`}`
}

function sequenceModel(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): ReportModel['sequence'] {
  if (record.sequence === undefined) return ''
  const draft = drawSequence(record)
  const { head, rows } = sequenceRows(record, records)
  const reported = record.sequence.steps.map((step) => step.record)
  return {
    chart: draft === undefined ? '' : drawChart('sequence-chart', draft),
    table: htmlTable(
      'The layers in order',
      head.map((name, column) => (column < 2 ? name : `#${name}`)),
      rows.map((row, index) =>
        row.map((cell, column) => sequenceCell(cell, column, reported[index])),
      ),
    ),
    note: keepTogether(SEQUENCE_NOTE),
    lines: sequenceSentences(record).map(keepTogether),
    leftOut: leftOutTable(record),
    leftOutNote: LEFT_OUT_NOTE,
  }
}

function leftOutTable(record: DecisionRecord): HtmlTable | '' {
  const table = leftOutRows(record)
  if (table === undefined) return ''
  const records = record.sequence?.leftOut ?? []
  return htmlTable(
    'What each accepted layer is worth last',
    table.head.map((name, column) => (column === 0 ? name : `#${name}`)),
    table.rows.map((row, index) =>
      row.map((cell, column) => sequenceCell(cell, column + 1, records[index]?.record)),
    ),
  )
}

/** Puts intervals below their estimates, and workloads in rows, so that the table fits a phone. */
function sequenceCell(cell: string, column: number, record: string | undefined): string | Html {
  if (cell === record) return recordLink(cell)
  return column < 2
    ? cell
    : trustedHtml(belowEachOther(escapeXml(keepTogether(cell))).replaceAll(', ', '<br>'))
}

/** A link to the report of a record. */
function recordLink(id: string): Html {
  return trustedHtml(`<a href="${escapePath(id)}.html">${escapeXml(id)}</a>`)
}
