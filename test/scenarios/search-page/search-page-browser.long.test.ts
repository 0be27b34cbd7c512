import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { categorical, continuous, discrete } from '../../../engine/index.js'
import { searchPage } from '../../../scenarios/search-page/search-page.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { browserOfTests, watchPages } from '../../fixtures/browser.js'
import { foundResults, type Wanted } from './found-results.js'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const long = 'a parameter with a name that is far too long for any axis of any plot'
const SEARCHES: Readonly<Record<string, Wanted>> = {
  'map.html': { windows: 4 },
  'slices.html': {
    dimensions: {
      fast: discrete(2, 40),
      slow: continuous(41, 120, 10),
      size: continuous(0.1, 10, 5, 'logarithmic'),
      mode: categorical('bull', 'bear'),
      [long]: categorical(`${long} either`, `${long} or`),
      sixth: discrete(1, 3),
      seventh: continuous(-1e9, 1e9, 3),
    },
    method: 'random',
    trials: 40,
    objective: 'total-return',
  },
  'binned.html': {
    dimensions: { fast: discrete(2, 39), slow: continuous(40, 120, 10, 'logarithmic') },
    method: 'quasi-random',
    trials: 60,
    objective: 'final-equity',
    windows: 2,
  },
  'amounts.html': {
    dimensions: { slow: discrete(20, 60, 5) },
    objective: 'final-equity',
    shares: 20_000,
    windows: 1,
  },
  'one.html': { dimensions: { slow: discrete(20, 20) }, sessions: 20 },
}

const folder = join(temporaryDirectory(), 'searches')
const urlOf = (name: string) => pathToFileURL(join(folder, name)).href
const { open, troubles } = watchPages(browserOfTests(), urlOf)

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  for (const [name, wanted] of Object.entries(SEARCHES))
    writeFileSync(join(folder, name), searchPage(await foundResults(wanted)))
})

/** Texts that overflow their plot. */
const CLIPPED = `[...document.querySelectorAll('figure > svg')].flatMap((svg) => {
  const box = svg.getBoundingClientRect()
  return [...svg.querySelectorAll('text')].flatMap((text) => {
    const { left, right, top, bottom, width } = text.getBoundingClientRect()
    const isOut = left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1
    return width > 0 && isOut ? [svg.querySelector('title').textContent + ': ' + text.textContent] : []
  })
})`

const VIEWS = [
  ['light', 'desktop', 1280],
  ['dark', 'desktop', 1280],
  ['light', 'phone', 360],
  ['dark', 'phone', 360],
  ['light', 'tablet', 768],
] as const

describe.each(Object.keys(SEARCHES))('%s', (name) => {
  let page: Page
  beforeAll(async () => {
    page = await open(name)
    // Evaluated from outside the page, whose policy lets no script run.
    await page.evaluate(axeSource)
  })
  afterAll(() => page?.close())

  it.each(VIEWS)(
    'in %s, on a %s, fits, keeps the texts of its plots inside them, and satisfies axe',
    async (colorScheme, _, width) => {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0)
      expect(await page.evaluate<string[]>(CLIPPED)).toEqual([])
      // Both themes and both widths are checked once.
      if (`${colorScheme} ${width}` !== 'light 1280' && `${colorScheme} ${width}` !== 'dark 360')
        return
      const violations = await page.evaluate<string[]>(
        'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))',
      )
      expect(violations).toEqual([])
    },
  )
})

describe('every page', () => {
  it('loads nothing, logs nothing and opens nothing', () => {
    expect(troubles).toEqual([])
  })
})
