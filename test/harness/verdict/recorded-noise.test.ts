import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../../scenarios/error-rates/derive.js'
import {
  type RecordedTable,
  studyRecordings,
} from '../../../scenarios/error-rates/recorded-table.js'
import { readRecording } from '../../../scenarios/error-rates/recording.js'
import type { StudiedRule } from '../../../scenarios/error-rates/studied-rules.js'
import { addTallies, type Tally } from '../../../scenarios/error-rates/tally.js'

/**
 * The shipped rules on real noise: recorded process runs of identical code, in adjacent pairs.
 * What is published about them has to come out again, byte for byte, from every recording that is
 * at hand: derive.long.test.ts derives it from those in the repository.
 */
const published = readTable('.')
if (published === undefined)
  throw new Error('docs/characteristics/recorded-noise.json is missing; npm run characteristics')
const shared = '../shared/data/noise/aa-runs.csv'

describe('the published table of recorded noise', () => {
  it.skipIf(!existsSync(shared))(
    'comes out again from 1 000 recorded runs that are not in this repository',
    () => {
      const name = 'aa-runs.csv'
      const again = studyRecordings([{ name, ...readRecording(shared) }], undefined)
      expect(again.recordings).toEqual(published.recordings.filter((one) => one.name === name))
      expect(again.cells).toEqual(published.cells.filter(({ recording }) => recording === name))
    },
    300_000,
  )
})

/**
 * Limits of the error rates, for all recordings together and for each pool. One limit of a pool is
 * wider, because its windows of forty pairs share most of their runs.
 */
describe.each([
  ['all recordings', undefined, 0.99],
  ...poolsOf(published).map(
    ([recording, pool]) => [`${recording}, ${pool}`, { recording, pool }, 0.98] as const,
  ),
] as const)('%s', (_, only, failedEarly) => {
  const share = (change: number, rule: StudiedRule, count: (tally: Tally) => number) => {
    const tally = addTallies(
      published.cells
        .filter(
          (cell) =>
            only === undefined || (cell.recording === only.recording && cell.pool === only.pool),
        )
        .filter((cell) => cell.change === change && cell.rule === rule)
        .map((cell) => cell.tally),
    )
    if (tally === undefined) throw new Error(`no cell for ${change}, ${rule}`)
    return count(tally) / tally.trials
  }

  it('an unchanged arm is accepted in at most 0.5 % of the trials, and 3 % faster in at most 2 %', () => {
    expect(share(0, 'improvement-40', ({ accepted }) => accepted)).toBeLessThanOrEqual(0.005)
    expect(share(0, 'improvement-20', ({ accepted }) => accepted)).toBeLessThanOrEqual(0.005)
    expect(share(0.03, 'improvement-40', ({ accepted }) => accepted)).toBeLessThanOrEqual(0.02)
  })

  it('10 % faster is accepted', () => {
    expect(share(0.1, 'improvement-40', ({ accepted }) => accepted)).toBeGreaterThanOrEqual(0.95)
  })

  it('the gate fails 12 and 20 % slower, the latter at 10 pairs, and nothing else', () => {
    expect(share(-0.12, 'gate', ({ rejected }) => rejected)).toBeGreaterThanOrEqual(0.95)
    expect(share(-0.2, 'gate', ({ byPairs }) => byPairs[0]?.rejected ?? 0)).toBeGreaterThanOrEqual(
      failedEarly,
    )
    expect(share(0, 'gate', ({ rejected }) => rejected)).toBeLessThanOrEqual(0.01)
  })
})

function poolsOf({ recordings }: RecordedTable): (readonly [string, string])[] {
  return recordings.flatMap(({ name, pools }) => pools.map(({ pool }) => [name, pool] as const))
}
