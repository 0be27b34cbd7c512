import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Suite } from '../contract.js'
import { type AssayError, InputError, InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { SuiteDescription } from '../measurement/child-message.js'
import { type ForkSettings, forkRun } from '../measurement/fork-run.js'
import { importSuite, type LoadedSuite } from '../measurement/load-suite.js'
import { runEnvironment } from '../measurement/run-environment.js'
import { CACHE_VARIABLE } from '../system/cache-root.js'
import { buildVersion } from './build-version.js'
import { VERSIONS, type Version } from './checkouts.js'
import { git, type ProgramSetting } from './git.js'
import { digestOfLoadable } from './loadable-code.js'
import { digestOfManifests } from './package-manifests.js'

/** A version that has been built. */
export interface BuiltVersion {
  /** The project in its checkout, absolute. */
  readonly project: string
  /** URL of the module that exports its suite. */
  readonly address: string
  /** SHA-256 of everything it can load. */
  readonly code: string
  /** Links of its packages that lead out of the repository. */
  readonly outside: readonly string[]
  readonly description: SuiteDescription
}

export interface VersionsRequest {
  /** Roots of the checkouts, absolute. */
  readonly roots: Readonly<Record<Version, string>>
  /** Root of the working tree in which the gate was started, absolute. */
  readonly here: string
  /** Path of the project below each root; '' at the root. */
  readonly prefix: string
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
 * process. A fault in head is an `InputError`, because the author of head can fix it. A fault in
 * the base makes the two versions incomparable.
 *
 * @throws {InputError} head does not build, or has no suite
 * @throws {InvalidEvidenceError} the base does not build, or has no suite
 * @throws the signal's reason, if it was aborted, once all processes have ended
 */
export async function buildVersions(request: VersionsRequest): Promise<Versions> {
  const { roots, here, prefix, script, setting } = request
  // The packages of this checkout belong to the manifests of head. If the manifests of the base
  // differ, both versions install their own packages.
  const fresh = digestOfManifests(roots.base) !== digestOfManifests(roots.head)
  const built = await Promise.allSettled(
    VERSIONS.map((version) =>
      buildVersion(defined({ checkout: roots[version], here, prefix, fresh, setting, script })),
    ),
  )
  setting.signal.throwIfAborted()
  const versions: Partial<Record<Version, BuiltVersion>> = {}
  for (const version of [...VERSIONS].reverse()) {
    const ending = built[VERSIONS.indexOf(version)]!
    if (ending.status === 'rejected') throw ending.reason
    const { problem, outside } = ending.value
    if (problem !== undefined) throw fault(request, version, `does not build: ${problem}`)
    versions[version] = { ...(await describeVersion(request, version)), outside }
  }
  return versions as Versions
}

async function describeVersion(
  request: VersionsRequest,
  version: Version,
): Promise<Omit<BuiltVersion, 'outside'>> {
  const { module, script, setting, nodeFlags, timeoutMs } = request
  const project = projectOf(request, version)
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
    code: await digestOf(request, version),
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

/** Absolute path of the project in a checkout. */
function projectOf({ roots, prefix }: VersionsRequest, version: Version): string {
  return join(roots[version], prefix)
}

/** Packages in the commit itself count as code. Installed packages follow from the manifests. */
async function digestOf(request: VersionsRequest, version: Version): Promise<string> {
  const { roots, prefix, module, setting } = request
  const root = roots[version]
  const listed = await git(['ls-files', '-z', '--', ':(glob)**/node_modules/**'], root, setting)
  if (!listed.ok) throw fault(request, version, `cannot be listed: ${listed.problem}`)
  const committed = listed.text.split('\0').filter((path) => path !== '')
  return digestOfLoadable({ checkout: root, prefix, module, committed })
}

/**
 * Both versions as one suite: base is the baseline, head the candidate. Code that the harness
 * calls in its own process, for example to locate a difference, is that of head.
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

function fault(request: VersionsRequest, version: Version, what: string): AssayError {
  // The checkout is gone when the message is read, so its path is left out.
  const message = `${version} ${request.commits[version].slice(0, 8)} ${what}`
    .replaceAll(`${join(projectOf(request, version), '.')}/`.replace('//', '/'), '')
    .replaceAll(`${request.roots[version]}/`, '')
  return version === 'head'
    ? new InputError(`${message}; fix it and run the gate again`)
    : new InvalidEvidenceError(`${message}; compare with another commit: --base REF`)
}
