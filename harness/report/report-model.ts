import { type DecisionModel, decisionModel } from '../record/decision-markdown.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { SEQUENCE_NOTE, sequenceRows, sequenceSentences } from '../record/sequence-text.js'
import { escapePath } from '../text/escape-markdown.js'
import { escapeXml } from '../text/escape-xml.js'
import { formatBytes, formatDaysAgo, formatNumber, formatPercent } from '../text/format.js'
import { type Chart, drawChart } from './charts/chart.js'
import { drawForest } from './charts/forest.js'
import { drawSequence } from './charts/sequence.js'
import { type Html, inlineHtml, keepTogether, shortName, trustedHtml } from './html.js'
import { type HtmlTable, htmlTable } from './html-table.js'
import { inlinePicture, pictureScriptHash } from './inline-picture.js'
import {
  type PictureModel,
  type ProfileModel,
  pictureTitle,
  profileModel,
} from './profile-model.js'
import type { ProfilePicture } from './profile-source.js'
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
  /** The same as words for a heading. */
  readonly verdict: string
  /** Each once. */
  readonly warningCodes: readonly string[]
  /**
   * The rows of the table at the top of the decision, without what stands above them in large
   * letters.
   */
  readonly summary: DecisionModel['summary']
  readonly forest: Chart | ''
  /** The layers a summary sums up. */
  readonly sequence: SequenceModel | ''
  readonly workloads: readonly WorkloadModel[]
  readonly tables: readonly HtmlTable[]
  readonly profiles: readonly ProfileModel[]
  /** How to find out where the time goes, where nobody has. */
  readonly profileCommand: string
  readonly environment: readonly { readonly label: string; readonly value: string }[]
  readonly calibration: string
  readonly calibrationCommand: string
  readonly runs: readonly HtmlTable[]
  readonly files: HtmlTable
}

/** Texts are plain. */
interface SequenceModel {
  readonly chart: Chart | ''
  readonly table: HtmlTable
  readonly note: string
  readonly lines: readonly string[]
}

/** Bytes of flame graphs on one page; those beyond it are linked. A page shall stay below 3 MB. */
const PICTURE_BYTES = 1_800_000

/** What the report of a record shows: a function of the record and its evidence. */
export function toReportModel(source: ReportSource): ReportModel {
  const { record, records, evidence } = source
  const decision = decisionModel(record, records)
  const forest = drawForest(record)
  return {
    title: `${decision.number} · ${shortName(record.layer)} · ${record.verdict}`,
    policy: `default-src 'none'; style-src 'unsafe-inline'; script-src ${pictureScriptHash()}; base-uri 'none'; form-action 'none'`,
    decision,
    mark: verdictMark(record.verdict),
    verdict: decision.verdict,
    warningCodes: [...new Set(decision.warnings.map(({ code }) => code))],
    summary: decision.summary.filter(({ label }) => label !== 'Decision' || !decision.measured),
    sequence: sequenceModel(record),
    forest: forest === undefined ? '' : drawChart('forest', forest),
    workloads: workloadModels(source),
    tables: evidenceTables(decision),
    profiles: profileModels(source),
    profileCommand: profileCommand(record),
    environment: environmentRows(source),
    calibration: calibrationLine(record),
    calibrationCommand: record.calibration?.command ?? '',
    runs: record.workloads.map(({ id }) => runTable(id, evidence.runs)),
    files: htmlTable(
      'Evidence',
      ['file', 'SHA-256'],
      decision.files.map(({ name, digest }) => [name, digest]),
    ),
  }
}

/** A stack is profiled as its last layer on top of the others. */
function profileCommand({ layer, sequence, stacks }: DecisionRecord): string {
  if (sequence === undefined) return `npx assay profile ${layer}`
  const below = stacks.candidate.slice(0, -1).join(',')
  return `npx assay profile ${stacks.candidate.at(-1) ?? 'baseline'}${below === '' ? '' : ` --incumbent ${below}`}`
}

function sequenceModel(record: DecisionRecord): ReportModel['sequence'] {
  if (record.sequence === undefined) return ''
  const draft = drawSequence(record)
  const { head, rows } = sequenceRows(record)
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
  }
}

/**
 * Intervals below their estimates and workloads below each other, so that the table fits a phone.
 */
function sequenceCell(cell: string, column: number, record: string | undefined): string | Html {
  if (cell === record) return recordLink(cell)
  return column < 2
    ? cell
    : trustedHtml(belowEachOther(escapeXml(keepTogether(cell))).replaceAll(', ', '<br>'))
}

/** To the report of a record. */
function recordLink(id: string): Html {
  return trustedHtml(`<a href="${escapePath(id)}.html">${escapeXml(id)}</a>`)
}

