import { gzipSync } from 'node:zlib'
import {
  Line,
  Location,
  Function as PprofFunction,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format'
import type { FoldedProfile } from './stacks.js'

/**
 * A profile in the compressed format of pprof, for `go tool pprof` and Pyroscope. Each frame
 * becomes a function with one location. Each stack becomes a sample, with the leaf first. Times
 * become whole nanoseconds, the unit of pprof.
 *
 * @source https://github.com/google/pprof/blob/main/proto/profile.proto
 */
export function toPprof(profile: FoldedProfile): Uint8Array {
  const strings = new StringTable()
  const text = (value: string): number => strings.dedup(value)
  const functions = profile.frames.map(
    ({ name, kind, file, line }, index) =>
      new PprofFunction({
        id: index + 1,
        name: text(kind === 'native' ? `[native] ${name}` : name),
        systemName: text(name),
        filename: text(file ?? ''),
        startLine: line ?? 0,
      }),
  )
  const locations = profile.frames.map(
    ({ line }, index) =>
      new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: line ?? 0 })] }),
  )
  const samples = profile.stacks.map(
    ({ frames, micros }) =>
      new Sample({
        locationId: frames.map((frame) => frame + 1).reverse(),
        value: [Math.round(micros * 1000)],
      }),
  )
  const encoded = new Profile({
    sampleType: [new ValueType({ type: text('cpu'), unit: text('nanoseconds') })],
    sample: samples,
    location: locations,
    function: functions,
    stringTable: strings,
  }).encode()
  return gzipSync(encoded)
}
