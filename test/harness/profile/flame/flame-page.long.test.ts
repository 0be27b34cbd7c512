import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { differentialFlameGraphSvg } from '../../../../harness/profile/flame/differential-flame-graph.js'
import { flameGraphSvg } from '../../../../harness/profile/flame/flame-graph.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'
import { browserOfTests, watchPages } from '../../../fixtures/browser.js'
import { HOSTILE_NAMES, js, profileOf } from '../hostile-names.js'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const main = js('main', 'scenarios/main.ts', 3)
const load = js('load', 'engine/bundle/open.ts', 10)
const sum = js('sumOfWindow', 'engine/indicators/sma.ts', 20)
const read = js('readColumn', 'node_modules/hyparquet/src/column.js', 22)
const hostile = HOSTILE_NAMES.map(
  (name, index) => [[main, load, js(name, name)], 4_000 + index] as const,
)
const baseline = profileOf([
  [[main], 50_000],
  [[main, sum], 400_000],
  [[main, load, read], 200_000],
  [[main, load, sum], 100_000],
  ...hostile,
])
const candidate = profileOf([
  [[main], 50_000],
  [[main, sum], 300_000],
  [[main, js('cached', 'engine/cache/lru.ts')], 20_000],
])

const flame = flameGraphSvg(baseline, {
  title: `grid-search · baseline ${HOSTILE_NAMES[0]}`,
  subtitle: 'one untimed run, 1 ms per sample',
})
const difference = differentialFlameGraphSvg(
  { profile: baseline, iterations: 1 },
  { profile: candidate, iterations: 1 },
  { title: 'grid-search' },
)

const folder = join(temporaryDirectory(), 'pictures')
const urlOf = (name: string) => pathToFileURL(join(folder, name)).href
const { open, troubles } = watchPages(browserOfTests(), urlOf)

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'flame.svg'), flame)
  writeFileSync(join(folder, 'difference.svg'), difference)
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>profiles</title><main><h1>Profiles</h1>${flame}${difference}</main></html>`
  writeFileSync(join(folder, 'page.html'), page)
})

/** A frame by its name, in the first panel that has it. */
const frame = (page: Page, name: string) =>
  page.locator(`svg.f:not(.hidden)[aria-label^=${JSON.stringify(name)}]`).first()

describe.each([
  ['light', 'desktop', 1280],
  ['dark', 'desktop', 1280],
  ['light', 'phone', 360],
  ['dark', 'phone', 360],
] as const)('in %s, on a %s', (colorScheme, _, width) => {
  it.each(['flame.svg', 'difference.svg', 'page.html'])(
    '%s keeps every text inside its box and the page',
    async (name) => {
      const page = await open(name, { colorScheme, viewport: { width, height: 800 } })
      const outside = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll('svg.flame text')].flatMap((text) => {
      const inner = text.getBoundingClientRect()
      const box = text.closest('svg').getBoundingClientRect()
      return inner.right > box.right + 1 || inner.right > innerWidth + 1 || inner.left < box.left - 1 ? [text.textContent] : []
    })`)
      expect(outside).toEqual([])
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0)
      const fill = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('svg.flame .page')).fill",
      )
      expect(fill).toBe(colorScheme === 'dark' ? 'rgb(22, 24, 28)' : 'rgb(255, 255, 255)')
      await page.close()
    },
  )

  it('a page with two pictures has no violations found by axe', async () => {
    const page = await open('page.html', { colorScheme, viewport: { width, height: 800 } })
    await page.evaluate(axeSource)
    const violations = await page.evaluate<string[]>(
      'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))',
    )
    expect(violations).toEqual([])
    await page.close()
  })
})

/** Labels that can be seen and do not fit into their frame. */
const CUT_LABELS = `[...document.querySelectorAll('svg.f text')].flatMap((text) => {
  const inner = text.getBoundingClientRect()
  const box = text.closest('svg').getBoundingClientRect()
  return inner.width > 0 && (inner.right > box.right + 1 || inner.left < box.left - 1) ? [text.textContent] : []
})`
const SHOWN_LABELS = `[...document.querySelectorAll('svg.f text')].filter((text) => text.getBoundingClientRect().width > 0).length`

