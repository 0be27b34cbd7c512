import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaults, enable, pureBaseline } from '../../../engine/index.js'
import { sealOf } from '../../../harness/system/sealed-text.js'
import { layers } from '../../../scenarios/layers/index.js'
import { engineModule } from '../../../scenarios/speed/fork-engine.js'
import { publishSpeed, renderSpeed } from '../../../scenarios/speed/publish-speed.js'
import { type SpeedFigures, speedFiguresSchema } from '../../../scenarios/speed/speed-figures.js'
import { speedLines } from '../../../scenarios/speed/speed-page.js'
import { LIMIT_ID, type SpeedRow, speedRows } from '../../../scenarios/speed/speed-rows.js'
import { SPEED_SERIES, type SpeedSeries } from '../../../scenarios/speed/speed-series.js'
import { measureSpeed } from '../../../scenarios/speed/speed-study.js'
import { createIo, fixture, temporaryDirectory } from '../../fixtures/bench.js'
import { sp500Content } from '../../support.js'
import { assay } from '../assay.js'

describe('the series', () => {
  it.each(SPEED_SERIES)(
    '$title: every asset trades at every bar, without events',
    async (series) => {
      const { sessions, bars, adjustments } = await series.content()
      expect(sessions).toHaveLength(series.bars)
      expect(bars).toHaveLength(series.assets)
      expect(bars.every(({ session }) => session.every((bar, i) => bar === i))).toBe(true)
      expect(adjustments).toEqual([])
      for (const { open, high, low, close, volume } of bars)
        for (let i = 0; i < series.bars; i++) {
          const [top, bottom] = [Math.max(open[i]!, close[i]!), Math.min(open[i]!, close[i]!)]
          if (!(high[i]! >= top && low[i]! <= bottom && low[i]! > 0 && volume[i]! > 0))
            expect.fail(`bar ${i} of ${series.id} is impossible`)
        }
    },
  )

  it('of real sessions hold the committed prices', async () => {
    const { bars } = await SPEED_SERIES[0]!.content()
    const [{ open, close }] = sp500Content(2148).bars as [(typeof bars)[0]]
    expect(bars[0]!.open).toEqual(open)
    expect(bars[0]!.close).toEqual(close)
  })
})

describe('the rows', () => {
  const rows = speedRows(layers)

  it('begin with the limit loop, and leave out each accepted layer once', () => {
    const ids = rows.map(({ id }) => id)
    expect(ids[0]).toBe(LIMIT_ID)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining(['without-layer1', 'without-layer2', 'without-layer3']),
    )
    expect(ids).not.toContain('without-layer0-control')
    const accepted = defaults({})
    for (const { id, setting } of rows.filter(({ id }) => id.startsWith('without-'))) {
      const layer = layers.find((one) => id === `without-${one.id}`)!
      expect(layer.apply(setting.config!), id).toMatchObject(
        Object.fromEntries(Object.entries(accepted).filter(([, value]) => value === true)),
      )
      expect(setting.config, id).not.toEqual(accepted)
    }
  })

  it('add a layer of which nothing is accepted', () => {
    const added = { ...layers[1]!, id: 'layer9', apply: () => enable(pureBaseline(), change) }
    const change = { historyCacheArrays: true }
    const row = speedRows([...layers, added]).find(({ id }) => id === 'with-layer9')
    expect(row?.setting.config).toEqual(enable(defaults({}), change))
    expect(row?.what).toBe('on as well, not accepted: `historyCacheArrays`')
  })

  it('have every switch on in one row, and none in another', () => {
    const switches = (id: string) =>
      Object.values(rows.find((row) => row.id === id)!.setting.config!).filter(
        (value) => typeof value === 'boolean',
      )
    expect(new Set(switches('everything'))).toEqual(new Set([true]))
    expect(new Set(switches('baseline'))).toEqual(new Set([false]))
  })
})

/** 200 sessions: enough for the longest average, and quick. */
const short: SpeedSeries = {
  id: 'short',
  title: '200 bars',
  data: 'real sessions',
  assets: 1,
  bars: 200,
  content: async () => ({ ...sp500Content(200), name: 'speed-test' }),
}

function row(id: string, module: string): SpeedRow {
  return { id, title: id, what: `the row ${id}`, module, setting: {} }
}

function figuresOf(rows: SpeedFigures['rows']): SpeedFigures {
  const { content: _, ...series } = short
  return speedFiguresSchema.parse({
    schema: 'assay/speed@1',
    measuredAt: '2026-11-28T00:00:00.000Z',
    commit: 'abc',
    packageVersion: '0',
    grademark: '0.3.0',
    environment: {
      platform: 'linux x64',
      kernel: 'Linux 6',
      cpuModel: 'a processor',
      cpuCount: 2,
      memoryBytes: 2 ** 32,
      node: '20.19.0',
      v8: '11',
      nodeFlags: [],
      fallbacks: [],
    },
    combinations: 100,
    series: [series],
    rows,
  })
}

