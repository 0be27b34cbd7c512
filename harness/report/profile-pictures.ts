import type { Hotspots } from '../evidence/hotspots-schema.js'
import { escapePath } from '../text/escape-markdown.js'
import { type Html, shortName } from './html.js'
import { inlinePicture } from './inline-picture.js'
import type { ProfilePicture, WorkloadProfile } from './profile-source.js'

export interface PictureModel {
  readonly title: string
  /** The picture; '' if the page would become too long with it. */
  readonly svg: Html | ''
  /** Path from the page to the file. */
  readonly href: string
}

/**
 * Most bytes of flame graphs on one page; further flame graphs are linked. A page stays below 3
 * MB.
 */
const PICTURE_BYTES = 1_800_000
/** The order in which pictures are put on the page while there is room. */
const RANK = ['difference', 'candidate', 'incumbent', 'baseline']

/**
 * The pictures of every profile, in the order of the profiles. The page contains as many as fit.
 *
 * @param id of the record
 */
export function pictureModels(
  profiles: readonly WorkloadProfile[],
  id: string,
): readonly (readonly PictureModel[])[] {
  const chosen = choosePictures(profiles)
  return profiles.map(({ pictures, hotspots, workload }, index) =>
    pictures.map((picture) => {
      const path = `profiling-results/${id}/${picture.path}`
      return {
        title: `${pictureTitle(picture, hotspots)}, ${shortName(workload)}`,
        svg: chosen.has(picture)
          ? inlinePicture(picture.svg, `p${index + 1}-${picture.name}`, path)
          : '',
        href: `../${escapePath(path)}`,
      }
    }),
  )
}

function choosePictures(profiles: readonly WorkloadProfile[]): ReadonlySet<ProfilePicture> {
  const ordered = RANK.flatMap((name) =>
    profiles.flatMap(({ pictures }) => pictures.filter((picture) => picture.name === name)),
  )
  const chosen = new Set<ProfilePicture>()
  let left = PICTURE_BYTES
  for (const picture of ordered) {
    const bytes = Buffer.byteLength(picture.svg)
    if (bytes > left) continue
    left -= bytes
    chosen.add(picture)
  }
  return chosen
}

function pictureTitle({ name }: ProfilePicture, { gain }: Hotspots): string {
  return name === 'difference'
    ? `Flame graph of the difference: ${gain?.against ?? 'baseline'} → candidate`
    : `Flame graph: ${name}`
}
