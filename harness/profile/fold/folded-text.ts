import { frameText } from './folded-frame.js'
import type { FoldedProfile } from './stacks.js'

/**
 * A folded profile as text, the format that flame graph tools read: one line per stack,
 * `frame;frame;frame 1234`, root first, with the self time of the leaf in µs. Equal profiles give
 * equal texts.
 */
export function foldedText(profile: FoldedProfile): string {
  const texts = profile.frames.map(frameText)
  const lines = profile.stacks.map(
    ({ frames, micros }) => `${frames.map((frame) => texts[frame]!).join(';')} ${micros}\n`,
  )
  return lines.join('')
}
