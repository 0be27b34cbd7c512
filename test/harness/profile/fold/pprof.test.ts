import { gunzipSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { Profile } from 'pprof-format'
import { describe, expect, it } from 'vitest'
import { toPprof } from '../../../../harness/profile/fold/pprof.js'
import { anyFrame, js, profileOf } from '../hostile-names.js'

/** Decodes a profile with the parser of pprof-format: its types, and its stacks, leaf first. */
function decode(encoded: Uint8Array) {
  const profile = Profile.decode(gunzipSync(encoded))
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)]!
  const functions = new Map(profile.function.map((one) => [Number(one.id), one]))
  const locations = new Map(profile.location.map((one) => [Number(one.id), one]))
  return {
    types: profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    samples: profile.sample.map(({ locationId, value }) => ({
      values: value.map(Number),
      stack: locationId.map((id) => {
        const [line] = locations.get(Number(id))!.line
        const { name, filename, startLine } = functions.get(Number(line!.functionId))!
        return {
          name: text(name),
          file: text(filename),
          line: Number(line!.line),
          startLine: Number(startLine),
        }
      }),
    })),
  }
}

describe('a pprof profile', () => {
  const main = js('main', 'scenarios/main.ts', 3)

  it('reads back with stacks leaf first and CPU time in ns', () => {
    const profile = profileOf([
      [[main], 40],
      [[main, { name: 'Map.get', kind: 'native' }], 1500.25],
    ])
    const root = { name: 'main', file: 'scenarios/main.ts', line: 3, startLine: 3 }
    expect(decode(toPprof(profile))).toEqual({
      types: [['cpu', 'nanoseconds']],
      samples: [
        { values: [40_000], stack: [root] },
        {
          values: [1_500_250],
          stack: [{ name: '[native] Map.get', file: '', line: 0, startLine: 0 }, root],
        },
      ],
    })
  })

  test.prop(
    [
      fc.array(fc.tuple(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), fc.nat(1e9)), {
        maxLength: 8,
      }),
    ],
    {
      numRuns: 1000,
      examples: [[[[[{ name: '\ufeff', kind: 'js' }, main], 1]]]],
    },
  )('keeps every stack for all names', (stacks) => {
    const profile = profileOf(stacks)
    const { samples } = decode(toPprof(profile))
    // As the parser reads them, which drops a byte order mark at the beginning.
    const wellFormed = (text: string): string => new TextDecoder().decode(Buffer.from(text))
    const expected = profile.stacks.map(({ frames, micros }) => ({
      values: [micros * 1000],
      stack: frames
        .map((index) => profile.frames[index]!)
        .map(({ name, kind, file = '', line = 0 }) => ({
          name: wellFormed(kind === 'native' ? `[native] ${name}` : name),
          file: wellFormed(file),
          line,
          startLine: line,
        }))
        .reverse(),
    }))
    expect(samples).toEqual(expected)
  })
})