/** The tables of the decision, with cells that are markdown there. */
function evidenceTables(decision: DecisionModel): HtmlTable[] {
  const { rows, tests, looks, hasIncumbent } = decision
  const other = hasIncumbent ? ['#incumbent'] : []
  const cells = (values: readonly string[]) => values.map(inlineHtml)
  return [
    htmlTable(
      `Evidence: ${decision.metric} time per iteration, mean ± standard deviation over n processes`,
      [
        'workload',
        'role',
        '#n',
        '#baseline',
        ...other,
        '#candidate',
        '#improvement [95 % CI]',
        '#p',
        '#wall [95 % CI]',
        'peak memory',
        'hit rate',
        'noise per pair',
      ],
      rows.map((row) =>
        cells([
          row.workload,
          row.role,
          row.pairs,
          row.baseline,
          ...(hasIncumbent ? [row.incumbent] : []),
          row.candidate,
          belowEachOther(row.improvement),
          row.p,
          belowEachOther(row.wall),
          row.memory,
          row.hitRate,
          row.noise,
        ]),
      ),
    ),
    htmlTable(
      'Sequential looks',
      ['workload', '#pairs', '#estimate', '#bounds at this look', 'outcome'],
      looks.map((look) =>
        cells([look.workload, look.pairs, look.estimate, look.bounds, look.outcome]),
      ),
    ),
    htmlTable(
      'Ordinary tests, which stand beside the verdict and decide nothing',
      [
        'workload',
        'candidate against',
        '#95 % CI of its mean',
        "#95 % CI of the candidate's mean",
        '#95 % CI of the difference',
        '#Welch t-test',
        '#paired t-test',
      ],
      tests.map((test) =>
        cells([
          test.workload,
          test.against,
          test.other,
          test.candidate,
          test.difference,
          test.welch,
          test.paired,
        ]),
      ),
    ),
  ].filter(({ rows: lines }) => lines.length > 0)
}

/** An interval below its estimate, so that the table fits a page. */
function belowEachOther(cell: string): string {
  return cell.replace(' [', '<br>[')
}

function profileModels({ record, profiles }: ReportSource): ProfileModel[] {
  const chosen = choosePictures(profiles)
  return profiles.map((profile, index) => {
    const pictures = profile.pictures.map((picture): PictureModel => {
      const path = `profiling-results/${record.id}/${picture.path}`
      return {
        title: `${pictureTitle(picture, profile.hotspots)}, ${shortName(profile.workload)}`,
        svg: chosen.has(picture)
          ? inlinePicture(picture.svg, `p${index + 1}-${picture.name}`, path)
          : '',
        href: `../${escapePath(path)}`,
      }
    })
    const recorded = record.workloads.find(({ id }) => id === profile.workload)?.profile
    return profileModel(profile, recorded, `p${index + 1}`, pictures)
  })
}

/** As many as fit: what changed on every workload first, then the candidate's. */
function choosePictures(profiles: ReportSource['profiles']): ReadonlySet<ProfilePicture> {
  const rank = ['difference', 'candidate', 'incumbent', 'baseline']
  const ordered = rank.flatMap((name) =>
    profiles.flatMap(({ pictures }) => pictures.filter((picture) => picture.name === name)),
  )
  const chosen = new Set<ProfilePicture>()
  let left = PICTURE_BYTES
  for (const picture of ordered) {
    const bytes = Buffer.byteLength(picture.svg)
    if (bytes > left) continue
    left -= bytes
    chosen.add(picture)
  }
  return chosen
}

function environmentRows({
  evidence: { environment, plan },
  record,
}: ReportSource): ReportModel['environment'] {
  const {
    cpuCount,
    cpuModel,
    memoryBytes,
    platform,
    kernel,
    node,
    v8,
    governor,
    cpuQuota,
    memoryLimitBytes,
    loadAverage,
    fallbacks,
  } = environment
  const row = (label: string, value: string | undefined) =>
    value === undefined || value === '' ? [] : [{ label, value }]
  return [
    ...row('Processor', `${cpuCount} × ${cpuModel}`),
    ...row('Memory', formatBytes(memoryBytes)),
    ...row('System', `${platform}, ${kernel}`),
    ...row('Node', `${node}, V8 ${v8}`),
    ...row('Flags of Node', plan.nodeFlags.join(' ') || 'none'),
    ...row('Governor', governor),
    ...row('Limit of processors', cpuQuota === undefined ? undefined : formatNumber(cpuQuota, 2)),
    ...row(
      'Limit of memory',
      memoryLimitBytes === undefined ? undefined : formatBytes(memoryLimitBytes),
    ),
    ...row('Load before', loadAverage?.map((load) => formatNumber(load, 2)).join(', ')),
    ...row('Not readable here', fallbacks.join('; ')),
    ...row(
      'Commit',
      record.git === null
        ? 'none'
        : `${record.git.commit}${record.git.dirty ? ', with uncommitted changes' : ''}`,
    ),
    ...row('Compiled code', record.dist),
    ...row('Begun', plan.createdAt),
  ]
}

/** The calibration as the plan quotes it. */
function calibrationLine({ calibration }: DecisionRecord): string {
  if (calibration === undefined)
    return 'Decided before calibrations were looked for: this record quotes none.'
  const { status, workloads, ageDays } = calibration
  const age = ageDays === undefined ? '' : `, made ${formatDaysAgo(ageDays)}`
  const noise = workloads
    .map(
      ({ id, effectiveSd, class: name }) => `${id} ${name}, ${formatPercent(effectiveSd)} per pair`,
    )
    .join('; ')
  return `${CALIBRATION_WORDS[status]}${age}${noise === '' ? '' : `: ${noise}`}.`
}

const CALIBRATION_WORDS = {
  passed: 'Calibrated: two equal arms came out equal on this host and Node',
  failed: 'The calibration of this host and Node failed: equal arms did not come out equal',
  stale: 'The calibration of this host and Node was out of date',
  missing: 'This host and Node had not been calibrated',
} as const
