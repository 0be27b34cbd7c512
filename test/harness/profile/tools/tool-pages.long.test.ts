import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../../harness/errors.js'
import { Interrupted } from '../../../../harness/io.js'
import { runEnvironment } from '../../../../harness/measurement/run-environment.js'
import type { ProfileRequest } from '../../../../harness/profile/capture/profiled-process.js'
import { installTools } from '../../../../harness/profile/tools/install-tools.js'
import { toolPages } from '../../../../harness/profile/tools/tool-pages.js'
import { PROFILE_TOOLS, type ProfileTool } from '../../../../harness/profile/tools/tool-table.js'
import { kernelSuite, temporaryDirectory } from '../../../fixtures/bench.js'
import { standInPackage } from './stand-in-package.js'

const ARMS = [
  { arm: 'baseline', stack: [] },
  { arm: 'candidate', stack: ['faster'] },
] as const
const root = temporaryDirectory()
let installed = ''
beforeAll(async () => {
  const signal = new AbortController().signal
  installed = await installTools({
    source: standInPackage(),
    cache: join(root, 'tools'),
    env: process.env,
    timeoutMs: 60_000,
    signal,
    phase: () => {},
  })
})

/** A stand-in tool with a given behaviour; its pages are checked like those of 0x. */
function standIn(behaviour: string, env: Readonly<Record<string, string>> = {}): ProfileTool {
  return {
    id: 'stand-in',
    package: 'stand-in-tool',
    script: 'tool.mjs',
    args: ({ command }) => [behaviour, '--', ...command],
    flags: () => ['--no-turbo-inlining'],
    env,
    page: 'page.html',
    fetches: 'https://example.org/fonts.css',
    holds: PROFILE_TOOLS[0]!.holds,
    shows: 'nothing much',
    misses: 'everything else',
  }
}

function request(
  change: Partial<ProfileRequest['settings']> = {},
  phase: (text: string) => void = () => {},
): ProfileRequest {
  const directory = temporaryDirectory()
  mkdirSync(directory, { recursive: true })
  return {
    suite: kernelSuite,
    address: kernelSuite.module,
    sources: process.cwd(),
    workload: kernelSuite.workloads.find(({ id }) => id === 'spin')!,
    scale: 'smoke',
    seed: 7,
    intervalMicros: 1000,
    durationMs: 20,
    directory,
    phase,
    settings: {
      env: runEnvironment(process.env),
      nodeFlags: [],
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      ...change,
    },
  }
}

describe('pages of another profiler', () => {
  it('are written for both arms, and everything else the tool wrote is removed', async () => {
    const given = request()
    const { pages } = await toolPages(given, ARMS, standIn('well'), installed)
    expect(pages.map(({ arm, path }) => [arm, path])).toEqual(
      ['baseline', 'candidate'].map((arm) => [
        arm,
        join(given.directory, 'stand-in', `${arm}.html`),
      ]),
    )
    for (const { path, bytes } of pages) {
      expect(readFileSync(path).length).toBe(bytes)
      expect(readFileSync(path, 'utf8')).toContain('fonts: data:text/css,')
    }
    expect(readdirSync(given.directory)).toEqual(['stand-in'])
    expect(existsSync('left-behind.log')).toBe(false)
  })

  it.each([
    [
      'fail',
      /spin, baseline: stand-in exited with code 3; its stderr ends: no isolate logfile found;/,
    ],
    ['no-page', /ended without an error and wrote no page/],
    ['tiny', /wrote a page of 24 B that does not show the workload/],
    ['blank', /wrote a page of 2\.0 KiB that does not show the workload/],
    ['watch-nothing', /the profiled program did not finish/],
  ])('%s: is an error, and the pages of an earlier run stay', async (behaviour, message) => {
    const given = request()
    await toolPages(given, [ARMS[0]], standIn('well'), installed)
    const earlier = join(given.directory, 'stand-in', 'baseline.html')
    const before = readFileSync(earlier, 'utf8')
    const failing = toolPages(given, ARMS, standIn(behaviour), installed)
    await expect(failing).rejects.toThrow(InvalidEvidenceError)
    await expect(failing).rejects.toThrow(message)
    expect(readFileSync(earlier, 'utf8')).toBe(before)
    expect(readdirSync(given.directory)).toEqual(['stand-in'])
  })

  it('are not written by a tool that hangs: it is killed with its child processes', async () => {
    const pids = join(temporaryDirectory(), 'pids')
    const given = request({ timeoutMs: 3000 })
    await expect(
      toolPages(given, ARMS, standIn('hang', { STAND_IN_PIDS: pids }), installed),
    ).rejects.toThrow(/stand-in timed out after 3 s; allow more time with --timeout/)
    await expect.poll(() => alive(pids)).toEqual([])
    expect(readdirSync(given.directory)).toEqual([])
  })

  it('are not written by a tool that is interrupted: it is killed with its child processes', async () => {
    const pids = join(temporaryDirectory(), 'pids')
    const controller = new AbortController()
    const given = request({ signal: controller.signal })
    const stopped = expect(
      toolPages(given, ARMS, standIn('hang', { STAND_IN_PIDS: pids }), installed),
    ).rejects.toThrow(Interrupted)
    await expect
      .poll(() => existsSync(pids) && readFileSync(pids, 'utf8') !== '', { timeout: 30_000 })
      .toBe(true)
    controller.abort(new Interrupted('SIGINT'))
    await stopped
    await expect.poll(() => alive(pids)).toEqual([])
    expect(readdirSync(given.directory)).toEqual([])
  })
})

describe('the check of a page', () => {
  const holds = (id: string) => PROFILE_TOOLS.find((tool) => tool.id === id)!.holds
  const own = new URL('../../../../dist/harness/profile/capture/profile-run.js', import.meta.url)
    .href

  it('requires functions other than those of Node and the harness', () => {
    expect(
      holds('0x')(
        `"name":"pass ${own}:31:24" "name":"compile node:internal/modules/esm/utils.js:1:1"`,
      ),
    ).toBe(false)
    expect(
      holds('0x')(`"name":"pass ${own}:31:24" "name":"sixty file:///a/split-suite.mjs:5:15"`),
    ).toBe(true)
    expect(holds('clinic-bubbleprof')('"fileName":"./baseline/file:/a/split-suite.mjs"')).toBe(true)
  })

  it('requires two points in time from the doctor', () => {
    expect(holds('clinic-doctor')('"processStat": [\n{"timestamp":1,"cpu":1}\n]')).toBe(false)
    expect(
      holds('clinic-doctor')(
        '"processStat": [\n{"timestamp":1,"cpu":1},\n{"timestamp":2,"cpu":1}\n]',
      ),
    ).toBe(true)
  })
})

/** The processes listed in a file that still run; zombies do not count. */
function alive(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(' ')
    .filter((pid) => {
      const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
      return stat !== '' && !/^.*\) Z /s.test(stat)
    })
}
