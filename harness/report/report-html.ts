import { htmlTemplate } from './html-template.js'
import { type ReportModel, toReportModel } from './report-model.js'
import type { ReportSource } from './report-source.js'

const template = htmlTemplate<ReportModel>('report')

/**
 * The report of a record as one self-contained HTML file: the same bytes for the same record and
 * evidence.
 */
export function renderReport(source: ReportSource): string {
  return template(toReportModel(source))
}
