import type { ArmHotspots } from '../evidence/hotspots-schema.js'
import { gainSentence } from '../profile/figures/gain-text.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { formatMs, formatRatio } from '../text/format.js'
import { drawCategoryBars } from './charts/category-bars.js'
import { type Chart, drawChart } from './charts/chart.js'
import { shortName } from './html.js'
import type { HtmlTable } from './html-table.js'
import { type PictureModel, pictureModels } from './profile-pictures.js'
import type { WorkloadProfile } from './profile-source.js'
import { armTables, categoryTable, changeTables } from './profile-tables.js'
import type { ReportSource } from './report-source.js'

/** Where the time of one workload went. */
export interface ProfileModel {
  readonly anchor: string
  readonly id: string
  /** What was profiled, and how. */
  readonly setting: string
  readonly bars: Chart
  /** Sentences without their final periods. */
  readonly facts: readonly string[]
  readonly categories: HtmlTable
  readonly tables: readonly HtmlTable[]
  readonly warnings: readonly {
    readonly where: string
    readonly code: string
    readonly hint: string
  }[]
  readonly pictures: readonly PictureModel[]
}

/** The profiles of a record's workloads, in the order of the workloads. */
export function profileModels({ record, profiles }: ReportSource): ProfileModel[] {
  const pictures = pictureModels(profiles, record.id)
  return profiles.map((profile, index) => {
    const recorded = record.workloads.find(({ id }) => id === profile.workload)?.profile
    return profileModel(profile, recorded, `p${index + 1}`, pictures[index]!)
  })
}

/**
 * @param recorded the part of the record about the profile; its gain is that of the measured runs
 */
function profileModel(
  { hotspots, workload }: WorkloadProfile,
  recorded: WorkloadRecord['profile'],
  anchor: string,
  pictures: readonly PictureModel[],
): ProfileModel {
  const gain = recorded?.gain
  const { arms, scale, seed, intervalMicros, node, content } = hotspots
  return {
    anchor,
    id: workload,
    setting: `${runsText(arms)}, on ${content}, scale ${scale}, seed ${seed}, Node ${node}. The profiler takes one sample every ${formatMs(intervalMicros / 1000)}. ${inliningText(arms)} Shares are fractions of busy time.`,
    bars: drawChart(`${anchor}-bars`, drawCategoryBars(arms)),
    facts: [
      ...arms.flatMap(overheadFact),
      ...(gain === undefined ? [] : [gainSentence(gain)]),
      ...changesFact(hotspots),
    ],
    categories: categoryTable(hotspots, recorded),
    tables: [
      ...changeTables(hotspots),
      ...arms
        .filter(({ arm }) => arm === 'candidate' || arm === (gain?.against ?? 'baseline'))
        .reverse()
        .flatMap((arm) => armTables(arm, workload)),
    ],
    warnings: arms.flatMap(({ arm, warnings }) =>
      warnings.map((warning) => ({ where: `${shortName(workload)}, ${arm}`, ...warning })),
    ),
    pictures,
  }
}

/** Older profiles have one run per arm, without inlining. */
function runsText([first]: readonly ArmHotspots[]): string {
  const { length = 0 } = first?.processCpuMs ?? []
  return length === 0
    ? 'One untimed run per arm under the profiler'
    : `${length} untimed runs per arm under the profiler as measured, and as many without inlining`
}

function inliningText([first]: readonly ArmHotspots[]): string {
  const isOff = 'so that the time of a function is not counted in its caller.'
  return first?.processCpuMs === undefined
    ? `Inlining is off, ${isOff}`
    : `The runs with inlining give the totals; those without it divide them, ${isOff}`
}

function changesFact({ changes }: WorkloadProfile['hotspots']): string[] {
  if (changes === undefined) return []
  return [
    `the flame graph of the difference, and the changes of functions, come from ${changes.processes.join(' + ')} processes without inlining; only changes whose interval excludes zero are coloured`,
  ]
}

function overheadFact({
  arm,
  cpuMs,
  overheadToComputation,
  referenceCpuMs,
}: ArmHotspots): string[] {
  if (overheadToComputation === undefined || referenceCpuMs === undefined) return []
  return [
    `${arm}: ratio of overhead to computation ${formatRatio(overheadToComputation)} (${formatMs(cpuMs)} of CPU time per pass; the computation alone takes ${formatMs(referenceCpuMs)})`,
  ]
}
