import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { toSpeedscope } from '../../../../harness/profile/fold/speedscope.js'
import { anyFrame, js, profileOf } from '../hostile-names.js'

const require = createRequire(import.meta.url)
/** The schema in the package of speedscope. */
const home = dirname(require.resolve('speedscope/package.json'))
const schema = JSON.parse(
  readFileSync(join(home, 'dist', 'release', 'file-format-schema.json'), 'utf8'),
)
const validate = new Ajv({ strict: false }).compile(schema)

describe('a speedscope file', () => {
  const main = js('main', 'scenarios/main.ts', 3)
  const profile = profileOf([
    [[main], 40],
    [[main, { name: 'Map.get', kind: 'native' }], 1500],
  ])

  it('contains stacks root first with their self time in µs', () => {
    expect(toSpeedscope(profile, 'baseline')).toEqual({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      name: 'baseline',
      exporter: 'assay',
      activeProfileIndex: 0,
      shared: {
        frames: [
          { name: 'main', file: 'scenarios/main.ts', line: 3 },
          { name: '[native] Map.get' },
        ],
      },
      profiles: [
        {
          type: 'sampled',
          name: 'baseline',
          unit: 'microseconds',
          startValue: 0,
          endValue: 1540,
          samples: [[0], [0, 1]],
          weights: [40, 1500],
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
    },
  )('is valid by the schema of speedscope, whatever the names', (stacks) => {
    const written = JSON.parse(JSON.stringify(toSpeedscope(profileOf(stacks), 'x')))
    expect(validate(written), JSON.stringify(validate.errors)).toBe(true)
  })

  it('is refused by the schema with an unknown unit', () => {
    const file = JSON.parse(JSON.stringify(toSpeedscope(profile, 'x')))
    file.profiles[0].unit = 'fortnights'
    expect(validate(file)).toBe(false)
  })
})
