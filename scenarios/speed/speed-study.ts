import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import {
  type BundleContent,
  calendarFrom,
  memoryBundle,
  validateBundle,
  writeBundle,
} from '../../engine/index.js'
import { cacheRoot } from '../../harness/system/cache-root.js'
import { makeDirectory } from '../../harness/system/files.js'
import { packageRoot } from '../../harness/system/package-root.js'
import { combinations } from './combinations.js'
import { differenceOf } from './compare-results.js'
import type { EngineAnswer, MeasuredEngine, TimedPass } from './engine-slot.js'
import { type EngineProcesses, forkEngine } from './fork-engine.js'
import { fillCount, type SpeedData, type SpeedResult } from './speed-engine.js'
import type { SpeedCell, SpeedRowFigures } from './speed-figures.js'
import { LIMIT_ID, type SpeedRow } from './speed-rows.js'
import type { SpeedSeries } from './speed-series.js'

export interface SpeedStudy {
  readonly series: readonly SpeedSeries[]
  /** The limit loop is one of them, before all others. */
  readonly rows: readonly SpeedRow[]
  /** About how long the processes may take together, without their starts. */
  readonly budgetMs: number
  readonly processes: EngineProcesses
  /** Called before each process. */
  readonly onStep: (text: string) => void
}

/** Digits of a version in the name of a bundle. */
const DIGITS = 12

/**
 * Measures every row on every series, one process after another. A row whose results differ from
 * those of the limit loop, or that fails, is void on that series.
 *
 * @returns the figures of each row, one cell per series
 * @throws the reason of the signal, if it was aborted
 */
export async function measureSpeed(study: SpeedStudy): Promise<SpeedRowFigures[]> {
  const { series, rows } = study
  const cells = new Map<string, SpeedCell[]>(rows.map(({ id }) => [id, []]))
  const weight = series.reduce((sum, one) => sum + weightOf(one), 0)
  for (const one of series) {
    study.onStep(`${one.title}: data`)
    const data = await prepareData(one)
    const budgetMs = (study.budgetMs * weightOf(one)) / weight / rows.length
    let reference: readonly SpeedResult[] | undefined
    for (const row of rows) {
      study.onStep(`${one.title}: ${row.title}`)
      const answer = await measureRow(row, data, budgetMs, study.processes)
      if (row.id === LIMIT_ID && answer.kind === 'measured') reference = answer.results
      cells.get(row.id)!.push(cellOf(one, answer, reference))
    }
  }
  return rows.map(({ id, title, what }) => ({ id, title, what, cells: cells.get(id)! }))
}

/** A long series gets more of the time, but not in proportion: then a short one would get none. */
function weightOf({ assets, bars }: SpeedSeries): number {
  return Math.cbrt(assets * bars)
}

function measureRow(
  { module, setting }: SpeedRow,
  data: SpeedData,
  budgetMs: number,
  processes: EngineProcesses,
) {
  return forkEngine({ module, data, setting, combinations: combinations(), budgetMs }, processes)
}

/** The same bars as columns and as a bundle on disk, which is written on first use. */
async function prepareData(series: SpeedSeries): Promise<SpeedData> {
  const content = await series.content()
  return {
    times: calendarFrom(content.frequency, content.sessions).times,
    names: content.bars.map(({ asset }) => asset),
    assets: content.bars.map(({ open, high, low, close, volume }) => ({
      open,
      high,
      low,
      close,
      volume,
    })),
    priceScale: content.scales.price,
    bundle: await bundleOf(content),
  }
}

async function bundleOf(content: BundleContent): Promise<string> {
  const { version } = memoryBundle(content)
  const name = `speed-${content.name}-${version.replace('sha256:', '').slice(0, DIGITS)}`
  const directory = join(cacheRoot(), name)
  if (existsSync(directory)) {
    const findings = await validateBundle(directory)
    if (!findings.some(({ severity }) => severity === 'error')) return directory
  }
  makeDirectory(cacheRoot())
  await writeBundle(directory, content, { format: 'parquet' })
  return directory
}

/** The cell of a row: its results are compared before its time counts. */
function cellOf(
  series: SpeedSeries,
  answer: EngineAnswer,
  reference: readonly SpeedResult[] | undefined,
): SpeedCell {
  const isVoid = { kind: 'void' as const, series: series.id }
  if (answer.kind === 'failed')
    return { ...isVoid, reason: `it failed: ${withoutPaths(answer.error)}` }
  if (reference === undefined)
    return { ...isVoid, reason: 'the limit loop failed, so nothing can be compared' }
  const barsPerSecond = bestRate(series, answer, 'cpuMs')
  const reason = differenceOf(answer.results, reference, combinations())
  if (reason !== undefined) return { ...isVoid, reason, uncountedBarsPerSecond: barsPerSecond }
  return {
    kind: 'measured',
    series: series.id,
    combinations: answer.combinations,
    passes: answer.passes.length,
    barsPerSecond,
    wallBarsPerSecond: bestRate(series, answer, 'wallMs'),
    peakRssBytes: answer.peakRssBytes,
    fills: answer.results.reduce((sum, { fills }) => sum + fillCount(fills), 0),
    digest: digestOf(answer.results),
  }
}

/** One line, in which files of this package are named as below its root: it is published. */
function withoutPaths(error: string): string {
  return error.replaceAll(`${packageRoot()}${sep}`, '').replace(/\s+/g, ' ')
}

function bestRate(
  { assets, bars }: SpeedSeries,
  { combinations: count, passes }: MeasuredEngine,
  clock: keyof TimedPass,
): number {
  const best = Math.min(...passes.map((pass) => pass[clock]))
  return (1000 * assets * bars * count) / best
}

function digestOf(results: readonly SpeedResult[]): string {
  const hash = createHash('sha256')
  for (const { fills, equity } of results)
    hash.update(Array.from(fills).join(' ')).update(`\n${equity}\n`)
  return `sha256:${hash.digest('hex')}`
}
