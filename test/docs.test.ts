import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EVERY_LAYER, linesOf, PAGES } from './fixtures/pages.js'
import { assay } from './scenarios/assay.js'

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync('package.json', 'utf8'),
).scripts

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
