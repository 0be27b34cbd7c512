import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderDecision } from '../../../harness/record/decision-markdown.js'
import { recordText } from '../../../harness/record/decision-record.js'
import { renderDecisionPlot } from '../../../harness/report/decision-plot.js'
import { inlineHtml } from '../../../harness/report/html.js'
import { renderReport } from '../../../harness/report/report-html.js'
import { renderReportIndex } from '../../../harness/report/report-index.js'
import { toReportSource } from '../../../harness/report/report-source.js'
import { visibleValues } from '../../../harness/report/visible-values.js'
import { escapeMarkdown } from '../../../harness/text/escape-markdown.js'
import { drawn } from '../../fixtures/drawn.js'
import { HOSTILE_NAMES } from '../profile/hostile-names.js'
import { all, parsePage, skeletonOf } from './page-dom.js'
import { evidenceNaming, hotspotsNaming, profileOf, sourceOf } from './report-sources.js'

const NAMES = [
  ...HOSTILE_NAMES.filter((name) => name.trim() !== ''),
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '--> <!-- ',
  '</style><style>*{display:none}',
  '**bold** `code` [x](javascript:alert(1)) <br> | a | b |',
  '{{this}} {{{this}}}',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
]

function reportNaming(name: string): string {
  const evidence = evidenceNaming(name)
  return renderReport(
    sourceOf(evidence, [{ ...profileOf('w', 'w'), hotspots: hotspotsNaming(name) }]),
  )
}

const skeletons = (html: string) => skeletonOf(parsePage(html))
const harmless = skeletons(reportNaming('name'))

/** Every text of a page, and every value of an attribute. */
function textsOf(html: string): string {
  const page = parsePage(html)
  const values = all(page, '*').flatMap((element) =>
    Array.from(element.attributes, ({ value }) => value),
  )
  return [page.textContent, ...values].join('\n')
}

describe('a hostile name', () => {
  it.each(NAMES)(
    '%j gives a page with the same elements and attributes as a harmless name',
    (name) => {
      const html = reportNaming(name)
      expect(skeletons(html)).toBe(harmless)
      expect(textsOf(html)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/u)
    },
  )

  it('cannot change the elements of the page, for any text', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .filter((text) => text.trim() !== '')
    fc.assert(
      fc.property(name, (text) => {
        expect(skeletons(reportNaming(text))).toBe(harmless)
      }),
      { numRuns: 25 },
    )
  })

  it.each(NAMES)('%j stays text in the index and in the picture of the markdown', (name) => {
    const { record } = sourceOf(evidenceNaming(name))
    const plain = sourceOf(evidenceNaming('name')).record
    expect(skeletons(renderReportIndex([record], new Set([record.id])))).toBe(
      skeletons(renderReportIndex([plain], new Set([plain.id]))),
    )
    expect(skeletons(`<body>${renderDecisionPlot(record)}`)).toBe(
      skeletons(`<body>${renderDecisionPlot(plain)}`),
    )
  })
})

describe('a record', () => {
  it.each([...NAMES, 'a\u001b[2K\u0000\u202eb\u009b1m\u2028c'])(
    'of %j holds no character that is not seen, and the same name',
    (name) => {
      const { record } = sourceOf(evidenceNaming(name))
      const json = recordText(record)
      for (const text of [json, renderDecision(record, [record])])
        expect(text.replaceAll('\n', '')).not.toMatch(/(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(JSON.parse(json).title).toBe(record.title)
    },
  )
})

describe('a line of markdown', () => {
  it('shows in HTML the text that was escaped, for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...NAMES)),
        (written) => {
          const text = visibleValues(written)
          const page = parsePage(`<body><p>${inlineHtml(`**${escapeMarkdown(text)}** x`)}</p>`)
          expect(all(page, 'p *').map(({ tagName }) => tagName.toLowerCase())).toEqual(['strong'])
          expect(all(page, 'strong')[0]!.textContent.replaceAll('\u00a0%', ' %')).toBe(
            escapedAndBack(text),
          )
        },
      ),
      { numRuns: drawn(2000) },
    )
  })

  it('renders bold, code and line breaks', () => {
    expect(String(inlineHtml('a **b** `<c>` & &lt;<br>d \\*\\|'))).toBe(
      'a <strong>b</strong> <code>&#60;c&#62;</code> &#38; &lt;<br>d *|',
    )
  })
})

it('a report is the same when its texts were made visible before', () => {
  const source = sourceOf(evidenceNaming('\u202egnitirw'))
  expect(renderReport(toReportSource(source))).toBe(renderReport(source))
})

/** `escapeMarkdown` joins the lines of a text and keeps everything else. */
function escapedAndBack(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('\u00a0%', ' %')
}