describe('a still picture', () => {
  it.each([360, 520, 768, 1000, 1280])(
    '%d px wide, without scripts, shows labels whole or not at all',
    async (width) => {
      for (const name of ['flame.svg', 'difference.svg', 'page.html']) {
        const page = await open(name, {
          javaScriptEnabled: false,
          viewport: { width, height: 800 },
        })
        expect(await page.evaluate<string[]>(CUT_LABELS)).toEqual([])
        expect(await page.evaluate<number>(SHOWN_LABELS)).toBeGreaterThan(2)
        await page.close()
      }
    },
  )

  it('is printed unzoomed with the labels of a still picture, and is restored afterwards', async () => {
    const page = await open('page.html')
    const wide = await page.evaluate<number>(SHOWN_LABELS)
    await frame(page, 'load').click({ position: { x: 4, y: 4 } })
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(await page.locator('svg.hidden').count()).toBe(0)
    for (const width of [520, 700]) {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate("dispatchEvent(new Event('beforeprint'))")
      expect(await page.evaluate<string[]>(CUT_LABELS)).toEqual([])
      expect(await page.evaluate<number>(SHOWN_LABELS)).toBeGreaterThan(2)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(await page.evaluate<number>(SHOWN_LABELS)).toBe(wide)
    await page.close()
  })
})

describe('an opened picture', () => {
  it('zooms a frame to the whole width on a click, keeps its callers, hides the others, and resets', async () => {
    const page = await open('flame.svg')
    await frame(page, 'load').click({ position: { x: 4, y: 4 } })
    const isWide = async (name: string) => (await frame(page, name).boundingBox())!.width > 1170
    expect([await isWide('all'), await isWide('main'), await isWide('load')]).toEqual([
      true,
      true,
      true,
    ])
    expect(await page.locator('svg.f.hidden[aria-label^="sumOfWindow"]').count()).toBe(1)
    await page.getByRole('button', { name: 'reset', exact: true }).click()
    expect(await page.locator('svg.hidden').count()).toBe(0)
    expect(await isWide('load')).toBe(false)
    await page.close()
  })

  it('shows more of a name if there is room', async () => {
    const page = await open('flame.svg', { viewport: { width: 240, height: 800 } })
    const label = async () => (await frame(page, 'readColumn').locator('text').textContent()) ?? ''
    expect(await label()).not.toBe('readColumn')
    await frame(page, 'readColumn').click({ position: { x: 4, y: 4 } })
    expect(await label()).toBe('readColumn')
    await page.close()
  })

  it('searches for the literal text while it is typed, and counts nested frames once', async () => {
    const page = await open('flame.svg')
    const field = page.getByRole('searchbox')
    const output = page.locator('output')
    await field.fill('SUMOFWINDOW')
    const total = baseline.totalMicros
    expect(await output.textContent()).toBe(
      `matched ${((500_000 / total) * 100).toFixed(1)} % in 2 frames`,
    )
    await field.fill('main')
    expect(await output.textContent()).toMatch(/^matched 100\.0 % in 1 frame$/)
    await field.fill('.*(')
    expect(await output.textContent()).toMatch(/^matched 0\.0 % in 0 frames/)
    await field.fill('<script>alert')
    expect(await output.textContent()).toMatch(/ in 1 frame$/)
    await field.press('Escape')
    expect(await page.evaluate<string>("document.querySelector('input').value")).toBe('')
    expect(await page.locator('.searched').count()).toBe(0)
    await page.close()
  })

  it('can be navigated and zoomed with the keyboard, with one tab stop per panel', async () => {
    const page = await open('difference.svg')
    const focused = () =>
      page.evaluate<string>("document.activeElement.getAttribute('aria-label').split(',')[0]")
    expect(await page.locator('svg.f[tabindex="0"]').count()).toBe(2)
    await page.locator('svg.f').first().focus()
    const path: (string | undefined)[] = []
    for (const key of [
      'ArrowDown',
      'ArrowDown',
      'ArrowRight',
      'ArrowLeft',
      'ArrowUp',
      'ArrowDown',
      'Enter',
      'Home',
    ]) {
      await page.keyboard.press(key)
      path.push(await focused())
    }
    expect(path).toEqual([
      '▼ main',
      '× load',
      '▼ sumOfWindow',
      '× load',
      '▼ main',
      '× load',
      '× load',
      '▼ all',
    ])
    expect(await page.locator('svg.f.hidden').count()).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
    expect(await page.locator('svg.f.hidden').count()).toBe(0)
    expect(await page.locator('svg.f[tabindex="0"]').count()).toBe(2)
    await page.close()
  })

  it('has no controls without the script', async () => {
    const page = await open('page.html', { javaScriptEnabled: false })
    expect(await page.locator('svg.flame[role=img]').count()).toBe(2)
    expect(await page.locator('[tabindex], input, button').count()).toBe(0)
    expect(await page.locator('svg.f text').first().textContent()).toBe('all')
    await page.close()
  })

  it('does not affect another picture on the page', async () => {
    const page = await open('page.html')
    await page.getByRole('searchbox').first().fill('main')
    expect(await page.locator('#flame .searched').count()).toBe(1)
    expect(await page.locator('#difference .searched').count()).toBe(0)
    const ids = await page.evaluate<string[]>(
      "[...document.querySelectorAll('[id]')].map(({ id }) => id)",
    )
    expect(new Set(ids).size).toBe(ids.length)
    await page.close()
  })

  it('never logs, requests anything, or executes a name', () => {
    expect(troubles).toEqual([])
  })
})
