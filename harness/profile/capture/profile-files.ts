import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ProfileCategories } from '../../contract.js'
import { HOTSPOTS, type Hotspots } from '../../evidence/hotspots-schema.js'
import { atExit } from '../../system/at-exit.js'
import { makeDirectory, replaceDirectory, writeWhole } from '../../system/files.js'
import { jsonText } from '../../system/json-text.js'
import { foreignInTheWay } from '../../system/own-file.js'
import { formatMs } from '../../text/format.js'
import { attributeBy } from '../figures/attribute.js'
import { layersText } from '../figures/hotspot-tables.js'
import { differentialFlameGraphSvg } from '../flame/differential-flame-graph.js'
import { flameGraphSvg } from '../flame/flame-graph.js'
import type { SignificantChanges } from '../flame/significant-changes.js'
import { type ArmProfiles, cpuPerPass } from '../fold/arm-profiles.js'
import { foldedText } from '../fold/folded-text.js'
import { toPprof } from '../fold/pprof.js'
import { toSpeedscope } from '../fold/speedscope.js'
import { exactArm } from './arm-changes.js'
import type { CapturedArm } from './capture-arm.js'
import { type ProfiledWorkload, profileArms } from './profile-arms.js'
import type { ArmStack, ProfileRequest } from './profiled-process.js'

/**
 * Which files to write.
 *
 * `evidence`: for each arm, without inlining, the profile of each thread (`.cpuprofile`, for
 * Chrome DevTools), and the CPU of one pass as folded stacks, as a flame graph and for speedscope.
 * In addition `hotspots.json` and, if there is a candidate, `difference.svg`.
 *
 * `everything`: in addition, allocations (`.heapprofile`) and calls are profiled, and files are
 * written that are large or can be derived from the evidence: the profiles with inlining
 * (`.inlined.`), and `.pb.gz` for pprof.
 */
export type ProfileExtent = 'evidence' | 'everything'

/**
 * Profiles a workload in each of the arms into a folder. The files are written beside the folder
 * first and then replace it, so that the folder is always complete.
 *
 * @param directory absolute; created if missing
 * @param arms      the candidate comes after the arm it is compared with
 * @throws {InputError} the folder cannot be written, holds other files than ours, or the data
 * cannot be prepared, because of the user's input
 * @throws {InvalidEvidenceError} a process failed, wrote no usable profile, or the disk is full
 */
export async function profileInto(
  directory: string,
  request: Omit<ProfileRequest, 'directory'>,
  arms: readonly ArmStack[],
  extent: ProfileExtent,
): Promise<ProfiledWorkload> {
  refuseForeignFiles(directory)
  const unfinished = join(dirname(directory), `.${basename(directory)}.${process.pid}`)
  const remove = () => rmSync(unfinished, { recursive: true, force: true })
  const withdraw = atExit(remove)
  makeDirectory(unfinished)
  try {
    const profiled = await profileArms(
      { ...request, directory: unfinished },
      arms,
      extent === 'everything',
    )
    writeFiles(unfinished, profiled, request.suite.categories, extent)
    replaceDirectory(directory, unfinished)
    return profiled
  } finally {
    withdraw()
    remove()
  }
}

/** A file per arm, and those of all arms; folders hold the pages of other profilers. */
const OURS =
  /^((baseline|incumbent|candidate)\..+|difference\.svg|hotspots\.json|block-counts\.json)$/

/** @throws {InputError} the folder holds something that no profile consists of */
function refuseForeignFiles(directory: string): void {
  const found = lstatSync(directory, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) throw foreignInTheWay(directory)
  const stranger = readdirSync(directory, { withFileTypes: true }).find(
    (entry) => !(entry.isDirectory() || OURS.test(entry.name)),
  )
  if (stranger !== undefined) throw foreignInTheWay(join(directory, stranger.name))
}

function writeFiles(
  directory: string,
  { hotspots, captured, changes }: ProfiledWorkload,
  table: ProfileCategories | undefined,
  extent: ProfileExtent,
): void {
  const write = (name: string, text: string | Uint8Array) => writeWhole(join(directory, name), text)
  const flameGraph = (profiles: ArmProfiles, which: 'exact' | 'inlined') =>
    flameGraphSvg(cpuPerPass(profiles, which), {
      title: titleOf(hotspots, profiles),
      subtitle: subtitleOf(hotspots, profiles, which),
      groupOf: attributeBy(table),
    })
  for (const { profiles, files } of captured) {
    const { arm } = profiles
    const perPass = cpuPerPass(profiles)
    const speedscope = toSpeedscope(perPass, titleOf(hotspots, profiles))
    for (const [ending, text] of files.cpu) write(`${arm}.${ending}`, text)
    write(`${arm}.folded`, foldedText(perPass))
    write(`${arm}.svg`, flameGraph(profiles, 'exact'))
    write(`${arm}.speedscope.json`, jsonText(speedscope))
    if (extent === 'evidence') continue
    for (const [ending, text] of files.further) write(`${arm}.${ending}`, text)
    write(`${arm}.inlined.folded`, foldedText(cpuPerPass(profiles, 'inlined')))
    write(`${arm}.inlined.svg`, flameGraph(profiles, 'inlined'))
    write(`${arm}.pb.gz`, toPprof(perPass))
  }
  const difference = differenceSvg(hotspots, captured, changes)
  if (difference !== undefined) write('difference.svg', difference)
  write(HOTSPOTS, `${jsonText(hotspots, 1)}\n`)
}

function titleOf({ workload }: Hotspots, { arm, stack }: ArmProfiles): string {
  return `${workload} · ${arm} (${layersText(stack)})`
}

function subtitleOf(
  { content }: Hotspots,
  { cpuMs }: ArmProfiles,
  which: 'exact' | 'inlined',
): string {
  const inlining =
    which === 'exact'
      ? 'without inlining'
      : 'with inlining: some functions are attributed to their callers'
  return `${content} · ${formatMs(cpuMs)} of CPU per pass · ${inlining}`
}

/**
 * The picture that compares the candidate with the arm before it; undefined without a candidate.
 *
 * @param changes if they could be tested
 */
function differenceSvg(
  hotspots: Hotspots,
  captured: readonly CapturedArm[],
  changes: SignificantChanges | undefined,
): string | undefined {
  const at = (name: string | undefined) =>
    captured.find(({ profiles }) => profiles.arm === name)?.profiles
  const before = at(hotspots.gain?.against)
  const after = at('candidate')
  if (before === undefined || after === undefined) return undefined
  return differentialFlameGraphSvg(exactArm(before), exactArm(after), {
    title: `${hotspots.workload} · ${before.arm} → candidate (${layersText(after.stack)})`,
    subtitle: hotspots.content,
    ...(changes !== undefined && { changes }),
  })
}
