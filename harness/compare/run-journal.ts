import type { Arm, Metric } from '../contract.js'
import { ARMS } from '../contract.js'
import { InputError } from '../errors.js'
import { type JournalLine, journalLineSchema } from '../evidence/run-record.js'
import { findNamed } from '../text/nearest-name.js'
import { type Round, roundsOf } from '../verdict/rounds.js'
import { checkRange } from './number-text.js'
import type { Offer, Series } from './series.js'

/** The runs of an evaluation, read from `runs.jsonl`. */
export interface RunJournal {
  readonly path: string
  readonly lines: readonly JournalLine[]
  /** In the order of their first runs. */
  readonly workloads: readonly string[]
}

/** The valid rounds of one workload. */
export interface WorkloadRounds {
  readonly workload: string
  /** The arm that the candidate is compared with: the incumbent, otherwise the baseline. */
  readonly against: Arm
  readonly rounds: readonly Round[]
}

/** Whether the first line of a text is the JSON of a run. */
export function isJournal(text: string): boolean {
  const end = text.indexOf('\n')
  const line = end < 0 ? text : text.slice(0, end)
  // A first line can hold a million numbers: do not parse it needlessly.
  if (!line.startsWith('{') || !line.includes('"workload"')) return false
  try {
    const first: unknown = JSON.parse(line)
    return typeof first === 'object' && first !== null && 'workload' in first && 'arm' in first
  } catch {
    return false
  }
}

/** @throws {InputError} a line is not a run */
export function readJournal(text: string, path: string): RunJournal {
  const lines: JournalLine[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '') lines.push(readLine(line, `${path}, line ${index + 1}`))
  }
  return { path, lines, workloads: [...new Set(lines.map(({ workload }) => workload))] }
}

/**
 * The valid rounds of a workload, as in an evaluation: complete, not voided, without errors.
 *
 * @throws {InputError} no such workload, or it has no candidate to compare
 * @throws {InvalidEvidenceError} a run was recorded twice
 */
export function workloadRounds(
  { path, lines, workloads }: RunJournal,
  name: string,
): WorkloadRounds {
  const workload = findNamed(workloads, (id) => id, name, 'workload')
  const arms = armsOf(lines, workload)
  const against = arms.includes('incumbent') ? 'incumbent' : 'baseline'
  if (!arms.includes('candidate') || !arms.includes(against))
    throw new InputError(
      `${path} has only ${arms.join(', ')} of ${workload}, so there is nothing to compare it with`,
    )
  return { workload, against, rounds: roundsOf(lines, { arms }, workload) }
}

/** The times of one arm, ms. */
export function armSeries(
  { workload, rounds }: WorkloadRounds,
  arm: Arm,
  metric: Metric,
  path: string,
): Series {
  return {
    label: `${path}:${workload}:${arm}`,
    values: rounds.map(({ runs }) => (metric === 'cpu' ? runs[arm]!.cpuMs : runs[arm]!.wallMs)),
    unit: 'ms',
  }
}

/** Each arm of each workload, as `workload:arm`. */
export function journalOffers(journal: RunJournal, metric: Metric): Offer[] {
  return journal.workloads.flatMap((workload) => {
    const arms = armsOf(journal.lines, workload)
    const rounds = () => roundsOf(journal.lines, { arms }, workload)
    return arms.map((arm) => ({
      name: `${workload}:${arm}`,
      read: () =>
        armSeries({ workload, against: 'baseline', rounds: rounds() }, arm, metric, journal.path),
    }))
  })
}

function armsOf(lines: readonly JournalLine[], workload: string): Arm[] {
  return ARMS.filter((arm) => lines.some((line) => line.workload === workload && line.arm === arm))
}

function readLine(line: string, where: string): JournalLine {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (error) {
    throw new InputError(`${where} is not valid JSON; remove the line, or restore the file`, {
      cause: error,
    })
  }
  const { success, data, error } = journalLineSchema.safeParse(parsed)
  if (success) {
    if ('cpuMs' in data)
      for (const key of ['cpuMs', 'wallMs'] as const)
        checkRange(data[key], () => `${where}, ${key}`)
    return data
  }
  const issue = error.issues[0]
  const inner = issue?.code === 'invalid_union' ? issue.errors[0]?.[0] : issue
  throw new InputError(
    `${where} is not a run (${inner?.path.join('.') || 'fields'}: ${inner?.message ?? 'unknown'}); restore the file`,
  )
}
