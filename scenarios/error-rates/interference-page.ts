import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import {
  formatCounted,
  formatLimit,
  formatNumber,
  formatSignedPercent,
} from '../../harness/text/format.js'
import { markdownTable } from '../../harness/text/table.js'
import { describeChange } from './change-text.js'
import { INTERFERENCE_SIZES } from './interference-cell-id.js'
import { interferenceSchedule, JUDGED_SIZE, SEARCHES } from './interference-schedule.js'
import { BIAS_AT_MOST, type InterferenceSummary } from './interference-summary.js'

const MOST = formatNumber(100 * BIAS_AT_MOST)

type CellBias = InterferenceSummary['cells'][number]
type DesignBias = InterferenceSummary['designs'][number]

/** The workload of our suite that keeps several threads busy. */
const PARALLEL = 'worker-start'

/**
 * The section about the bias of the designs.
 *
 * @param host a sentence about the host
 */
export function interferenceSection(
  interference: InterferenceSummary | undefined,
  host: string,
): string[] {
  const planned = interferenceSchedule().length
  if (interference === undefined)
    return [
      INTRODUCTION,
      `None of the ${planned} cells has been measured yet, so nothing is shown about any design.`,
    ]
  const { cells, designs, firstAt, lastAt, commits } = interference
  const days = [firstAt.slice(0, 10), lastAt.slice(0, 10)]
  const when = days[0] === days[1] ? `on ${days[0]}` : `from ${days[0]} to ${days[1]}`
  return [
    INTRODUCTION,
    `${cells.length} of ${formatCounted(planned, 'cell')} measured ${when} on commit ${commits.map((commit) => `\`${commit.slice(0, 7)}${commit.includes('dirty') ? ' dirty' : ''}\``).join(', ')}.${host}`,
    '### Designs a workload may use',
    `A design may measure a workload if its bias at a true change of ${formatLimit(JUDGED_SIZE)} is at most ${MOST} points. *Shown*: every 95 % interval of that row lies within. *Exceeded*: one lies outside. *Not shown*: neither; the pairs were too few or too noisy. \`${PARALLEL}\` keeps several threads busy, so only adjacent runs can measure it.`,
    designTable(designs, (kind) => SEARCHES.includes(kind)),
    '### Kinds of work',
    designTable(designs, (kind) => !SEARCHES.includes(kind)),
    '### Every cell',
    'Bias in points with its 95 % interval; positive: the candidate looks faster than it is. In parentheses the number of pairs.',
    cellTable(cells),
  ]
}

const INTRODUCTION = [
  'Two arms that share a CPU share its caches, too, so the designs of a pair need not agree. Each cell measures a known effect in one design. *Same* work: the candidate makes more or fewer units of the kernel itself, so the true effect follows from their number. *Integers*: the integer kernel that controls inject is added to one arm, beside work of another kind.',
  'Its true size is its CPU time relative to the rest of the same run, in adjacent runs, where the arms do not share a CPU; all designs then get the same number of turns.',
].join(' ')

function designTable(designs: readonly DesignBias[], isListed: (kind: string) => boolean): string {
  const listed = designs.filter(({ kind }) => isListed(kind))
  if (listed.length === 0) return 'None of these cells has been measured yet.'
  return markdownTable(
    [
      'work',
      'design',
      `largest bias at ${formatLimit(JUDGED_SIZE)}, points`,
      `at most ${MOST} points`,
      'cells',
      'CPU time, adjacent runs = 1',
    ],
    listed.map(({ kind, design, worst, status, cells, cpuRatio }) => [
      kind,
      design,
      worst === undefined ? '—' : points(worst),
      status === undefined ? 'not measured' : status === 'exceeded' ? '**exceeded**' : status,
      String(cells),
      cpuRatio === undefined ? '—' : formatNumber(cpuRatio, 2),
    ]),
  )
}

function cellTable(cells: readonly CellBias[]): string {
  const rows = [...new Set(cells.map(({ kind, added }) => `${kind}/${added}`))].flatMap((name) => {
    const members = cells.filter(({ kind, added }) => `${kind}/${added}` === name)
    return INTERFERENCE_SIZES.flatMap((change) => {
      const ofSize = members.filter((cell) => cell.change === change)
      const [first] = ofSize
      if (first === undefined) return []
      const columns = PAIR_DESIGNS.map((design) => biasText(ofSize, design))
      return [[first.kind, first.added, describeChange(change), trueText(ofSize), ...columns]]
    })
  })
  return markdownTable(['work', 'added', 'nominal', 'true change', ...PAIR_DESIGNS], rows)
}

function trueText(cells: readonly CellBias[]): string {
  const [first] = cells
  return first === undefined ? '—' : formatSignedPercent(first.truth, 2)
}

function biasText(cells: readonly CellBias[], design: PairDesign): string {
  const cell = cells.find((one) => one.design === design)
  if (cell === undefined) return '—'
  const { bias, lower, upper, pairs } = cell
  return `${points(bias)} [${points(lower)}, ${points(upper)}] (${pairs})`
}

/** A fraction as points with their sign: `+0.31`. */
function points(fraction: number): string {
  return formatSignedPercent(fraction, 2).replace(' %', '')
}
