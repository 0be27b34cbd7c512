import { renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ProfileCategories } from '../../contract.js'
import { HOTSPOTS, type Hotspots } from '../../evidence/hotspots-schema.js'
import { explainFileError, makeDirectory, writeWhole } from '../../system/files.js'
import { formatMs } from '../../text/format.js'
import { attributeBy } from '../figures/attribute.js'
import { differentialFlameGraphSvg } from '../flame/differential-flame-graph.js'
import { flameGraphSvg } from '../flame/flame-graph.js'
import { foldedText } from '../fold/folded-text.js'
import { toPprof } from '../fold/pprof.js'
import { toSpeedscope } from '../fold/speedscope.js'
import type { CapturedArm } from './capture-arm.js'
import { cpuPerPass, type ProfiledWorkload, profileArms } from './profile-arms.js'
import type { ArmStack, ProfileRequest } from './profiled-process.js'

/**
 * Which files are wanted. `evidence`, per arm, without inlining: the profile of each thread
 * (`.cpuprofile`, which Chrome DevTools opens), and the CPU of one pass as folded stacks, as a
 * flame graph and for speedscope; `difference.svg` where there is a candidate, and `hotspots.json`.
 * `everything`: also what is large, or can be made of the evidence: `.inlined.` the same with
 * inlining, `.heapprofile` the allocations, `.pb.gz` for pprof.
 */
export type ProfileExtent = 'evidence' | 'everything'

/**
 * Profiles a workload in each of the arms into a folder, which is there whole or not at all:
 * everything is written beside it first, and takes the place of what an earlier run left.
 *
 * @param directory absolute; made where it is missing
 * @param arms      the arm a candidate is compared with stands before it
 * @throws {InputError} it cannot be written, or the data cannot be prepared, by what the user gave
 * @throws {InvalidEvidenceError} a process failed, left no usable profile, or the disk is full
 */
export async function profileInto(
  directory: string,
  request: Omit<ProfileRequest, 'directory'>,
  arms: readonly ArmStack[],
  extent: ProfileExtent,
): Promise<ProfiledWorkload> {
  const unfinished = join(dirname(directory), `.${basename(directory)}.${process.pid}`)
  makeDirectory(unfinished)
  try {
    const profiled = await profileArms({ ...request, directory: unfinished }, arms)
    const write = (name: string, text: string | Uint8Array) =>
      writeWhole(join(unfinished, name), text)
    writeEvidence(write, profiled, request.suite.categories)
    if (extent === 'everything') writeFurther(write, profiled, request.suite.categories)
    replaceDirectory(directory, unfinished)
    return profiled
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function replaceDirectory(directory: string, by: string): void {
  try {
    rmSync(directory, { recursive: true, force: true })
    renameSync(by, directory)
  } catch (error) {
    throw explainFileError(error, directory)
  }
}

type Write = (name: string, text: string | Uint8Array) => void

function writeEvidence(
  write: Write,
  { hotspots, captured }: ProfiledWorkload,
  table: ProfileCategories | undefined,
): void {
  for (const one of captured) {
    const { arm } = one.profiles
    for (const [ending, text] of one.raw.cpu) write(`${arm}.${ending}`, text)
    write(`${arm}.folded`, foldedText(cpuPerPass(one)))
    write(`${arm}.svg`, flameGraphOf(one, 'exact', hotspots, table))
    write(
      `${arm}.speedscope.json`,
      JSON.stringify(toSpeedscope(cpuPerPass(one), captionOf(hotspots, one, 'exact').title)),
    )
  }
  const difference = differenceSvg(hotspots, captured)
  if (difference !== undefined) write('difference.svg', difference)
  write(HOTSPOTS, `${JSON.stringify(hotspots, null, 1)}\n`)
}

function writeFurther(
  write: Write,
  { hotspots, captured }: ProfiledWorkload,
  table: ProfileCategories | undefined,
): void {
  for (const one of captured) {
    const { arm } = one.profiles
    for (const [ending, text] of one.raw.further) write(`${arm}.${ending}`, text)
    write(`${arm}.inlined.folded`, foldedText(cpuPerPass(one, 'inlined')))
    write(`${arm}.inlined.svg`, flameGraphOf(one, 'inlined', hotspots, table))
    write(`${arm}.pb.gz`, toPprof(cpuPerPass(one)))
  }
}

function flameGraphOf(
  one: CapturedArm,
  which: 'exact' | 'inlined',
  hotspots: Hotspots,
  table: ProfileCategories | undefined,
): string {
  return flameGraphSvg(cpuPerPass(one, which), {
    ...captionOf(hotspots, one, which),
    groupOf: attributeBy(table),
  })
}

function captionOf(
  { workload, content }: Hotspots,
  { profiles }: CapturedArm,
  which: 'exact' | 'inlined',
) {
  const { arm, stack, cpuMs } = profiles
  const layers = stack.length === 0 ? 'pure baseline' : stack.join(' + ')
  const inlining =
    which === 'exact'
      ? 'without inlining'
      : 'with inlining: some functions are booked to their callers'
  return {
    title: `${workload} · ${arm} (${layers})`,
    subtitle: `${content} · ${formatMs(cpuMs)} of CPU per pass · ${inlining}`,
  }
}

/** From the arm a candidate is compared with to the candidate. */
function differenceSvg(hotspots: Hotspots, captured: readonly CapturedArm[]): string | undefined {
  const at = (name: string | undefined) => captured.find(({ profiles }) => profiles.arm === name)
  const before = at(hotspots.gain?.against)
  const after = at('candidate')
  if (before === undefined || after === undefined) return undefined
  const side = (one: CapturedArm) => ({
    profile: cpuPerPass(one),
    iterations: 1,
    name: one.profiles.arm,
  })
  return differentialFlameGraphSvg(side(before), side(after), {
    title: `${hotspots.workload} · ${before.profiles.arm} → candidate (${after.profiles.stack.join(' + ') || 'pure baseline'})`,
    subtitle: hotspots.content,
  })
}
