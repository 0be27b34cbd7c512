import type { JournalLine } from '../evidence/run-record.js'
import { formatBytes, formatMs, formatNumber, formatPercent } from '../text/format.js'
import { isFailure } from '../verdict/rounds.js'
import { shortName } from './html.js'
import { type HtmlTable, htmlTable } from './html-table.js'

const ABSENT = '—'

/** Every run of a workload in the order they ran, with what is known of the host meanwhile. */
export function runTable(workload: string, runs: readonly JournalLine[]): HtmlTable {
  const own = runs.filter((line) => line.workload === workload)
  return htmlTable(
    `Every run of ${shortName(workload)}, in the order they ran`,
    [
      '#run',
      '#pair',
      'arm',
      '#cpu',
      '#wall',
      '#first iteration',
      '#peak memory',
      '#heap',
      '#gc',
      '#waited',
      '#foreign load',
      '#steal',
      'note',
    ],
    own.map((line, index) => [String(index + 1), String(line.pair), line.arm, ...cellsOf(line)]),
  )
}

function cellsOf(line: JournalLine): string[] {
  if (isFailure(line)) return [...Array.from({ length: 9 }, () => ABSENT), `failed: ${line.error}`]
  return [
    formatMs(line.cpuMs),
    formatMs(line.wallMs),
    formatMs(line.coldWallMs),
    shown(line.peakRssBytes, formatBytes),
    formatBytes(line.heapBytes),
    `${formatMs(line.gcMs)} in ${line.gcCount}`,
    shown(line.waitShare, formatPercent),
    shown(line.foreignLoad, (cores) => formatNumber(cores, 2)),
    shown(line.stealShare, formatPercent),
    line.voided === undefined ? '' : `voided: ${line.voided}`,
  ]
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? ABSENT : format(value)
}
