import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { exists } from '../../bundle/leftovers.js'
import { MANIFEST_FILE } from '../../bundle/manifest.js'
import { readManifest } from '../../bundle/manifest-file.js'
import { validateBundle } from '../../bundle/validate.js'
import { shortVersion } from '../../bundle/version.js'
import { EngineError, reasonOf } from '../../errors.js'
import type { BundleIdentity } from '../../simulation/result.js'
import { type ModuleSource, readModuleSource } from './module-source.js'
import type { ModuleIdentity } from './range-job.js'

/**
 * A folder that the coordinator and all workers see, such as a network drive. Whatever is in it has
 * a name of its own that never changes its content, and appears whole or not at all:
 *
 * ```text
 * bundles/<version>/   bundles, by version
 * modules/<digest>/    sources of search modules
 * results/<job>        results of ranges, until the coordinator has read them
 * ```
 *
 * Workers run what lies in `modules/`: only people who may run code on them may write here.
 */
export class SharedFolder {
  readonly #root: string

  constructor(root: string) {
    this.#root = resolve(root)
  }

  /**
   * Puts a bundle into the folder, unless it is there.
   *
   * @param directory  of the bundle
   * @throws {EngineError} `bundle-changed`: it is being rewritten; errors of reading a bundle;
   * `input-invalid`: the folder cannot be written
   */
  async addBundle(directory: string): Promise<BundleIdentity> {
    const { manifest } = await readManifest(directory)
    const { name, version, files } = manifest
    const target = this.#bundle(version)
    if (!(await exists(target)))
      await this.#appear(target, async (temporary) => {
        for (const file of [...files.map((one) => one.name), MANIFEST_FILE])
          await copyFile(join(directory, file), join(temporary, file))
        await checkBundle(temporary, version)
      })
    return { name, version }
  }

  /**
   * The directory of a bundle, whose content is checked.
   *
   * @throws {EngineError} `bundle-missing`; `bundle-corrupt`: its content has another version
   */
  async bundle({ name, version }: BundleIdentity): Promise<string> {
    const directory = this.#bundle(version)
    if (!(await exists(directory)))
      throw new EngineError(
        'bundle-missing',
        `bundle ${name} (version ${shortVersion(version)}) is not in ${this.#root}; give the worker the folder of the search`,
        { details: { file: directory } },
      )
    await checkBundle(directory, version)
    return directory
  }

  /**
   * Puts the source of a search module into the folder, unless it is there.
   *
   * @throws {EngineError} `input-invalid`: it imports packages, or the folder cannot be written
   */
  async addModule({ digest, files, packages, entry }: ModuleSource): Promise<void> {
    if (packages.length > 0)
      throw new EngineError(
        'input-invalid',
        `search module ${entry} imports ${packages.join(', ')}, which a shared folder cannot carry; install it on every machine and start the workers with --module`,
      )
    const target = join(this.#root, 'modules', digest)
    if (await exists(target)) return
    await this.#appear(target, async (temporary) => {
      for (const [name, bytes] of files) {
        await mkdir(dirname(join(temporary, name)), { recursive: true })
        await writeFile(join(temporary, name), bytes)
      }
    })
  }

  /**
   * The source of a search module, read and checked.
   *
   * @throws {EngineError} `input-invalid`: it is not there, or its digest is another
   */
  async module({ entry, digest }: ModuleIdentity): Promise<ModuleSource> {
    const isInside = !/(^|[\\/])\.\.?($|[\\/])|^[\\/]|:/.test(entry)
    if (!/^[0-9a-f]{64}$/.test(digest) || !isInside) throw this.#noModule(entry)
    const file = join(this.#root, 'modules', digest, ...entry.split('/'))
    if (!(await exists(file))) throw this.#noModule(entry)
    const source = await readModuleSource(file)
    if (source.digest !== digest || source.entry !== entry)
      throw new EngineError(
        'input-invalid',
        `search module ${file} is not what was put there; delete its folder and search again`,
        { details: { file } },
      )
    return source
  }

  /** @throws {EngineError} `input-invalid`: the folder cannot be written */
  async writeResult(id: string, bytes: Uint8Array): Promise<void> {
    const target = this.#result(id)
    await this.#write(target, async (temporary) => {
      await writeFile(temporary, bytes)
      await rename(temporary, target)
    })
  }

  /** Undefined if there is none. */
  async readResult(id: string): Promise<Uint8Array | undefined> {
    return readFile(this.#result(id)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw cause
    })
  }

  async removeResult(id: string): Promise<void> {
    await rm(this.#result(id), { force: true })
  }

  #bundle(version: string): string {
    const digits = version.replace('sha256:', '')
    if (/^[0-9a-f]{64}$/.test(digits)) return join(this.#root, 'bundles', digits)
    throw new EngineError('bundle-missing', 'a bundle without a version; ingest it again')
  }

  #result(id: string): string {
    if (/^r[0-9a-f]{64}$/.test(id)) return join(this.#root, 'results', id)
    throw new EngineError('input-invalid', 'a result without the digest of its job as its name')
  }

  #noModule(entry: string): EngineError {
    return new EngineError(
      'input-invalid',
      `search module ${entry} is not in ${this.#root}; give the worker the folder of the search, or the module with --module`,
    )
  }

  /** Makes a folder that appears whole. Of several writers the first wins. */
  async #appear(target: string, fill: (temporary: string) => Promise<void>): Promise<void> {
    await this.#write(target, async (temporary) => {
      await mkdir(temporary)
      await fill(temporary)
      await rename(temporary, target).catch(async (cause: unknown) => {
        if (!(await exists(target))) throw cause
      })
    })
  }

  async #write(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = join(dirname(target), `.${randomBytes(8).toString('hex')}`)
    try {
      await mkdir(dirname(target), { recursive: true })
      await write(temporary)
    } catch (cause) {
      if (cause instanceof EngineError) throw cause
      throw new EngineError(
        'input-invalid',
        `the shared folder ${this.#root} cannot be written (${reasonOf(cause)}); correct its path or its permissions`,
        { cause, details: { file: target } },
      )
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

/** @throws {EngineError} `bundle-corrupt`, `bundle-changed` */
async function checkBundle(directory: string, version: string): Promise<void> {
  const { manifest } = await readManifest(directory)
  const [fault] = (await validateBundle(directory)).filter(({ severity }) => severity === 'error')
  if (fault !== undefined)
    throw new EngineError(
      'bundle-corrupt',
      `${directory} is not the bundle that was searched (${fault.message}); delete it and search again`,
      { details: { file: directory } },
    )
  if (manifest.version === version) return
  throw new EngineError(
    'bundle-changed',
    `${directory} holds version ${shortVersion(manifest.version)} instead of ${shortVersion(version)}; search again`,
    { details: { opened: version, found: manifest.version } },
  )
}
