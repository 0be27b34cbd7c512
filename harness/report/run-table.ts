import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { formatBytes, formatMs, formatNumber, formatPercent } from '../text/format.js'
import { isFailure } from '../verdict/rounds.js'
import { shortName } from './html.js'
import { ABSENT, type HtmlTable, shown, tableOf } from './html-table.js'

/** Every run of a workload in order of execution, with the state of the host during it. */
export function runTable(workload: string, runs: readonly JournalLine[]): HtmlTable {
  const own = runs.filter((line) => line.workload === workload)
  return tableOf(`Every run of ${shortName(workload)}, in order of execution`, own, {
    '#run': (_, index) => String(index + 1),
    '#pair': ({ pair }) => String(pair),
    arm: ({ arm }) => arm,
    '#cpu': measured(({ cpuMs }) => formatMs(cpuMs)),
    '#wall': measured(({ wallMs }) => formatMs(wallMs)),
    '#first iteration': measured(({ coldWallMs }) => formatMs(coldWallMs)),
    '#peak memory': measured(({ peakRssBytes }) => shown(peakRssBytes, formatBytes)),
    '#heap': measured(({ heapBytes }) => formatBytes(heapBytes)),
    '#gc': measured(({ gcMs, gcCount }) => `${formatMs(gcMs)} in ${gcCount}`),
    '#waited': measured(({ waitShare }) => shown(waitShare, formatPercent)),
    '#foreign load': measured(({ foreignLoad }) =>
      shown(foreignLoad, (cores) => formatNumber(cores, 2)),
    ),
    '#steal': measured(({ stealShare }) => shown(stealShare, formatPercent)),
    note: (line) => {
      if (isFailure(line)) return `failed: ${line.error}`
      return line.voided === undefined ? '' : `voided: ${line.voided}`
    },
  })
}

/** The cell of a finished run. A failed run gets a dash. */
function measured(cell: (run: RunRecord) => string): (line: JournalLine) => string {
  return (line) => (isFailure(line) ? ABSENT : cell(line))
}
