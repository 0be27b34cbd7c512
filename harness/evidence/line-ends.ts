import { readFileSync } from 'node:fs'
import { digestOf } from '../system/files.js'

/**
 * The explanation of why the bytes of an evidence file differ from those expected, if only its
 * line ends differ: a checkout with `core.autocrlf` writes CRLF.
 */
export const LINE_ENDS_CHANGED =
  'only its line ends differ: they are CRLF, as git writes them with core.autocrlf; add decisions/** -text, profiling-results/** -text and reports/** -text to .gitattributes, then check the files out again'

/** Whether a text differs from another by CRLF in place of LF, and by nothing else. */
export function differsInLineEnds(text: string, expected: string): boolean {
  return text !== expected && text.replaceAll('\r\n', '\n') === expected
}

/**
 * Whether a file would have a digest, `sha256:…`, with LF in place of CRLF.
 *
 * @param path of a file that exists
 */
export function hasDigestWithoutCr(path: string, digest: string | undefined): boolean {
  // In latin1 every byte is a character, so nothing else changes.
  const text = readFileSync(path, 'latin1').replaceAll('\r\n', '\n')
  return digest === digestOf(Buffer.from(text, 'latin1'))
}
