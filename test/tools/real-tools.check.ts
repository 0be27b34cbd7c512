import { readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ToolPageReport } from '../../harness/cli/profile-with-tool.js'
import { fixture, temporaryDirectory } from '../fixtures/bench.js'
import { browserOfTests } from '../fixtures/browser.js'
import { assay } from '../scenarios/assay.js'

const browser = browserOfTests(['--no-sandbox'])
const out = temporaryDirectory()

describe.sequential('the real tools', () => {
  it.each([
    ['0x', /optimized/],
    ['clinic-flame', /hottest frame/],
    ['clinic-doctor', /Event Loop Delay/],
    ['clinic-heapprofiler', /biggest allocation/],
    ['clinic-bubbleprof', /async resources/],
  ])(
    '%s writes a page for both arms that a browser shows without a network',
    async (tool, text) => {
      const pages = await pagesOf(tool, [
        'layer1',
        '--scenario',
        'grid-search',
        '--incumbent',
        'none',
      ])
      expect(pages.map(({ arm }) => arm)).toEqual(['baseline', 'candidate'])
      for (const { page } of pages) {
        const shown = await show(page)
        expect(shown.text).toMatch(text)
        expect({ requests: shown.requests, errors: shown.errors }).toEqual({
          requests: [],
          errors: [],
        })
      }
    },
  )

  it('0x attributes a true split of 60 : 30 : 10 within three points, without inlining', async () => {
    const [baseline] = await pagesOf('0x', ['baseline', '--suite', fixture('split-suite.mjs')])
    const page = readFileSync(baseline!.page, 'utf8')
    const ticks = (name: string) =>
      [
        ...page.matchAll(
          new RegExp(`"name":"${name} file:[^"]*","value":\\d+,"top":(\\d+)[,}](?!"fn")`, 'g'),
        ),
      ].reduce((sum, [, top]) => sum + Number(top), 0)
    const counts = ['sixty', 'thirty', 'ten'].map(ticks)
    const all = counts.reduce((sum, count) => sum + count, 0)
    expect(all).toBeGreaterThan(500)
    for (const [index, share] of [0.6, 0.3, 0.1].entries())
      expect(Math.abs(counts[index]! / all - share)).toBeLessThan(0.03)
  })

  it('leave nothing behind but their pages', () => {
    const folder = `${out}/profiling-results/profile-layer1-grid-search`
    expect(readdirSync(folder).sort()).toEqual([
      '0x',
      'clinic-bubbleprof',
      'clinic-doctor',
      'clinic-flame',
      'clinic-heapprofiler',
    ])
    for (const tool of readdirSync(folder))
      expect(readdirSync(`${folder}/${tool}`)).toEqual(['baseline.html', 'candidate.html'])
  })
})

async function pagesOf(tool: string, words: readonly string[]): Promise<ToolPageReport[]> {
  const options = ['--tool', tool, '--scale', 'smoke', '--duration', '2', '--json', '--out', out]
  const { code, stdout, stderr } = await assay(['profile', ...words, ...options])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as ToolPageReport[]
}

/** Opens a page: its visible text, its network requests, and its errors. */
async function show(path: string) {
  const page = await browser().newPage()
  const requests: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url())) requests.push(request.url())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(pathToFileURL(path).href, { waitUntil: 'load' })
  await page.waitForLoadState('networkidle')
  const text = await page.innerText('body')
  await page.close()
  return { text, requests, errors }
}
