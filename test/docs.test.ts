import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './fixtures/bench.js'
import { assay } from './scenarios/assay.js'

/** Every page people read first. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...pagesIn('docs'),
  ...pagesIn('engine'),
  ...pagesIn('harness'),
  ...pagesIn('scenarios'),
]
const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync('package.json', 'utf8'),
).scripts

/** What costs minutes at full scale runs small here; where it writes, it writes elsewhere. */
const SMALL: Readonly<Record<string, readonly string[]>> = {
  evaluate: [
    ...['--scale', 'smoke', '--workload', 'grid-search', '--max-pairs', '10'],
    // The check of the host has tests of its own.
    '--no-calibration',
  ],
  judge: ['--scale', 'smoke', '--workload', 'grid-search', '--max-pairs', '10'],
  profile: ['--scale', 'smoke', '--scenario', 'daily-simple', '--duration', '0.2'],
}

/**
 * Their commands run in another project: test/other-projects.test.ts,
 * test/scenarios/search/search-docs.test.ts.
 */
const ELSEWHERE = ['docs/other-projects.md', 'docs/search.md']

/** Evaluates every layer of the suite: minutes at any scale. */
const EVERY_LAYER = / evaluate (-- )?all\b/

describe('the pages', () => {
  it('are there', () => {
    expect(PAGES.length).toBeGreaterThan(6)
  })

  it.each(PAGES)('%s links to files that exist', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1]!,
    )
    const broken = links.filter(
      (link) => !/^https?:/.test(link) && !existsSync(resolve(dirname(page), link)),
    )
    expect(broken).toEqual([])
  })

  it.each(PAGES)('%s names npm scripts that exist', (page) => {
    const named = [...readFileSync(page, 'utf8').matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(
      (match) => match[1]!,
    )
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

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

describe('the commands shown that take minutes or hours', () => {
  const shown = [
    ...new Set(
      PAGES.flatMap(linesOf).filter(
        (line) =>
          /^npm run (-s )?(calibrate|characteristics|profile|gate|speed|scale)(?![\w-])/.test(
            line,
          ) || EVERY_LAYER.test(line),
      ),
    ),
  ]

  it('are there', () => {
    expect(shown.length).toBeGreaterThan(4)
  })

  it.each(shown)('%s: every option is one of its command', async (line) => {
    const [, name, ...options] = line
      .match(/^npm run (?:-s )?(\w+)/)!
      .concat(line.match(/ --[a-z][a-z-]*/g) ?? [])
    const { code, stdout } = await assay([name!, '--help'])
    expect(code).toBe(0)
    expect(
      options
        .map((option) => option.trim())
        .filter((option) => !new RegExp(`${option}\\b`).test(stdout)),
    ).toEqual([])
  })
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

function linesOf(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/```(?:sh|bash)?\n([\s\S]*?)```/g)].map(
    (match) => match[1]!,
  )
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .replace(/^npm ci && /, '')
        .trim(),
    )
}

function wordsOf(command: string): string[] {
  return command
    .replace(/^npx assay /, '')
    .trim()
    .split(/\s+/)
}

function pagesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}
