import type { BigIntStats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { sha256 } from './version.js'

/**
 * How long a change of a file may stay invisible in its time of change: file systems store it in
 * ticks of up to 10 ms.
 */
const UNSETTLED_MS = 50

/**
 * What distinguishes a file from what it was before a change in place, and from another file under
 * its name: device, inode, size and time of change. The file system sets the time of change, so a
 * program cannot restore it as it can the time of modification. Of a file that was changed so
 * recently that another change could still get the same time, the bytes count too.
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

  /** As part of an identity. */
  get text(): string {
    return `${this.#stat} ${this.#sha256 ?? ''}`
  }

  /**
   * Whether the file is still in this state. Reads its bytes only if it was unsettled so far.
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
