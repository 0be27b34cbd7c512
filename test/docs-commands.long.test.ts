import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './fixtures/bench.js'
import { EVERY_LAYER, linesOf, PAGES } from './fixtures/pages.js'
import { assay } from './scenarios/assay.js'

/** What costs minutes at full scale runs small here; where it writes, it writes elsewhere. */
const SMALL: Readonly<Record<string, readonly string[]>> = {
  evaluate: [
    ...['--scale', 'smoke', '--workload', 'grid-search', '--max-pairs', '10'],
    // The check of the host has tests of its own.
    '--no-calibration',
  ],
  // The worked loop is a test of its own: test/loops.long.test.ts.
  judge: ['--scale', 'smoke', '--workload', 'grid-search', '--budget', '2s'],
  profile: ['--scale', 'smoke', '--scenario', 'daily-simple', '--duration', '0.2'],
}

/**
 * Their commands run in another project: test/other-projects.long.test.ts,
 * test/scenarios/search/search-docs.long.test.ts.
 */
const ELSEWHERE = ['docs/other-projects.md', 'docs/search.md']

describe('the commands shown', () => {
  // At the small scale and with the one scenario used here, the same command shown at two scales,
  // or with another scenario, is one.
  const commands = [
    ...new Set(
      PAGES.filter((page) => !ELSEWHERE.includes(page))
        .flatMap(commandsOf)
        .map((line) =>
          line
            .replace(/^npm run /, 'npx assay ')
            .replace(/ -- /, ' ')
            .replace(' --scale smoke', '')
            .replace(/ --scenario [\w-]+/, ''),
        ),
    ),
  ]
  const out = temporaryDirectory()

  it('are there', () => {
    expect(commands.length).toBeGreaterThan(6)
  })

  // In order, because one page builds on what its earlier lines made.
  it.sequential.each(commands)(
    '%s',
    async (command) => {
      const words = wordsOf(command).map((word) => (word === 'my-bundle' ? join(out, word) : word))
      const evidence =
        ['evaluate', 'judge', 'replay', 'profile', 'list'].includes(words[0]!) &&
        !words.includes('--out')
          ? ['--out', out]
          : []
      const small = words.includes('--help') ? [] : (SMALL[words[0]!] ?? [])
      const { code, stderr } = await assay([...words, ...small, ...evidence])
      expect([0, 3], stderr).toContain(code)
    },
    240_000,
  )
})

/**
 * Lines of fenced blocks that run our binary, as a reader would type them: comments and what only
 * installs are left out. So are other profilers, which are installed when they are first used: `npm
 * run tools` runs all of them.
 */
function commandsOf(page: string): string[] {
  return linesOf(page).filter(
    (line) =>
      /^(npx assay|npm run (-s )?(evaluate|replay|profile|list|compare|assay)\b)/.test(line) &&
      !line.includes(' --tool ') &&
      !EVERY_LAYER.test(line),
  )
}

function wordsOf(command: string): string[] {
  return command
    .replace(/^npx assay /, '')
    .trim()
    .split(/\s+/)
}
