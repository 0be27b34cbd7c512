import { join } from 'node:path'
import type { ScaleName, Suite, Workload } from '../contract.js'
import { EXIT, type ExitCode } from '../errors.js'
import { acceptedBefore, checkIncumbent } from '../evaluation/incumbent.js'
import { evidenceOf } from '../evidence/evidence-store.js'
import type { Hotspots } from '../evidence/hotspots-schema.js'
import type { Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import { type LoadedSuite, projectOf } from '../measurement/load-suite.js'
import { forkSettings, nodeFlagsFor } from '../measurement/run-environment.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { ArmStack, ProfileRequest } from '../profile/capture/profiled-process.js'
import { bottlenecksMarkdown } from '../profile/figures/bottlenecks-markdown.js'
import { hotspotsText } from '../profile/figures/hotspot-tables.js'
import type { ProfileTool } from '../profile/tools/tool-table.js'
import { createProgress, type Progress } from '../progress.js'
import { readRecords } from '../record/record-store.js'
import { bottlenecksFile } from '../report/bottlenecks-page.js'
import { refuseForeign, writeOwn } from '../system/own-file.js'
import { sealText } from '../system/sealed-text.js'
import { findNamed } from '../text/nearest-name.js'
import type { CommandContext } from './command.js'
import { nextCommand, quoted } from './command-text.js'
import { linePrinter, printJson, shownPath } from './output.js'
import { ALL, PURE } from './profile-names.js'
import { profileWithTool } from './profile-with-tool.js'

/** Options of `assay profile`. */
export interface ProfileOptions {
  /** Undefined: the measured workloads; with `ALL`: also the scenarios that are only profiled. */
  readonly scenario?: readonly string[]
  /** Makes its own pages in place of ours. */
  readonly tool?: ProfileTool
  readonly scale: ScaleName
  readonly seed: number
  /** µs */
  readonly interval: number
  /** ms */
  readonly duration: number
  /** In place of the accepted layers; empty: none. */
  readonly incumbent?: readonly string[]
  /** ms */
  readonly timeout: number
  /** Suite module of another project. */
  readonly suite?: string
  readonly json?: boolean
  readonly out: string
}

/** A `profile` command, checked as far as that is possible without suite and records. */
export interface ProfileCommand extends ProfileOptions {
  /** A layer, or `baseline`. */
  readonly layer: string
  /** Evidence root, absolute. */
  readonly root: string
}

/** Collection and compilation on the thread that is profiled, as under the metric `cpu`. */
const NODE_FLAGS = nodeFlagsFor('cpu')

/**
 * `assay profile <layer|baseline>`: profiles each workload and prints where the time goes.
 *
 * @returns 0: all files are written
 * @throws {InputError} an unknown layer, scenario or incumbent
 * @throws {InvalidEvidenceError} a profiled process or a tool failed
 */
export async function profileLayer(
  command: ProfileCommand,
  { io, suiteOf }: CommandContext,
): Promise<ExitCode> {
  const { layer, root, tool, json } = command
  const bottlenecks = bottlenecksFile(root)
  if (command.scenario?.includes(ALL)) refuseForeign(bottlenecks)
  const loaded = await suiteOf(command.suite)
  const arms = armsOf(command, loaded.suite)
  const workloads = chooseScenarios(command, loaded.suite)
  const printLine = linePrinter(json, io)
  const progress = createProgress(io)
  const requests = workloads.map((workload) => ({
    ...requestOf(command, loaded, io),
    workload,
    directory: join(evidenceOf(root), `profile-${layer}-${workload.id}`),
    phase: progress.phase,
  }))
  if (tool !== undefined) {
    const pages = await profileWithTool(tool, requests, arms, progress, io, printLine)
    if (json) printJson(pages, io)
    return EXIT.done
  }
  const hotspots = await profileEach(requests, arms, progress, (one, directory) =>
    printLine(`${hotspotsText(one)}\nwritten: ${shownPath(directory, io)}\n`),
  )
  if (command.scenario?.includes(ALL)) {
    const environment = readEnvironment(NODE_FLAGS)
    const page = bottlenecksMarkdown(hotspots, environment, {
      command: repeatText(command, io.cwd),
    })
    writeOwn(bottlenecks, sealText(page))
    printLine(`consolidated: ${shownPath(bottlenecks.path, io)}`)
  }
  if (json) printJson(hotspots, io)
  return EXIT.done
}

async function profileEach(
  requests: readonly ProfileRequest[],
  arms: readonly ArmStack[],
  progress: Progress,
  onHotspots: (hotspots: Hotspots, directory: string) => void,
): Promise<Hotspots[]> {
  const all: Hotspots[] = []
  try {
    for (const { directory, ...request } of requests) {
      const { hotspots, notes } = await profileInto(directory, request, arms, 'everything')
      for (const note of notes) progress.note(note)
      progress.done()
      all.push(hotspots)
      onHotspots(hotspots, directory)
    }
  } finally {
    progress.done()
  }
  return all
}

/**
 * The pure baseline alone; or baseline and candidate, and where the candidate stacks on other
 * layers, these as the incumbent.
 */
function armsOf({ layer, incumbent, root }: ProfileCommand, suite: Suite): ArmStack[] {
  const baseline: ArmStack = { arm: 'baseline', stack: [] }
  if (layer === PURE) return [baseline]
  findNamed([PURE, ...suite.layers.map(({ id }) => id)], (id) => id, layer, 'layer')
  const chosen = suite.layers.find(({ id }) => id === layer)!
  const before =
    incumbent === undefined
      ? acceptedBefore(chosen, suite, readRecords(root))
      : checkIncumbent(incumbent, chosen, suite)
  return [
    baseline,
    ...(before.length > 0 ? [{ arm: 'incumbent' as const, stack: before }] : []),
    { arm: 'candidate', stack: [...before, layer] },
  ]
}

function chooseScenarios(
  { scenario }: ProfileCommand,
  suite: Suite,
): readonly Workload<unknown, unknown, unknown>[] {
  const all = [...suite.workloads, ...(suite.profiled ?? [])]
  if (scenario === undefined) return suite.workloads
  if (scenario.includes(ALL)) return all
  return [...new Set(scenario)].map((name) => findNamed(all, ({ id }) => id, name, 'scenario'))
}

function requestOf(
  { scale, seed, interval, duration, timeout }: ProfileCommand,
  loaded: LoadedSuite,
  io: Io,
) {
  const { suite, address } = loaded
  return {
    suite,
    address,
    sources: projectOf(loaded),
    scale,
    seed,
    intervalMicros: interval,
    durationMs: duration,
    settings: forkSettings(io, suite, { nodeFlags: NODE_FLAGS, timeoutMs: timeout }),
  }
}

/** What to type to get the consolidated page again. */
function repeatText({ layer, scale, suite, incumbent }: ProfileCommand, cwd: string): string {
  const words = [layer, `--scenario ${ALL}`]
  if (scale !== 'standard') words.push(`--scale ${scale}`)
  if (incumbent !== undefined) words.push(`--incumbent${quoted(incumbent.join(',') || 'none')}`)
  if (suite !== undefined) words.push(`--suite${quoted(suite)}`)
  return nextCommand('profile', cwd, ...words)
}
