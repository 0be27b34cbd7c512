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

/** The stand-in, told how to go; its pages are checked as those of 0x are. */
function standIn(how: string, env: Readonly<Record<string, string>> = {}): ProfileTool {
  return {
    id: 'stand-in',
    package: 'stand-in-tool',
    script: 'tool.mjs',
    words: ({ command }) => [how, '--', ...command],
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
  it('are made of both arms, and nothing else it wrote is left', async () => {
    const asked = request()
    const { pages } = await toolPages(asked, ARMS, standIn('well'), installed)
    expect(pages.map(({ arm, path }) => [arm, path])).toEqual(
      ['baseline', 'candidate'].map((arm) => [
        arm,
        join(asked.directory, 'stand-in', `${arm}.html`),
      ]),
    )
    for (const { path, bytes } of pages) {
      expect(readFileSync(path).length).toBe(bytes)
      expect(readFileSync(path, 'utf8')).toContain('fonts: data:text/css,')
    }
    expect(readdirSync(asked.directory)).toEqual(['stand-in'])
    expect(existsSync('left-behind.log')).toBe(false)
  })

  it.each([
    [
      'fail',
      /spin, baseline: stand-in exited with code 3; its stderr ends: no isolate logfile found;/,
    ],
    ['no-page', /ended without an error and wrote no page/],
    ['tiny', /wrote a page of 24 B that shows nothing of the workload/],
    ['blank', /wrote a page of 2\.0 KiB that shows nothing of the workload/],
    ['watch-nothing', /the program it watched did not finish/],
  ])('%s: exit 5, and the pages of another day stay as they were', async (how, message) => {
    const asked = request()
    await toolPages(asked, [ARMS[0]], standIn('well'), installed)
    const kept = join(asked.directory, 'stand-in', 'baseline.html')
    const before = readFileSync(kept, 'utf8')
    const failing = toolPages(asked, ARMS, standIn(how), installed)
    await expect(failing).rejects.toThrow(InvalidEvidenceError)
    await expect(failing).rejects.toThrow(message)
    expect(readFileSync(kept, 'utf8')).toBe(before)
    expect(readdirSync(asked.directory)).toEqual(['stand-in'])
  })

  it('that hangs is killed with what it started', async () => {
    const pids = join(temporaryDirectory(), 'pids')
    const asked = request({ timeoutMs: 3000 })
    await expect(
      toolPages(asked, ARMS, standIn('hang', { STAND_IN_PIDS: pids }), installed),
    ).rejects.toThrow(/stand-in timed out after 3 s; --timeout gives it longer/)
    await expect.poll(() => alive(pids)).toEqual([])
    expect(readdirSync(asked.directory)).toEqual([])
  })

  it('that is interrupted is killed with what it started', async () => {
    const pids = join(temporaryDirectory(), 'pids')
    const controller = new AbortController()
    const asked = request({ signal: controller.signal })
    const stopped = expect(
      toolPages(asked, ARMS, standIn('hang', { STAND_IN_PIDS: pids }), installed),
    ).rejects.toThrow(Interrupted)
    await expect
      .poll(() => existsSync(pids) && readFileSync(pids, 'utf8') !== '', { timeout: 30_000 })
      .toBe(true)
    controller.abort(new Interrupted('SIGINT'))
    await stopped
    await expect.poll(() => alive(pids)).toEqual([])
    expect(readdirSync(asked.directory)).toEqual([])
  })
})

describe('the check of a page', () => {
  const holds = (id: string) => PROFILE_TOOLS.find((tool) => tool.id === id)!.holds
  const own = new URL('../../../../dist/harness/profile/capture/profile-run.js', import.meta.url)
    .href

  it('is not satisfied by functions of node and of the harness', () => {
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

  it('wants two moments of the doctor', () => {
    expect(holds('clinic-doctor')('"processStat": [\n{"timestamp":1,"cpu":1}\n]')).toBe(false)
    expect(
      holds('clinic-doctor')(
        '"processStat": [\n{"timestamp":1,"cpu":1},\n{"timestamp":2,"cpu":1}\n]',
      ),
    ).toBe(true)
  })
})

/**
 * Of the processes named in a file, those that still run; one that is dead but not yet waited for
 * does not.
 */
function alive(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(' ')
    .filter((pid) => {
      const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
      return stat !== '' && !/^.*\) Z /s.test(stat)
    })
}
