import { createHash, type Hash } from 'node:crypto'
import { type Adjustment, amountText } from '../market/adjustments.js'
import type { Asset } from '../market/asset.js'
import { BAR_FIELDS } from '../market/bars.js'
import type { Frequency } from '../market/calendar.js'
import type { CanonicalContent } from './content.js'
import type { BundleHashes, Scales } from './manifest.js'

/**
 * The four hashes from which a version is made. They cover the data, not how they are stored: the
 * Parquet and the CSV form of the same data have the same version. Name and provenance are not
 * covered.
 */
export function contentHashes(content: CanonicalContent): BundleHashes {
  return {
    assets: assetsHash(assetsOf(content)),
    sessions: sessionsHash(content.frequency, content.sessions),
    schema: schemaHash(content.scales),
    content: valuesHash(content),
  }
}

/** SHA-256 over the four hashes, in this order: `sha256:` and 64 hexadecimal digits. */
export function versionOf(hashes: BundleHashes): string {
  return `sha256:${sha256([hashes.assets, hashes.sessions, hashes.schema, hashes.content].join('\n'))}`
}

/** The first digits of a version, for messages: `3fa1c09e…`. */
export function shortVersion(version: string): string {
  return `${version.replace('sha256:', '').slice(0, 8)}…`
}

/**
 * The assets of canonical content, by id, with the calendar indices of their first and last bar.
 */
export function assetsOf(content: CanonicalContent): readonly Asset[] {
  return content.bars.map(({ asset, session, ownCalendar }) => ({
    id: asset,
    firstSession: session[0]!,
    lastSession: session[session.length - 1]!,
    ...(ownCalendar && { ownCalendar }),
  }))
}

/**
 * SHA-256 over the asset list, 64 hexadecimal digits.
 *
 * @param assets  sorted by id
 */
export function assetsHash(assets: readonly Asset[]): string {
  return sha256(
    assets
      .map(
        ({ id, firstSession, lastSession, ownCalendar }) =>
          `${id} ${firstSession} ${lastSession}${ownCalendar ? ' own' : ''}\n`,
      )
      .join(''),
  )
}

/** SHA-256 over the frequency and the session texts, 64 hexadecimal digits. */
export function sessionsHash(frequency: Frequency, sessions: readonly string[]): string {
  return sha256(`${frequency}\n${sessions.join('\n')}`)
}

/** SHA-256 over the bundle's layout version, columns and decimal places, 64 hexadecimal digits. */
export function schemaHash(scales: Scales): string {
  return sha256(
    `bundle 1\nbars asset session ${BAR_FIELDS.join(' ')}\nadjustments asset session kind value\n` +
      `price ${scales.price}\nvolume ${scales.volume}\nadjustment ${scales.adjustment}\n`,
  )
}

/**
 * SHA-256 over every bar as unscaled integers (little-endian doubles, exact below 2^53) and every
 * adjustment as text, in canonical order.
 */
function valuesHash(content: CanonicalContent): string {
  const hash = createHash('sha256')
  for (const bars of content.bars) {
    hash.update(`${bars.asset} ${bars.session.length}\n`)
    updateBytes(hash, bars.session)
    for (const field of BAR_FIELDS) updateBytes(hash, bars[field])
  }
  for (const adjustment of content.adjustments) hash.update(adjustmentLine(adjustment))
  return hash.digest('hex')
}

function adjustmentLine(adjustment: Adjustment): string {
  const { asset, session, kind } = adjustment
  return `${asset} ${session} ${kind} ${amountText(adjustment)}\n`
}

// Of the machines that Node runs on, only s390x is big-endian; versions computed there would differ
// from those of all others.
function updateBytes(hash: Hash, column: Float64Array | Int32Array): void {
  hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
}

/** SHA-256 of text or bytes, 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
