import { plainJson, sha256 } from '../system/primordials.js'
import type { ChildMessage } from './child-message.js'

/** A message as it is sent: the seal shows that the harness sent it, and which one it is. */
export type SealedMessage = ChildMessage & { readonly seal: string }

/**
 * The seal of a message: SHA-256 of a key that only the harness of both processes has, the number
 * of the message, and its content. An output may hold anything and is not sealed; its digest is.
 *
 * @param key    drawn for the process by its parent
 * @param number of the message in the conversation, from 1
 */
export function sealOf(key: string, number: number, message: object): string {
  return sha256(`${key} ${number} ${plainJson({ ...message, output: undefined })}`)
}

/**
 * Takes the seal off a message.
 *
 * @returns the content; undefined if the harness of the other process did not send it, or not as
 * this number
 */
export function openSealed(raw: unknown, key: string, number: number): object | undefined {
  if (typeof raw !== 'object' || raw === null || !('seal' in raw)) return undefined
  const { seal, ...message } = raw
  return isSealed(message, seal, key, number) ? message : undefined
}

function isSealed(message: object, seal: unknown, key: string, number: number): boolean {
  try {
    return sealOf(key, number, message) === seal
  } catch {
    // What has no JSON was not sealed by the harness.
    return false
  }
}
