import { EngineError } from '../errors.js'
import { type Adjustment, compareAdjustments } from '../market/adjustments.js'
import { ownCalendarIds } from '../market/asset.js'
import { type Calendar, sessionText } from '../market/calendar.js'
import { canonicalContent } from './canonical-content.js'
import type { AssetBars, CanonicalContent } from './content.js'
import { corruptFile } from './corrupt-file.js'
import { decodeAdjustments, decodeBars } from './decode.js'
import type { BundleHashes, BundleManifest } from './manifest.js'
import { readManifest } from './manifest-file.js'
import { missingSlots } from './missing-slots.js'
import { likelyRatio } from './split-ratio.js'
import { readStored, type StoredFile } from './stored-file.js'
import { toAdjustments, toAssetBars } from './tick-table.js'
import { contentHashes } from './version.js'

/** One observation about a bundle. An error makes it unusable; information does not. */
export interface Finding {
  readonly severity: 'error' | 'information'
  readonly message: string
}

/**
 * The full check of a bundle on disk: everything `open` checks, then every file re-hashed and
 * decoded, every row checked (order, duplicates, OHLC relationships), every hash and count of the
 * manifest derived again from the rows. Slots without a bar are reported as information. Problems
 * of the bundle are findings, never exceptions.
 *
 * @returns findings, errors first; a sound bundle has no error
 */
export async function validateBundle(directory: string): Promise<readonly Finding[]> {
  try {
    const { manifest, calendar } = await readManifest(directory)
    const damaged: Finding[] = []
    const [bars, adjustments] = [
      await intact(directory, manifest, 'bars', damaged),
      await intact(directory, manifest, 'adjustments', damaged),
    ]
    if (bars === undefined || adjustments === undefined) return damaged
    const content = await readContent(bars, adjustments, manifest, calendar)
    return [
      ...contentFindings(content, manifest),
      ...content.bars.flatMap((own) => gapFinding(own, calendar)),
      ...content.adjustments.flatMap((adjustment) => ratioFinding(adjustment, calendar)),
    ]
  } catch (cause) {
    if (cause instanceof EngineError) return [error(cause.message)]
    throw cause
  }
}

/** A file that matches its hash; otherwise a finding, so that both files are reported. */
async function intact(
  directory: string,
  manifest: BundleManifest,
  which: 'bars' | 'adjustments',
  findings: Finding[],
): Promise<StoredFile | undefined> {
  try {
    return await readStored(directory, manifest, which)
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause
    findings.push(error(cause.message))
    return undefined
  }
}

async function readContent(
  barsFile: StoredFile,
  adjustmentsFile: StoredFile,
  manifest: BundleManifest,
  calendar: Calendar,
): Promise<CanonicalContent> {
  const rows = toAssetBars(barsFile.path, await decodeBars(barsFile, manifest), manifest, calendar)
  const own = ownCalendarIds(manifest.assets)
  const bars = rows.map((one) =>
    own.has(one.asset) ? { ...one, ownCalendar: true as const } : one,
  )
  const adjustments = toAdjustments(
    adjustmentsFile.path,
    await decodeAdjustments(adjustmentsFile, manifest),
    manifest,
    calendar,
  )
  if (
    adjustments.some(
      (adjustment, i) => i > 0 && compareAdjustments(adjustments[i - 1]!, adjustment) >= 0,
    )
  ) {
    throw corruptFile(adjustmentsFile.path, 'has adjustments out of order or repeated')
  }
  const { name, frequency, scales, sessions, provenance } = manifest
  return canonicalContent({ name, frequency, scales, sessions, bars, adjustments, provenance })
}

function contentFindings(content: CanonicalContent, manifest: BundleManifest): readonly Finding[] {
  const hashes = contentHashes(content)
  return (Object.keys(hashes) as (keyof BundleHashes)[])
    .filter((part) => hashes[part] !== manifest.hashes[part])
    .map((part) =>
      error(`the manifest's ${part} hash does not match the rows; ingest the bundle again`),
    )
}

function gapFinding({ asset, session }: AssetBars, calendar: Calendar): readonly Finding[] {
  const missing = missingSlots(session)
  if (missing === undefined) return []
  const where = sessionText(calendar, missing.first)
  const slots = missing.count === 1 ? '1 slot' : `${missing.count} slots`
  return [
    {
      severity: 'information',
      message: `${asset} has no bar in ${slots} between its first and last bar, the first on ${where}`,
    },
  ]
}

/** Bundles ingested before ratios of two numbers hold 0.333333333 if 1:3 was meant. */
function ratioFinding(adjustment: Adjustment, calendar: Calendar): readonly Finding[] {
  const { asset, kind, session, value, per } = adjustment
  if (kind !== 'split' || per !== undefined) return []
  const likely = likelyRatio(value.toFixed())
  if (likely === undefined) return []
  const ratio = `${likely.ratio.numerator}:${likely.ratio.denominator}`
  return [
    {
      severity: 'information',
      message: `split ${value.toFixed()} of ${asset} on ${sessionText(calendar, session)} looks like ${ratio} rounded; if that is meant, write ${ratio} and ingest again`,
    },
  ]
}

function error(message: string): Finding {
  return { severity: 'error', message }
}
