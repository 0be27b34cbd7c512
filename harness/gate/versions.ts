import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Suite } from '../contract.js'
import { type AssayError, InputError, InvalidEvidenceError } from '../errors.js'
import type { SuiteDescription } from '../measurement/child-message.js'
import { type ForkSettings, forkRun } from '../measurement/fork-run.js'
import { importSuite, type LoadedSuite } from '../measurement/load-suite.js'
import { runEnvironment } from '../measurement/run-environment.js'
import { digestCode } from '../measurement/source-state.js'
import { CACHE_VARIABLE } from '../system/cache-root.js'
import { buildVersion } from './build-version.js'
import { VERSIONS, type Version } from './checkouts.js'
import type { ProgramSetting } from './git.js'

/** Where a version lies, and what it has. */
export interface BuiltVersion {
  /** The project in its checkout, absolute. */
  readonly project: string
  /** Address of its suite's module. */
  readonly address: string
  /** SHA-256 of its compiled code. */
  readonly code: string
  readonly description: SuiteDescription
}

export interface VersionsRequest {
  /** The project in each checkout, absolute. */
  readonly projects: Readonly<Record<Version, string>>
  /** The project the gate was started in, absolute. */
  readonly installed: string
  /** Commits, for messages. */
  readonly commits: Readonly<Record<Version, string>>
  /** npm script; undefined: nothing to build. */
  readonly script?: string
  /** Compiled module that exports the suite, relative to the project. */
  readonly module: string
  readonly setting: ProgramSetting
  readonly nodeFlags: readonly string[]
  readonly timeoutMs: number
}

export type Versions = Readonly<Record<Version, BuiltVersion>>

/**
 * Builds both versions at the same time and asks each, in a process of its own, what it has. What
 * is wrong with head is for its author to mend, an `InputError`; what is wrong with the base makes
 * the two incomparable.
 *
 * @throws {InputError} head does not build, or has no suite
 * @throws {InvalidEvidenceError} the same of the base
 * @throws the signal's reason, once everything started is gone, where the signal was aborted
 */
export async function buildVersions(request: VersionsRequest): Promise<Versions> {
  const { projects, installed, script, setting } = request
  const built = await Promise.allSettled(
    VERSIONS.map((version) =>
      buildVersion({
        project: projects[version],
        installed,
        setting,
        ...(script !== undefined && { script }),
      }),
    ),
  )
  setting.signal.throwIfAborted()
  const versions: Partial<Record<Version, BuiltVersion>> = {}
  for (const version of [...VERSIONS].reverse()) {
    const ending = built[VERSIONS.indexOf(version)]!
    if (ending.status === 'rejected') throw ending.reason
    if (ending.value !== undefined) throw fault(request, version, `does not build: ${ending.value}`)
    versions[version] = await describeVersion(request, version)
  }
  return versions as Versions
}

async function describeVersion(request: VersionsRequest, version: Version): Promise<BuiltVersion> {
  const { projects, module, script, setting, nodeFlags, timeoutMs } = request
  const project = projects[version]
  const path = join(project, module)
  if (!existsSync(path)) {
    const after = script === undefined ? '' : ` after npm run ${script}`
    throw fault(
      request,
      version,
      `has no ${module}${after}; name the compiled module that exports its suite: --module PATH`,
    )
  }
  const address = pathToFileURL(path).href
  const settings = {
    env: gateEnvironment(setting.env),
    nodeFlags,
    timeoutMs,
    signal: setting.signal,
  }
  const answer = await forkRun({ ...NOTHING, suite: address }, settings)
  if (answer.kind === 'failed')
    throw fault(request, version, `has no usable suite in ${module}: ${answer.error}`)
  if (answer.message.kind !== 'described')
    throw fault(request, version, `answered ${answer.message.kind} for its suite`)
  return {
    project,
    address,
    code: digestOf(project, module),
    description: answer.message.description,
  }
}

/** A slot that only asks what the suite has. */
const NOTHING = {
  mode: 'describe',
  workload: '',
  arm: 'candidate',
  stack: [],
  scale: 'smoke',
  seed: 0,
  pair: 0,
  position: 0,
  warmup: 0,
  iterations: 1,
} as const

/**
 * Of all that is compiled, `dist/` for a module below it; a module beside the sources stands for
 * itself.
 */
function digestOf(project: string, module: string): string {
  const [folder, ...below] = module.split('/')
  const path = join(project, module)
  return below.length > 0
    ? digestCode(join(project, folder!))
    : `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

/**
 * Both versions as one suite to measure: base is the baseline, head the candidate. Everything the
 * harness asks in its own process, such as where two outputs differ, is asked of head.
 *
 * @throws {InputError} head's suite does not keep the contract
 */
export async function loadVersions({ base, head }: Versions, module: string): Promise<LoadedSuite> {
  const loaded = await importSuite(join(head.project, module), `head's ${module}`)
  return { ...loaded, versions: { baseline: base.address, candidate: head.address } }
}

/**
 * The environment of every measured process. Each version makes its own data: a shared cache would
 * hide a change in how they are made.
 */
export function gateEnvironment(
  env: ProgramSetting['env'],
  passed: Suite['passEnvironment'] = [],
): ForkSettings['env'] {
  return runEnvironment(
    env,
    passed.filter((name) => name !== CACHE_VARIABLE),
  )
}

function fault({ commits, projects }: VersionsRequest, version: Version, what: string): AssayError {
  // The folder is gone when this is read.
  const message = `${version} ${commits[version].slice(0, 8)} ${what}`.replaceAll(
    `${projects[version]}/`,
    '',
  )
  return version === 'head'
    ? new InputError(`${message}; mend it before it is compared`)
    : new InvalidEvidenceError(`${message}; nothing can be compared with it`)
}
