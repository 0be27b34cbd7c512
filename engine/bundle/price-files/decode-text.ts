import { gunzipSync } from 'node:zlib'
import { reasonOf } from '../../errors.js'
import { fault } from '../csv-rows.js'
import { foreignFormat, isGzip } from './file-formats.js'

/** The largest text that is read, in bytes; a string holds little more. */
const LARGEST = 2 ** 29 - 2 ** 16

/**
 * Unpacks a file packed by gzip; other bytes pass unchanged.
 *
 * @throws {EngineError} `input-invalid`: a damaged or cut archive, or one that is too large
 */
export function unpacked(path: string, bytes: Buffer): Buffer {
  if (!isGzip(bytes)) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST })
  } catch (cause) {
    const reason = reasonOf(cause)
    throw fault(path, 1, `a gzip file that cannot be unpacked (${reason}); fetch it again`, cause)
  }
}

/**
 * Bytes → text. UTF-8 and UTF-16 with or without a byte order mark; bytes that are not UTF-8 are
 * read as Windows-1252, which differs only in names and in spaces between digits.
 *
 * @throws {EngineError} `input-invalid`: another format, by its name, or data that are not text
 */
export function decodedText(path: string, bytes: Buffer): string {
  const foreign = foreignFormat(bytes)
  if (foreign !== undefined)
    throw fault(path, 1, `not a csv file but ${foreign.name}; ${foreign.remedy}`)
  if (bytes.length > LARGEST)
    throw fault(path, 1, `more than ${LARGEST >> 20} MiB of text; split the file`)
  const encoding = encodingOf(bytes)
  if (encoding === 'utf-32')
    throw fault(path, 1, 'text in UTF-32, which is not read; save it as UTF-8')
  const text = new TextDecoder(encoding).decode(bytes)
  const binary = binaryAt(text)
  if (binary === undefined) return withoutEndMark(text)
  throw fault(
    path,
    1,
    `not text but binary data of an unknown format (character ${binary + 1}); give a csv, gzip or Parquet file`,
  )
}

/** DOS programs end a text with Ctrl-Z. */
function withoutEndMark(text: string): string {
  const end = text.lastIndexOf('\u001a')
  return end >= 0 && text.slice(end + 1).trim() === '' ? text.slice(0, end) : text
}

function encodingOf(bytes: Buffer): string {
  const mark = bytes.toString('latin1', 0, 4)
  if (mark === '\xff\xfe\0\0' || mark === '\0\0\xfe\xff') return 'utf-32'
  if (mark.startsWith('\xff\xfe')) return 'utf-16le'
  if (mark.startsWith('\xfe\xff')) return 'utf-16be'
  const wide = wideEncoding(bytes.subarray(0, 512))
  if (wide !== undefined) return wide
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252'
}

/** Digits and commas in UTF-16 have a zero beside each byte. */
function wideEncoding(head: Buffer): string | undefined {
  const pairs = head.length >> 1
  let low = 0
  let high = 0
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i + 1] === 0) low++
    if (head[2 * i] === 0) high++
  }
  if (pairs >= 4 && low > 0.8 * pairs && high === 0) return 'utf-16le'
  return pairs >= 4 && high > 0.8 * pairs && low === 0 ? 'utf-16be' : undefined
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** A NUL, or a beginning of which a tenth is control characters; undefined in text. */
function binaryAt(text: string): number | undefined {
  const nul = text.indexOf('\0')
  if (nul >= 0) return nul
  const head = text.slice(0, 4096)
  const odd = /[^\P{Cc}\s]|\ufffd/gu
  const found = head.match(odd)
  return found !== null && found.length * 10 > head.length ? head.search(odd) : undefined
}
