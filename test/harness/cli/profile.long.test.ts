import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hotspotsSchema } from '../../../harness/evidence/hotspots-schema.js'
import { assay, createIo, fixture, temporaryDirectory } from '../../fixtures/bench.js'

describe('assay profile', () => {
  const out = temporaryDirectory()

  it('profiles both arms of a layer and prints where the gain comes from', async () => {
    const { code, stdout, stderr } = await assay(
      `profile same --suite ${fixture('split-suite.mjs')} --scale smoke --duration 0.2 --out ${out}`,
    )
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('split · baseline (pure baseline) · 125 calls of each')
    expect(stdout).toContain('split · candidate (same)')
    expect(stdout).toContain(' CPU time than the baseline (in the profiles ')
    const folder = join(out, 'profiling-results', 'profile-same-split')
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining([
        'baseline.cpuprofile',
        'baseline.folded',
        'baseline.heapprofile',
        'baseline.inlined.cpuprofile',
        'baseline.inlined.folded',
        'baseline.svg',
        'baseline.inlined.svg',
        'baseline.speedscope.json',
        'difference.svg',
        'candidate.cpuprofile',
        'candidate.folded',
        'hotspots.json',
      ]),
    )
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
    const hotspots = hotspotsSchema.parse(
      JSON.parse(readFileSync(join(folder, 'hotspots.json'), 'utf8')),
    )
    expect(hotspots.arms.map(({ arm, stack }) => [arm, stack])).toEqual([
      ['baseline', []],
      ['candidate', ['same']],
    ])
  })

  it.each([
    ['profile nowhere', /unknown layer nowhere; .*known: baseline, identity/s],
    ['profile baselin', /did you mean baseline\?/],
    ['profile faster --scenario spun', /unknown scenario spun; did you mean spin\?/],
    ['profile faster --scale huge', /unknown scale huge/],
    [
      'profile faster --interval 1',
      /--interval 1: give a whole number of at least 50 and at most 100000$/m,
    ],
    [
      'profile faster --duration soon',
      /--duration soon: give seconds, more than 0 and at most 600$/m,
    ],
    [
      'profile faster --tool clinic-flames',
      /unknown tool clinic-flames; did you mean clinic-flame\?/,
    ],
    ['profile faster --incumbent faster', /holds faster itself/],
    ['profile baseline --incumbent faster', /the pure baseline has none; leave it out/],
    ['profile', /missing required argument/],
  ])('%s: exit 2, and what to do', async (words, message) => {
    const { code, stderr } = await assay(`${words} --out ${temporaryDirectory()}`)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('reports how a profiled process failed: exit 5', async () => {
    const { code, stderr } = await assay(
      `profile crash --scenario spin --scale smoke --duration 0.1 --out ${temporaryDirectory()}`,
    )
    expect(code).toBe(5)
    expect(stderr).toContain('spin, candidate: the profiled process exited with code 3')
  })

  it('leaves no partial files when it is interrupted, and keeps those of an earlier run', async () => {
    const results = join(temporaryDirectory(), 'profiling-results')
    const interrupted = async () => {
      const { io, interrupt } = createIo()
      const words = `profile faster --scenario spin --scale smoke --out ${dirname(results)}`
      return (await assay(words, { signal: io.signal, stderr: () => interrupt() })).code
    }
    expect(await interrupted()).toBe(130)
    expect(readdirSync(results)).toEqual([])
    mkdirSync(join(results, 'profile-faster-spin'))
    writeFileSync(join(results, 'profile-faster-spin', 'hotspots.json'), 'of an earlier run')
    expect(await interrupted()).toBe(130)
    expect(readdirSync(results, { recursive: true })).toEqual([
      'profile-faster-spin',
      join('profile-faster-spin', 'hotspots.json'),
    ])
  })
})
