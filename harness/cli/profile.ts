import { dirname, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { type Arm, SCALE_NAMES, type ScaleName, type Suite, type Workload } from '../contract.js'
import { EXIT, type ExitCode, InputError } from '../errors.js'
import { acceptedBefore, checkIncumbent } from '../evaluation/incumbent.js'
import type { Hotspots } from '../evidence/hotspots-schema.js'
import { evidenceOf } from '../evidence/store.js'
import type { Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { nodeFlagsFor, runEnvironment } from '../measurement/run-environment.js'
import { profileInto } from '../profile/capture/profile-files.js'
import type { ArmStack } from '../profile/capture/profiled-process.js'
import { bottlenecksMarkdown } from '../profile/figures/bottlenecks-markdown.js'
import { hotspotsText } from '../profile/figures/hotspot-tables.js'
import { PROFILE_TOOLS } from '../profile/tools/tool-table.js'
import { createProgress } from '../progress.js'
import { readRecords } from '../record/store.js'
import { writeWhole } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'
import { findNamed } from '../text/nearest-name.js'
import { DEFAULTS } from './evaluate-options.js'
import { ALL, BOTTLENECKS } from './profile-options.js'
import { profileWithTool } from './profile-tool.js'

const PURE = 'baseline'

const whole = (option: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `${option} must be a whole number`)
    .transform(Number)
    .refine(
      (value) => value >= least && value <= most,
      `${option} must be at least ${least} and at most ${most}`,
    )
const seconds = (option: string, most: number) =>
  z
    .string()
    .regex(/^\d*\.?\d+$/, `${option} must be a number of seconds`)
    .transform(Number)
    .refine(
      (value) => value > 0 && value <= most,
      `${option} must be more than 0 and at most ${most} seconds`,
    )

const optionsSchema = z.object({
  scenario: z.array(z.string()).optional(),
  tool: z.string().optional(),
  scale: z.string(),
  seed: whole('--seed', 0, 2 ** 31 - 1),
  interval: whole('--interval', 50, 100_000),
  duration: seconds('--duration', 600),
  incumbent: z.string().optional(),
  timeout: seconds('--timeout', 2_147_483),
  json: z.boolean().optional(),
  out: z.string(),
})
type ProfileOptions = z.infer<typeof optionsSchema>

/**
 * `assay profile <layer|baseline>`: where the time goes, workload by workload.
 *
 * @param raw option values as typed
 * @returns 0: what was asked for is written
 * @throws {InputError} no such layer, workload, scale or tool, or an option that makes no sense
 * @throws {InvalidEvidenceError} a profiled process or a tool failed
 */
export async function profileCommand(
  layer: string,
  raw: unknown,
  loaded: LoadedSuite,
  io: Io,
): Promise<ExitCode> {
  const options = parseOptions(raw)
  const root = resolve(io.cwd, options.out)
  const arms = armsOf(layer, options, loaded.suite, root)
  const workloads = chooseScenarios(options.scenario ?? [], loaded.suite)
  const scale = findNamed(SCALE_NAMES, (name) => name, options.scale, 'scale')
  const say = options.json === true ? io.stderr : io.stdout
  const progress = createProgress(io)
  const requests = workloads.map((workload) => ({
    ...requestOf(options, loaded, io),
    workload,
    scale,
    directory: join(evidenceOf(root), `profile-${layer}-${workload.id}`),
    phase: progress.phase,
  }))
  if (options.tool !== undefined) {
    const tool = findNamed(PROFILE_TOOLS, ({ id }) => id, options.tool, 'tool')
    const pages = await profileWithTool(tool, requests, arms, progress, io, say)
    if (options.json === true) io.stdout(`${JSON.stringify(pages, null, 1)}\n`)
    return EXIT.done
  }
  const found: Hotspots[] = []
  try {
    for (const { directory, ...request } of requests) {
      const profiled = await profileInto(directory, request, arms, 'everything')
      for (const note of profiled.notes) progress.note(note)
      found.push(profiled.hotspots)
      progress.done()
      say(`${hotspotsText(profiled.hotspots)}\nwritten: ${shown(io, directory)}\n\n`)
    }
  } finally {
    progress.done()
  }
  if (options.scenario?.includes(ALL) === true) {
    const path = join(evidenceOf(root), BOTTLENECKS)
    writeWhole(
      path,
      bottlenecksMarkdown(found, readEnvironment(nodeFlagsFor('cpu')), repeatText(layer, options)),
    )
    say(`consolidated: ${shown(io, path)}\n`)
  }
  if (options.json === true) io.stdout(`${JSON.stringify(found, null, 1)}\n`)
  return EXIT.done
}

function parseOptions(raw: unknown): ProfileOptions {
  const parsed = optionsSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new InputError(`${parsed.error.issues[0]!.message}; see: assay profile --help`)
}

/**
 * The pure baseline alone; or with the layer on the accepted layers before it, which then are an
 * arm of their own.
 */
function armsOf(
  layer: string,
  { incumbent }: ProfileOptions,
  suite: Suite,
  root: string,
): ArmStack[] {
  const baseline: ArmStack = { arm: 'baseline', stack: [] }
  if (layer === PURE) {
    if (incumbent !== undefined)
      throw new InputError(`--incumbent ${incumbent}: the pure baseline has none; leave it out`)
    return [baseline]
  }
  const known = [PURE, ...suite.layers.map(({ id }) => id)]
  findNamed(known, (id) => id, layer, 'layer')
  const chosen = suite.layers.find(({ id }) => id === layer)!
  const before =
    incumbent === undefined
      ? acceptedBefore(chosen, suite, readRecords(root))
      : incumbent === 'none'
        ? []
        : checkIncumbent(incumbent.split(','), chosen, suite)
  const arm = (name: Arm, stack: readonly string[]): ArmStack => ({ arm: name, stack })
  return [
    baseline,
    ...(before.length > 0 ? [arm('incumbent', before)] : []),
    arm('candidate', [...before, layer]),
  ]
}

/** Measured workloads where none is named; with `all`, the ones that are only profiled too. */
function chooseScenarios(
  names: readonly string[],
  suite: Suite,
): readonly Workload<unknown, unknown, unknown>[] {
  const known = [...suite.workloads, ...(suite.profiled ?? [])]
  if (names.includes(ALL)) return known
  if (names.length === 0) return suite.workloads
  return [...new Set(names)].map((name) => findNamed(known, ({ id }) => id, name, 'scenario'))
}

function requestOf(options: ProfileOptions, { suite, address, foreignFile }: LoadedSuite, io: Io) {
  return {
    suite,
    address,
    sources: foreignFile === undefined ? packageRoot() : dirname(foreignFile),
    seed: options.seed,
    intervalMicros: options.interval,
    durationMs: options.duration * 1000,
    settings: {
      env: runEnvironment(io.env, suite.passEnvironment),
      // As under the metric `cpu`: collection and compilation on the thread that is profiled.
      nodeFlags: nodeFlagsFor('cpu'),
      timeoutMs: options.timeout * 1000,
      signal: io.signal,
    },
  }
}

/** What to type to get the consolidated page again. */
function repeatText(layer: string, { scale }: ProfileOptions): string {
  const wanted: ScaleName | string = scale
  return `npm run profile -- ${layer} --scenario ${ALL}${wanted === DEFAULTS.scale ? '' : ` --scale ${wanted}`}`
}

function shown(io: Io, path: string): string {
  const short = relative(io.cwd, path)
  return short.startsWith('..') ? path : short
}
