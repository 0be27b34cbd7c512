import type { BigIntStats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { sha256 } from './version.js'

/**
 * Two changes of a file within this time can have the same time of change, because file systems
 * store it in ticks of up to 10 ms.
 */
const UNSETTLED_MS = 50

/**
 * Device, inode, size and time of change of a file. They differ if the file is changed in place or
 * replaced by another file with its name. The file system sets the time of change, so a program
 * cannot restore it, unlike the time of modification. If a file was changed so recently that
 * another change could get the same time, its bytes count, too.
 */
export class FileState {
  readonly #stat: string
  #sha256: string | undefined

  private constructor(stat: string, hash: string | undefined) {
    this.#stat = stat
    this.#sha256 = hash
  }

  /** @param found  of `stat(path, { bigint: true })`, just now */
  static async of(path: string, found: BigIntStats): Promise<FileState> {
    return new FileState(
      statText(found),
      isSettled(found) ? undefined : sha256(await readFile(path)),
    )
  }

  /** The state as text, for an identity. */
  get text(): string {
    return `${this.#stat} ${this.#sha256 ?? ''}`
  }

  /**
   * Whether the file is still in this state. Its bytes are read only if it had been changed too
   * recently.
   *
   * @param found  of `stat(path, { bigint: true })`, just now
   */
  async holds(path: string, found: BigIntStats): Promise<boolean> {
    if (statText(found) !== this.#stat) return false
    if (this.#sha256 === undefined) return true
    const settled = isSettled(found)
    if (sha256(await readFile(path)) !== this.#sha256) return false
    if (settled) this.#sha256 = undefined
    return true
  }
}

function isSettled({ ctimeMs }: BigIntStats): boolean {
  return Date.now() - Number(ctimeMs) >= UNSETTLED_MS
}

function statText({ dev, ino, size, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, ctimeNs].join(':')
}