describe('the study', () => {
  it('voids a row that is one tick off, and one that fails, and compares before a time counts', async () => {
    const { io } = createIo()
    const steps: string[] = []
    const rows = await measureSpeed({
      series: [short],
      rows: [
        row(LIMIT_ID, engineModule('limit-loop')),
        row('again', engineModule('limit-loop')),
        row('wrong', new URL(`file:${fixture('wrong-engine.mjs')}`).href),
        row('failing', new URL(`file:${fixture('failing-engine.mjs')}`).href),
      ],
      // Enough for all 100 backtests also where other processes take most of the CPU.
      budgetMs: 3000,
      processes: { env: {}, nodeFlags: ['--expose-gc'], timeoutMs: 60_000, signal: io.signal },
      onStep: (text) => void steps.push(text),
    })
    expect(steps).toContain('200 bars: wrong')
    const cells = rows.map(({ cells: [cell] }) => cell!)
    expect(cells.map(({ kind }) => kind)).toEqual(['measured', 'measured', 'void', 'void'])
    expect(cells[2]).toMatchObject({
      reason: expect.stringMatching(
        /^1 of 100 backtests differ from the limit loop, first fast \d+, slow \d+: fill 1 is a buy/,
      ),
    })
    expect(cells[3]).toMatchObject({
      reason: 'it failed: no such data: file://test/fixtures/failing-engine.mjs',
    })
    expect(cells[0]).toMatchObject({ combinations: 100, series: 'short' })
    const [limit, again] = cells as { digest?: string; barsPerSecond?: number }[]
    expect(again!.digest).toBe(limit!.digest)
    expect(limit!.barsPerSecond).toBeGreaterThan(0)

    const text = renderSpeed(figuresOf(rows))[join('docs', 'speed.md')]!
    expect(sealOf(text)).toBe('whole')
    expect(text).toContain('| wrong | void | — | — | — | — |')
    expect(text).toContain('Void: wrong; 1 of 100 backtests differ')
  })

  it('ends its process and throws when it is interrupted', async () => {
    const { io, interrupt } = createIo()
    const running = measureSpeed({
      series: [short],
      rows: [row(LIMIT_ID, engineModule('limit-loop'))],
      budgetMs: 60_000,
      processes: { env: {}, nodeFlags: [], timeoutMs: 60_000, signal: io.signal },
      onStep: (text) => {
        if (text.endsWith(LIMIT_ID)) setTimeout(interrupt, 300)
      },
    })
    await expect(running).rejects.toThrow('interrupted by SIGINT')
  })
})

describe('the page', () => {
  const cell = (barsPerSecond: number, combinations = 100) => ({
    kind: 'measured' as const,
    series: 'short',
    combinations,
    passes: 3,
    barsPerSecond,
    wallBarsPerSecond: barsPerSecond,
    peakRssBytes: 50 * 2 ** 20,
    fills: 7,
    digest: 'sha256:0',
  })
  const rowOf = (id: string, title: string, ...cells: SpeedFigures['rows'][0]['cells']) => ({
    id,
    title,
    what: 'it',
    cells,
  })
  const figures = figuresOf([
    rowOf('limit', 'the limit loop', cell(400e6)),
    rowOf('accepted', 'Assay', cell(320_000, 10)),
    rowOf('grademark', 'grademark', cell(160_000)),
    rowOf('grademark-own', 'once', {
      kind: 'void',
      series: 'short',
      reason: 'other trades',
      uncountedBarsPerSecond: 200_000,
    }),
  ])

  it('states rates, shares of the limit and factors of grademark', () => {
    const lines = speedLines(figures).split('\n')
    expect(lines[0]).toBe('200 bars')
    expect(lines.slice(2, 6).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['the limit loop', '400 M', '1', '2,500×', '50.0 MiB', '100'],
      ['Assay', '320 k', '1/1,250', '2.00×', '50.0 MiB', '10 of 100'],
      ['grademark', '160 k', '1/2,500', '1.00×', '50.0 MiB', '100'],
      ['once', 'void', '—', '—', '—', '—'],
    ])
  })

  it('is written with its picture and its figures, and states what halves cost grademark', () => {
    const root = temporaryDirectory()
    publishSpeed(root, figures)
    const page = readFileSync(join(root, 'docs', 'speed.md'), 'utf8')
    expect(page).toContain('80 % (200 bars)')
    expect(page).toContain('Void: once; other trades.')
    const svg = readFileSync(join(root, 'docs', 'speed', 'speed.svg'), 'utf8')
    expect(svg.match(/<circle|<path/g)!.length).toBeGreaterThanOrEqual(3)
    expect(
      speedFiguresSchema.parse(
        JSON.parse(readFileSync(join(root, 'docs', 'speed', 'speed.json'), 'utf8')),
      ),
    ).toEqual(figures)
  })

  it('as committed follows from the committed figures', () => {
    const stored = join('docs', 'speed', 'speed.json')
    expect(existsSync(stored)).toBe(true)
    const committed = speedFiguresSchema.parse(JSON.parse(readFileSync(stored, 'utf8')))
    for (const [path, text] of Object.entries(renderSpeed(committed)))
      expect(readFileSync(path, 'utf8'), path).toBe(text)
  })
})

describe('assay speed --quick', () => {
  it('compares ours with the limit and with grademark, and voids nothing', async () => {
    const { code, stdout, stderr } = await assay(['speed', '--quick'])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/Assay, everything accepted {2,}\S+ [kM]/)
    expect(stdout).toMatch(/grademark {2,}\S+ [kM]/)
    expect(stdout).not.toContain('void')
    expect(stdout).not.toContain('written')
  })
})
