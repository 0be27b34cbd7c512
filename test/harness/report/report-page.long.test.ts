import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReport } from '../../../harness/report/report-html.js'
import { renderReportIndex } from '../../../harness/report/report-index.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { browserOfTests, watchPages } from '../../fixtures/browser.js'
import { HOSTILE_NAMES } from '../profile/hostile-names.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'
import {
  accepted,
  EVALUATIONS,
  evidenceNaming,
  hotspotsNaming,
  profileOf,
  sourceOf,
} from './report-sources.js'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const longest = 'x'.repeat(500)

/**
 * Three arms over ten pairs. Axe checks every cell of a table, and the two hundred rows of a long
 * evaluation would add nothing to these sixty.
 */
const threeArms = simulateEvidence(
  {
    seed: 6,
    pairs: 10,
    improvement: { 'grid-search': 0.4, 'walk-forward': 0.3 },
    incumbent: 0.3,
    noise: 0.02,
    memory: 0.05,
  },
  planWith({
    arms: ['baseline', 'incumbent', 'candidate'],
    stacks: { baseline: [], incumbent: ['layer1'], candidate: ['layer1', 'layer2'] },
  }),
)

const profiled = sourceOf(accepted, [profileOf('grid-search'), profileOf('walk-forward')])
const sources = {
  'profiled.html': profiled,
  'incumbent.html': sourceOf(threeArms),
  'budget.html': sourceOf(EVALUATIONS.budget!),
  'not-equivalent.html': sourceOf(EVALUATIONS['not equivalent']!),
  'long.html': sourceOf(evidenceNaming(longest), [
    { ...profileOf('w'), hotspots: hotspotsNaming(longest) },
  ]),
  'hostile.html': sourceOf(evidenceNaming(HOSTILE_NAMES[0]!), [
    { ...profileOf('w'), hotspots: hotspotsNaming(HOSTILE_NAMES[1]!) },
  ]),
}
const records = Object.values(sources).map(({ record }, index) => ({
  ...record,
  id: `${String(index + 1).padStart(4, '0')}-layer`,
}))
const pages = {
  ...Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, renderReport(source)]),
  ),
  'index.html': renderReportIndex(records, new Set([records[0]!.id])),
}

const folder = join(temporaryDirectory(), 'reports')
const urlOf = (name: string) => pathToFileURL(join(folder, name)).href
const browser = browserOfTests()
const { open, troubles } = watchPages(browser, urlOf)

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  for (const [name, html] of Object.entries(pages)) writeFileSync(join(folder, name), html)
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
  ['dark', 'wide screen', 1440],
] as const

// All views reuse one page, because loading takes most of the time. A reader who turns a tablet or
// switches to dark does the same.
describe.each(Object.keys(pages))('%s', (name) => {
  let page: Page
  beforeAll(async () => {
    page = await open(name)
    // Evaluated from outside the page, whose policy lets no other script run.
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
      const background = await page.evaluate<string>(
        'getComputedStyle(document.body).backgroundColor',
      )
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)')
      // Both widths have the same elements in the same order, so axe finds nothing new.
      if (width !== 1280 && width !== 360) return
      const violations = await page.evaluate<string[]>(
        'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))',
      )
      expect(violations).toEqual([])
    },
  )
})

/** Regions whose content overflows. */
const CUT_OFF = `[...document.querySelectorAll('details')].forEach((one) => { one.open = true }), [...document.querySelectorAll('.scroll')].filter((region) => region.scrollWidth > region.clientWidth + 1).map((region) => region.ariaLabel)`

describe('a region that scrolls', () => {
  it('does not exist in the index on a phone', async () => {
    const page = await open('index.html', { viewport: { width: 360, height: 800 } })
    expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([])
    expect(await page.getByRole('row').count()).toBe(records.length + 1)
    await page.close()
  })

  it('does not exist in a report on a wide screen, digests included', async () => {
    const page = await open('profiled.html', { viewport: { width: 1440, height: 900 } })
    expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([])
    await page.close()
  })
})

describe('an opened report', () => {
  it('is complete without scripts', async () => {
    const page = await open('profiled.html', { javaScriptEnabled: false })
    expect(await page.locator('svg.flame[role=img]').count()).toBe(6)
    expect(await page.locator('h2').first().textContent()).toBe('✓ accepted')
    expect(await page.locator('input, button').count()).toBe(0)
    await page.close()
  })

  it('searches each flame graph separately', async () => {
    const page = await open('profiled.html')
    expect(await page.getByRole('searchbox').count()).toBe(6)
    await page.getByRole('searchbox').first().fill('main')
    expect(await page.locator('#p1-difference .searched').count()).toBeGreaterThan(0)
    expect(await page.locator('#p1-candidate .searched').count()).toBe(0)
    await page.close()
  })

  it('runs no script except that of its pictures', async () => {
    const html = pages['profiled.html' as keyof typeof pages] as string
    writeFileSync(
      join(folder, 'injected.html'),
      html.replace('<main>', '<main><script>document.title = "owned"</script>'),
    )
    const page = await browser().newPage()
    await page.goto(urlOf('injected.html'))
    expect(await page.title()).toBe('0001 · layer1 · accepted')
    expect(await page.getByRole('searchbox').count()).toBe(6)
    await page.close()
  })

  it('can be read with the keyboard: the first stop skips to the verdict, and the focus is visible', async () => {
    const page = await open('profiled.html')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe(
      'Skip to the verdict',
    )
    expect(
      await page.evaluate<number>('document.activeElement.getBoundingClientRect().left'),
    ).toBeGreaterThanOrEqual(0)
    expect(
      await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
    ).toBe('solid')
    await page.keyboard.press('Enter')
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('verdict')
    await page.close()
  })

  it('prints completely, without scrolling regions and in colours for paper', async () => {
    const page = await open('profiled.html', { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const hidden = await page.evaluate<number>(
      `[...document.querySelectorAll('.scroll')].filter((region) => getComputedStyle(region).overflowY !== 'visible' || region.scrollHeight > region.clientHeight + 1 || region.clientHeight === 0).length`,
    )
    expect(hidden).toBe(0)
    expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    )
    await page.close()
  })

  it('logs nothing, requests nothing, and runs no name as code', () => {
    expect(troubles).toEqual([])
  })
})
