import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Suite } from '../contract.js'
import { type AssayError, InputError, InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { SuiteDescription } from '../measurement/child-message.js'
import { type ForkSettings, forkRun } from '../measurement/fork-run.js'
import { importSuite, type LoadedSuite } from '../measurement/load-suite.js'
import { runEnvironment } from '../measurement/run-environment.js'
import { digestCode } from '../measurement/source-state.js'
import { CACHE_VARIABLE } from '../system/cache-root.js'
import { buildVersion } from './build-version.js'
import { VERSIONS, type Version } from './checkouts.js'
import type { ProgramSetting } from './git.js'

/** A version that has been built. */
export interface BuiltVersion {
  /** The project in its checkout, absolute. */
  readonly project: string
  /** URL of the module that exports its suite. */
  readonly address: string
  /** SHA-256 of its compiled code. */
  readonly code: string
  readonly description: SuiteDescription
}

export interface VersionsRequest {
  /** The project in each checkout, absolute. */
  readonly projects: Readonly<Record<Version, string>>
  /** The project in which the gate was started, absolute. */
  readonly installed: string
  /** Commits, for messages. */
  readonly commits: Readonly<Record<Version, string>>
  /** npm script; absent if there is nothing to build. */
  readonly script?: string
  /** Compiled module that exports the suite, relative to the project. */
  readonly module: string
  readonly setting: ProgramSetting
  readonly nodeFlags: readonly string[]
  readonly timeoutMs: number
}

export type Versions = Readonly<Record<Version, BuiltVersion>>

/**
 * Builds both versions at the same time and loads the description of each suite in a separate
 * process. The author of head can fix a fault in head, so that is an `InputError`; a fault in the
 * base makes the two incomparable.
 *
 * @throws {InputError} head does not build, or has no suite
 * @throws {InvalidEvidenceError} the base does not build, or has no suite
 * @throws the signal's reason, if it was aborted, once all processes have ended
 */
export async function buildVersions(request: VersionsRequest): Promise<Versions> {
  const { projects, installed, script, setting } = request
  const built = await Promise.allSettled(
    VERSIONS.map((version) =>
      buildVersion(defined({ project: projects[version], installed, setting, script })),
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
  const answer = await forkRun({ ...DESCRIBE, suite: address }, settings)
  if (answer.kind === 'failed')
    throw fault(request, version, `has no usable suite in ${module}: ${answer.error}`)
  if (answer.message.kind !== 'described')
    throw fault(
      request,
      version,
      `sent '${answer.message.kind}' instead of a description of its suite`,
    )
  return {
    project,
    address,
    code: digestOf(project, module),
    description: answer.message.description,
  }
}

/** A slot in which nothing runs: the process only describes the suite. */
const DESCRIBE = {
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

/** Digest of the top folder of the module, such as `dist/`, or of a module without a folder. */
function digestOf(project: string, module: string): string {
  const [folder, ...below] = module.split('/')
  const path = join(project, module)
  return below.length > 0
    ? digestCode(join(project, folder!))
    : `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

/**
 * Both versions as one suite: base is the baseline, head the candidate. What the harness calls in
 * its own process, for example to locate a difference, is the code of head.
 *
 * @throws {InputError} head's suite does not keep the contract
 */
export async function loadVersions({ base, head }: Versions, module: string): Promise<LoadedSuite> {
  const loaded = await importSuite(join(head.project, module), `head's ${module}`)
  return { ...loaded, versions: { baseline: base.address, candidate: head.address } }
}

/**
 * The environment of every measured process. Each version makes its own data, because a shared
 * cache would hide a change in the code that makes them.
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
  // The checkout is gone when the message is read, so its path is left out.
  const message = `${version} ${commits[version].slice(0, 8)} ${what}`.replaceAll(
    `${projects[version]}/`,
    '',
  )
  return version === 'head'
    ? new InputError(`${message}; fix it and run the gate again`)
    : new InvalidEvidenceError(`${message}; compare with another commit: --base REF`)
}
