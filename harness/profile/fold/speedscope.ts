import type { FoldedProfile, Frame } from './stacks.js'

/** A speedscope file: `FileFormat.File` in its schema. */
export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json'
  readonly name: string
  readonly exporter: string
  readonly activeProfileIndex: number
  readonly shared: { readonly frames: readonly SpeedscopeFrame[] }
  readonly profiles: readonly SampledProfile[]
}

export interface SpeedscopeFrame {
  readonly name: string
  readonly file?: string
  readonly line?: number
}

export interface SampledProfile {
  readonly type: 'sampled'
  readonly name: string
  readonly unit: 'microseconds'
  readonly startValue: number
  readonly endValue: number
  /** Indexes into the shared frames. */
  readonly samples: readonly (readonly number[])[]
  readonly weights: readonly number[]
}

/**
 * A profile in the JSON format of speedscope: one sampled profile whose samples are the stacks,
 * root first, and whose weights are their self times.
 *
 * @param name shown in the viewer
 * @source https://www.speedscope.app/file-format-schema.json
 */
export function toSpeedscope(profile: FoldedProfile, name: string): SpeedscopeFile {
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'assay',
    activeProfileIndex: 0,
    shared: { frames: profile.frames.map(toFrame) },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'microseconds',
        startValue: 0,
        endValue: profile.totalMicros,
        samples: profile.stacks.map(({ frames }) => frames),
        weights: profile.stacks.map(({ micros }) => micros),
      },
    ],
  }
}

function toFrame({ name, kind, file, line }: Frame): SpeedscopeFrame {
  return {
    name: kind === 'native' ? `[native] ${name}` : name,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
  }
}
