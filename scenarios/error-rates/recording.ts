import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { InputError } from '../../harness/errors.js'
import {
  type JournalLine,
  journalLineSchema,
  type RunRecord,
} from '../../harness/evidence/run-record.js'
import { readIfThere } from '../../harness/system/files.js'
import { roundsOf } from '../../harness/verdict/rounds.js'
import { PAIRS_NEEDED } from './recorded-study.js'
import type { TimedPair, TimedRun } from './timed-pair.js'

/** A file of recorded A/A runs, that is, adjacent pairs in which both arms are identical code. */
export interface Recording {
  readonly sha256: string
  readonly pools: readonly RecordedPool[]
}

/** The pairs of one workload under one load of the host, in the order they ran. */
export interface RecordedPool {
  /** `ambient sma`, or `all` if the file has neither pools nor workloads. */
  readonly pool: string
  readonly pairs: readonly TimedPair[]
}

const time = z.coerce.number().positive()
const rowSchema = z.object({
  pool: z.string().optional(),
  workload: z.string().optional(),
  pair: z.string().min(1),
  arm: z.enum(['A', 'B']),
  position: z.enum(['0', '1']),
  cpu_ms: time,
  wall_ms: time,
})
type Row = z.infer<typeof rowSchema>

/**
 * Reads a recording: a journal of runs (`runs.jsonl`), or CSV with the columns `pair, arm (A, B),
 * position (0, 1), cpu_ms, wall_ms` and optionally `pool` and `workload`.
 *
 * @throws {InputError} the file does not exist, contains an invalid row or an incomplete pair, or
 * has fewer pairs than needed
 *
 * @param fewest pairs of each pool; unless stated, those that the longest rule uses
 */
export function readRecording(path: string, fewest = PAIRS_NEEDED): Recording {
  const text = readIfThere(path)
  if (text === undefined)
    throw new InputError(`${path} does not exist; give a CSV or a runs.jsonl of A/A runs`)
  const pools = path.endsWith('.jsonl') ? journalPools(text, path) : csvPools(text, path)
  if (pools.length === 0)
    throw new InputError(`${path} holds no runs; give a recording of A/A runs`)
  for (const { pool, pairs } of pools) {
    if (pairs.length < fewest)
      throw new InputError(
        `${path}, ${pool}: ${pairs.length} pairs, and ${fewest} are needed; record more`,
      )
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), pools }
}

function journalPools(text: string, path: string): RecordedPool[] {
  const lines = text.split('\n').filter((line) => line !== '')
  const runs = lines.map((line, index) => readJournalLine(line, `${path}, line ${index + 1}`))
  const workloads = [...new Set(runs.map(({ workload }) => workload))]
  return workloads.map((pool) => ({
    pool,
    pairs: roundsOf(runs, { arms: ['baseline', 'candidate'] }, pool).flatMap(
      ({ runs: { baseline, candidate } }) =>
        baseline === undefined || candidate === undefined
          ? []
          : [{ a: toTimedRun(baseline), b: toTimedRun(candidate) }],
    ),
  }))
}

function readJournalLine(line: string, where: string): JournalLine {
  try {
    return journalLineSchema.parse(JSON.parse(line))
  } catch (cause) {
    throw new InputError(`${where} is not a run; give a runs.jsonl written by assay`, { cause })
  }
}

function toTimedRun({ cpuMs, wallMs, position }: RunRecord): TimedRun {
  return { cpuMs, wallMs, position: position === 'first' ? 'first' : 'second' }
}

function csvPools(text: string, path: string): RecordedPool[] {
  const rows = readRows(text, path)
  return [...new Set(rows.map(nameOf))].map((pool) => ({
    pool,
    pairs: pairUp(
      rows.filter((row) => nameOf(row) === pool),
      `${path}, ${pool}`,
    ),
  }))
}

function readRows(text: string, path: string): Row[] {
  const records: unknown[] = parseCsv(text, path)
  return records.map((record, index) => {
    const parsed = rowSchema.safeParse(record)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw new InputError(
      `${path}, line ${index + 2}: ${issue?.path.join('.')}: ${issue?.message.toLowerCase()}; correct the row`,
    )
  })
}

function parseCsv(text: string, path: string): unknown[] {
  try {
    return parse(text, { columns: true, skip_empty_lines: true, bom: true })
  } catch (cause) {
    throw new InputError(`${path} is not valid CSV with a header; see --help for its columns`, {
      cause,
    })
  }
}

function nameOf({ pool, workload }: Row): string {
  return [pool, workload].filter((part) => part !== undefined).join(' ') || 'all'
}

function pairUp(rows: readonly Row[], where: string): TimedPair[] {
  const pairs = new Map<string, Row[]>()
  for (const row of rows) pairs.set(row.pair, [...(pairs.get(row.pair) ?? []), row])
  return [...pairs].map(([pair, members]) => {
    const a = members.find(({ arm }) => arm === 'A')
    const b = members.find(({ arm }) => arm === 'B')
    if (a === undefined || b === undefined || members.length !== 2 || a.position === b.position)
      throw new InputError(
        `${where}: pair ${pair} is not one A and one B at different positions; remove the pair`,
      )
    return { a: toRun(a), b: toRun(b) }
  })
}

function toRun({ cpu_ms, wall_ms, position }: Row): TimedRun {
  return { cpuMs: cpu_ms, wallMs: wall_ms, position: position === '0' ? 'first' : 'second' }
}
