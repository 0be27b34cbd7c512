import type { ArmHotspots } from '../../evidence/hotspots-schema.js'

/** A line of the source, and the function it belongs to. */
export interface HotLine {
  readonly file: string
  readonly line: number
  readonly name: string
  /** Of the busy time of a pass. */
  readonly share: number
}

/** What a table of lines is about, as a note for its readers. */
export const LINES_NOTE =
  'self time without what a line calls; the split of a function by line includes its warm-up'

/** The lines of the hottest functions of an arm, the hottest first; none in older profiles. */
export function hottestLines({ functions }: Pick<ArmHotspots, 'functions'>): HotLine[] {
  return functions
    .flatMap(({ name, file, lines = [] }) =>
      file === undefined ? [] : lines.map(({ line, share }) => ({ file, line, name, share })),
    )
    .sort((a, b) => b.share - a.share)
}
