import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import { renderDecisionPlot } from '../../../harness/report/decision-plot.js'
import { renderReport } from '../../../harness/report/report-html.js'
import { toReportSource } from '../../../harness/report/report-source.js'
import { all, parsePage } from './page-dom.js'
import { accepted, EVALUATIONS, profileOf, sourceOf } from './report-sources.js'

describe.each(Object.entries(EVALUATIONS))('the report of an evaluation: %s', (_, evidence) => {
  const source = sourceOf(evidence)
  const html = renderReport(source)
  const page = parsePage(html)

  it('begins with the verdict, as word and symbol', () => {
    const first = all(page, 'h2')[0]!.textContent.trim()
    expect(first).toMatch(
      { accepted: /^✓ /, rejected: /^✗ /, inconclusive: /^\? / }[source.record.verdict],
    )
    expect(first).toContain(source.record.verdict)
  })

  it('has headings in order, landmarks, unique ids, and no dangling references', () => {
    const levels = all(page, 'h1, h2, h3, h4').map(({ tagName }) => Number(tagName.slice(1)))
    expect(levels[0]).toBe(1)
    for (const [index, level] of levels.entries())
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
    for (const landmark of ['header', 'nav', 'main', 'footer'])
      expect(all(page, landmark)).toHaveLength(1)
    const ids = all(page, '[id]').map((element) => element.getAttribute('id')!)
    expect(new Set(ids).size).toBe(ids.length)
    const named = all(page, '[aria-labelledby]').flatMap((element) =>
      element.getAttribute('aria-labelledby')!.split(' '),
    )
    const linked = all(page, 'a').map((element) => element.getAttribute('href')!)
    const inside = linked.filter((href) => href.startsWith('#')).map((href) => href.slice(1))
    expect([...named, ...inside].filter((id) => !ids.includes(id))).toEqual([])
  })

  it('is self-contained', () => {
    expect(all(page, 'script, link, img, iframe, object')).toEqual([])
    expect(html).not.toMatch(/\s(src|srcset|onload|onclick)=|url\(|@import/)
    const hrefs = all(page, 'a').map((element) => element.getAttribute('href')!)
    expect(
      hrefs.filter(
        (href) => !/^(#|index\.html$|\d{4}-[\w.-]+\.html$|\.\.\/decisions\/)/.test(href),
      ),
    ).toEqual([])
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000)
  })

  it('prints no NaN, undefined or infinity', () => {
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('renders the same bytes again, also from equal evidence', () => {
    expect(renderReport(source)).toBe(html)
    expect(renderReport(toReportSource(structuredClone(source)))).toBe(html)
  })

  it('gives every table a unique caption, column heads and row heads', () => {
    const tables = all(page, 'table')
    const captions = tables.map((table) => all(table, 'caption')[0]!.textContent)
    expect(new Set(captions).size).toBe(captions.length)
    for (const table of tables) {
      const columns = all(table, 'thead th').map((head) => head.getAttribute('scope'))
      expect(new Set(columns)).toEqual(new Set(['col']))
      for (const row of all(table, 'tbody tr')) {
        expect(Array.from(row.childNodes).filter(({ nodeType }) => nodeType === 1)).toHaveLength(
          columns.length,
        )
        expect(all(row, 'th')[0]!.getAttribute('scope')).toBe('row')
      }
    }
  })

  it('describes every picture for screen readers', () => {
    for (const svg of all(page, 'figure > svg')) {
      expect(svg.getAttribute('role')).toBe('img')
      expect(all(svg, 'title')[0]!.textContent).not.toBe('')
      expect(all(svg, 'desc')[0]!.textContent).not.toBe('')
    }
  })

  it('lists every run, and draws a mark for each counted run in every plot of runs', () => {
    const { workloads } = source.record
    const rows = all(page, '#tables .scroll').filter((region) =>
      region.getAttribute('aria-label')!.startsWith('Every run of'),
    )
    expect(rows.map((region) => all(region, 'tbody tr').length)).toEqual(
      workloads.map(({ id }) => evidence.runs.filter(({ workload }) => workload === id).length),
    )
    for (const [index, { pairs }] of workloads.entries()) {
      const titles = all(page, `[aria-labelledby=w${index + 1}] figure`).map((figure) => ({
        name: all(figure, '.name')[0]!.textContent,
        marks: all(figure, 'svg g title').length,
      }))
      const marks = (name: string) => titles.find((figure) => figure.name === name)?.marks ?? 0
      expect(marks('Every run')).toBe(pairs * evidence.plan.arms.length)
      expect(marks('Improvement pair by pair')).toBe(pairs >= 2 ? pairs : 0)
    }
  })
})

describe('what a report shows', () => {
  it('quotes the verdict, interval, calibration, error rates, warnings and the command to repeat it', () => {
    const text = parsePage(renderReport(sourceOf(EVALUATIONS.regression!))).textContent
    expect(text).toContain(
      'The calibration of this host and Node version passed, made 3 days ago: grid-search GREEN',
    )
    expect(text).toContain('Error rates: A/A accepted 0 of 100.')
    expect(text).toContain('npm run evaluate -- layer1 --seed 20251022')
    expect(text).toContain('npx assay replay 0001')
    const warned = parsePage(renderReport(sourceOf(EVALUATIONS['injected, with an incumbent']!)))
    expect(all(warned, '#verdict .warned')[0]!.textContent).toContain('injected-effect')
    expect(
      all(warned, '.warnings li')
        .map((item) => item.textContent)
        .join(),
    ).toContain('uncommitted changes')
    expect(all(warned, '.control')[0]!.textContent).toContain(
      'This record decides nothing about the layer.',
    )
  })

  it('draws the improvement by iteration, where the runs list their iterations', () => {
    const figuresOf = (evidence: typeof accepted) =>
      all(parsePage(renderReport(sourceOf(evidence))), '[aria-labelledby=w1] figure').filter(
        (figure) => all(figure, '.name')[0]!.textContent === 'Improvement by iteration',
      )
    expect(figuresOf(accepted)).toEqual([])
    const listed = accepted.runs.map((run) =>
      'error' in run
        ? run
        : { ...run, passCpuMs: [1.4, 1, 1.1].map((part) => part * run.cpuMs), warmup: 1 },
    )
    const [figure] = figuresOf({ ...accepted, runs: listed })
    expect(all(figure!, 'svg g title').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^iteration 1 \(warm-up\): \+4\d\.\d % \[/),
      expect.stringMatching(/^iteration 2: \+4\d\.\d % \[/),
      expect.stringMatching(/^iteration 3: \+4\d\.\d % \[/),
    ])
    expect(all(figure!, 'figcaption')[0]!.textContent).toContain('Shaded: warm-up')
  })

  it('draws pairs that the estimate leaves out as hollow marks', () => {
    const source = sourceOf(EVALUATIONS.rejected!)
    const titles = all(parsePage(renderReport(source)), '[aria-labelledby=w1] svg title').map(
      ({ textContent }) => textContent,
    )
    expect(source.record.workloads[0]!.pairs).toBe(10)
    expect(titles.filter((title) => /^pair \d+: .*, trimmed$/.test(title))).toHaveLength(2)
    expect(titles.filter((title) => /^pair \d+: /.test(title))).toHaveLength(10)
  })

  it('counts voided and failed pairs, and names the error of a failed run', () => {
    const evidence = EVALUATIONS['voided and failed pairs']!
    const text = parsePage(renderReport(sourceOf(evidence))).textContent
    expect(text).toContain('10 counted, 0 voided, 1 failed')
    expect(text).toContain('failed: exit code 1')
  })

  it('names the command that profiles, where profiles are missing', () => {
    const page = parsePage(renderReport(sourceOf(accepted)))
    expect(all(page, '#time')[0]!.textContent).toContain('npx assay profile layer1')
  })

  it('shows where the time went, with unique ids in every picture', () => {
    const html = renderReport(
      sourceOf(accepted, [profileOf('grid-search'), profileOf('walk-forward')]),
    )
    const page = parsePage(html)
    expect(all(page, 'svg.flame')).toHaveLength(6)
    const ids = all(page, '[id]').map((element) => element.getAttribute('id')!)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining(['p1-difference', 'p1-candidate', 'p2-baseline-title']),
    )
    const patterns = [...html.matchAll(/url\(#([\w-]+)\)/g)].map((match) => match[1]!)
    expect(patterns.length).toBeGreaterThan(0)
    expect(patterns.filter((id) => !ids.includes(id))).toEqual([])
    expect(html).not.toMatch(/#(difference|flame)[ {,]/)
    const text = all(page, '#time')[0]!.textContent
    expect(text).toContain(
      'baseline: ratio of overhead to computation 9.00 : 1 (200.0 ms of CPU time per pass; the computation alone takes 20.00 ms)',
    )
    expect(text).toMatch(
      /\(in the profiles 40\.0 % less\); named categories account for 7\d\.\d % of the gain/,
    )
    const [categories] = all(page, '[aria-labelledby=p1] table')
    expect(all(categories!, 'thead th').at(-1)!.textContent).toBe('share of the gain')
    expect(all(categories!, 'tbody td').at(-1)!.textContent).toMatch(/^\+2\d\.\d\s%$/)
    expect(text).toContain('60.0 % ⚠ differs')
    expect(text).toContain('1 of 50 changed significantly, over 3 + 3 processes')
    expect(text).toMatch(/● grid-search \(grid-search:7\)\s*90\.00 ms\s*30\.00 ms/)
    expect(text).toMatch(/Hottest lines of grid-search, candidate/)
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000)
  })

  it('divides a gain by category only where it is large and certain enough', () => {
    const inconclusive = renderReport(
      sourceOf(EVALUATIONS.inconclusive!, [profileOf('walk-forward')]),
    )
    const text = all(parsePage(inconclusive), '#time')[0]!.textContent
    expect(text).toContain('the change is too small or too uncertain to divide by category')
    expect(text).not.toContain('share of the')
  })

  it('links pictures that would make the page too large', () => {
    const large = (workload: string) => {
      const profile = profileOf(workload)
      return {
        ...profile,
        pictures: profile.pictures.map((one) => ({
          ...one,
          svg: one.svg.replace('</desc>', `${'x'.repeat(550_000)}</desc>`),
        })),
      }
    }
    const html = renderReport(sourceOf(accepted, [large('grid-search'), large('walk-forward')]))
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000)
    const page = parsePage(html)
    expect(all(page, 'svg.flame').map((svg) => svg.getAttribute('id'))).toEqual([
      'p1-difference',
      'p1-candidate',
      'p2-difference',
    ])
    expect(all(page, 'a').map((link) => link.getAttribute('href'))).toContain(
      '../profiling-results/0001-layer1/walk-forward/baseline.svg',
    )
  })

  it.each([
    ['another picture', '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'],
    ['a script of its own', '</script>', '</script><script>alert(1)</script>'],
    ['a handler', '<rect class="page"', '<rect onload="alert(1)" class="page"'],
    ['a link', '<rect class="page"', '<a href="https://example.com"/><rect class="page"'],
    [
      'an image',
      '<rect class="page"',
      '<image href="https://example.com/x.png"/><rect class="page"',
    ],
    ['foreign content', '<rect class="page"', '<foreignObject/><rect class="page"'],
  ])('refuses a picture that assay did not draw: %s', (_, from, to?: string) => {
    const profile = profileOf('grid-search')
    const [difference, ...others] = profile.pictures
    const svg = to === undefined ? from : difference!.svg.replace(from, to)
    if (to !== undefined) expect(svg).not.toBe(difference!.svg)
    const source = sourceOf(accepted, [
      { ...profile, pictures: [{ ...difference!, svg }, ...others] },
    ])
    expect(() => renderReport(source)).toThrow(InvalidEvidenceError)
  })
})

describe('the picture in the markdown', () => {
  it.each(Object.entries(EVALUATIONS))('of an evaluation: %s', (_, evidence) => {
    const { record } = sourceOf(evidence)
    const svg = renderDecisionPlot(record)
    const isJudged = ({ role }: { role: string }) =>
      role === 'guard' || record.criterion.kind !== 'budget'
    const drawn = record.workloads.filter((one) => isJudged(one) && one.improvement)
    expect(svg === undefined).toBe(drawn.length === 0)
    if (svg === undefined) return
    expect(renderDecisionPlot(structuredClone(record))).toBe(svg)
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(svg).not.toMatch(/NaN|undefined|href=|<script|url\(/)
  })
})
