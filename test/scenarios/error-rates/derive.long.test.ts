import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publishedErrorRates } from '../../../harness/record/published-error-rates.js'
import { characteristicsSchema } from '../../../scenarios/error-rates/characteristics.js'
import {
  availableRecordings,
  readTable,
  renderPublished,
} from '../../../scenarios/error-rates/derive.js'
import { CHARACTERISTICS } from '../../../scenarios/error-rates/fresh-data.js'
import type { RecordedTable } from '../../../scenarios/error-rates/recorded-table.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { assay } from '../assay.js'

const table = readTable('.')
if (table === undefined)
  throw new Error('docs/characteristics/recorded-noise.json is missing; npm run characteristics')

describe('what is published', () => {
  const { characteristics, texts } = renderPublished('.', table)

  it.each(Object.keys(texts))(
    '%s is derived again, byte for byte, from the committed data',
    (path) => {
      const text = texts[path]
      if (readFileSync(path, 'utf8') !== text)
        writeFileSync(path.replace(/(\.\w+)$/, '.got$1'), text ?? '')
      expect(readFileSync(path, 'utf8')).toBe(text)
    },
  )

  it('has its schema, and checks every requirement on recorded noise', () => {
    expect(characteristicsSchema.parse(characteristics)).toEqual(characteristics)
    expect(characteristics.requirements.filter(({ source }) => source === 'recorded')).toHaveLength(
      7,
    )
  })

  it('gives no interval for overlapping windows and never marks their results as shown', () => {
    for (const check of characteristics.requirements.filter(
      ({ source }) => source === 'recorded',
    )) {
      expect(check).not.toHaveProperty('ci95')
      expect(check).not.toHaveProperty('shown')
    }
    expect(texts['docs/characteristics.md']).toMatch(
      /\| recorded noise \| 0\.0 %, 0 of 14,000 \| met \|/,
    )
    expect(texts['docs/characteristics.md']).toContain(
      'contain only 62 windows of ten pairs that share no run',
    )
  })

  it('states the noise up to which the requirements can hold, and they hold there', () => {
    const quiet = characteristics.limits.filter(({ pairSd }) => pairSd <= 0.05)
    expect(quiet).toHaveLength(3)
    for (const limit of quiet) {
      expect(limit.nullAccepted).toBeLessThanOrEqual(0.005)
      expect(limit.smallAccepted.standard).toBeLessThanOrEqual(0.02)
      expect(Math.min(limit.largeAccepted.smoke, limit.slowerFailed)).toBeGreaterThanOrEqual(0.95)
      expect(limit.muchSlowerFailedEarly).toBeGreaterThanOrEqual(0.99)
    }
    for (const limit of quiet.filter(({ pairSd }) => pairSd <= 0.04))
      expect(limit.smallAccepted.smoke).toBeLessThanOrEqual(0.02)
  })

  it('publishes the gate of one round and of two, and the rule of compare, from recorded noise', () => {
    const share = (rule: string, change: number) => {
      const cells = characteristics.recorded.cells.filter(
        (cell) => cell.rule === rule && cell.change === change,
      )
      const sum = (pick: (cell: (typeof cells)[number]) => number) =>
        cells.reduce((total, cell) => total + pick(cell), 0)
      return sum(({ tally }) => tally.rejected) / sum(({ tally }) => tally.trials)
    }
    expect(share('gate-confirmed', -0.12)).toBeLessThanOrEqual(share('gate', -0.12))
    expect(share('gate-confirmed', -0.12)).toBeGreaterThan(share('gate', -0.12) ** 2 - 0.02)
    // Unpaired values carry the drift of the host: the rule of compare decides less often.
    expect(share('compare-gate', -0.2)).toBeGreaterThan(0.5)
    expect(share('compare-gate', 0)).toBeLessThan(0.05)
    expect(texts['docs/characteristics.md']).toContain('| true change | compare failed | passed |')
  })

  it('never prints NaN, undefined or an object', () => {
    for (const text of Object.values(texts))
      expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('has the line that decision records quote', () => {
    expect(publishedErrorRates()).toBe(characteristics.line)
    expect(characteristics.line).not.toContain('\n')
  })

  it('draws pictures with size, fonts, title and description that load nothing', () => {
    const pictures = Object.entries(texts).filter(([path]) => path.endsWith('.svg'))
    expect(pictures).toHaveLength(3)
    for (const [, svg] of pictures) {
      expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 \d+ \d+"[^>]*>/)
      expect(svg).toMatch(/ width="\d+" height="\d+"/)
      expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"')
      expect(svg).toMatch(/<title id="title">[^<]+<\/title><desc id="description">[^<]+<\/desc>/)
      expect(svg).toContain('font-family: system-ui')
      expect(svg).toContain('prefers-color-scheme: dark')
      expect(svg).not.toMatch(/href=|<script|url\(/)
    }
  })

  it('identifies every recording by the digest of its bytes', () => {
    for (const { name, sha256, pools } of availableRecordings('.', table)) {
      expect(table.recordings).toContainEqual(expect.objectContaining({ name, sha256 }))
      expect(pools.length).toBeGreaterThan(0)
    }
  })
})

describe('assay characteristics', () => {
  const root = temporaryDirectory()
  const committed = table.recordings.flatMap(({ path }) => path ?? [])

  it('writes page, figures and plots below a checkout', async () => {
    for (const recording of committed) {
      mkdirSync(dirname(join(root, recording)), { recursive: true })
      cpSync(recording, join(root, recording))
    }
    const words = ['characteristics', ...committed.flatMap((path) => ['--recording', path])]
    const { code, stdout } = await assay(words, { cwd: root })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Error rates of the default rules .*\nwritten: docs\/characteristics\.md\n$/,
      ),
    })
    expect(readdirSync(join(root, CHARACTERISTICS)).sort()).toEqual([
      'acceptance.svg',
      'characteristics.json',
      'gate.svg',
      'pairs.svg',
      'recorded-noise.json',
    ])
    const page = readFileSync(join(root, 'docs', 'characteristics.md'), 'utf8')
    expect(page).toContain('| none (A/A) | accepted ≤ 0.5 % | recorded noise |')
    expect(page).toContain('None have been measured yet.')
  }, 300_000)

  it('derives the published figures of the committed recordings', () => {
    const derived = readTable(root)!
    expect(derived.recordings.flatMap(({ path }) => path ?? [])).toEqual(committed)
    for (const { name } of derived.recordings)
      expect(rowsOf(derived, name)).toEqual(rowsOf(table, name))
  })

  it('keeps the figures of a recording that is not in the checkout', () => {
    const names = table.recordings.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['aa-noise.csv', 'aa-runs.csv']))
    expect(table.recordings.find(({ name }) => name === 'aa-runs.csv')).not.toHaveProperty('path')
  })

  it.each([
    [
      'characteristics',
      /holds no recorded noise \(test\/golden\/aa-noise\.csv\); run this in a checkout of assay$/m,
    ],
    [
      'characteristics --recording none.csv',
      /none\.csv does not exist; give a CSV or a runs\.jsonl of A\/A runs$/m,
    ],
    [
      'characteristics --minutes 5',
      /--minutes limits a measurement; add --fresh or --interference$/m,
    ],
  ])('%s: exit 2, nothing written', async (words, message) => {
    const root = temporaryDirectory()
    const { code, stderr } = await assay(words.split(' '), { cwd: root })
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(readdirSync(root)).toEqual([])
  })
})

function rowsOf({ recordings, cells }: RecordedTable, name: string) {
  return {
    recordings: recordings.filter((one) => one.name === name),
    cells: cells.filter(({ recording }) => recording === name),
  }
}
