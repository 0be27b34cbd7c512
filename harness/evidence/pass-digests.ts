import { sha256 } from '../system/primordials.js'

/** Digits of a digest in the journal: enough to find an iteration, while `digest` is the proof. */
const SHORT = 16

/** `sha256:…` of a run whose iterations have seeds of their own: that of their digests in order. */
export function digestOfPasses(digests: readonly string[]): string {
  return `sha256:${sha256(digests.join('\n'))}`
}

/** The first digits of a digest, without `sha256:`. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + SHORT)
}
