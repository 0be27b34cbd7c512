import { beforeAll, describe, expect, it } from 'vitest'
import { categorical, continuous, discrete } from '../../../engine/index.js'
import { seededRandom } from '../../../harness/statistics/random.js'
import type { ResultTrial, SearchResults } from '../../../scenarios/search/search-results.js'
import { searchPage } from '../../../scenarios/search-page/search-page.js'
import { HOSTILE_NAMES } from '../../harness/profile/hostile-names.js'
import { all, parsePage, skeletonOf } from '../../harness/report/page-dom.js'
import { simpleContent } from '../../support.js'
import { foundResults } from './found-results.js'

let two: SearchResults
beforeAll(async () => {
  two = await foundResults({ windows: 3 })
})

const textOf = (html: string, selector: string) =>
  all(parsePage(html), selector).map(({ textContent }) => textContent.trim())
const titles = (html: string) => textOf(html, 'figure .name')

/** The same trials and more, with scores by a rule. */
function withTrials(results: SearchResults, trials: readonly ResultTrial[]): SearchResults {
  const best = trials.reduce((one, trial) =>
    (trial.score ?? -1e9) > (one.score ?? -1e9) ? trial : one,
  )
  return {
    ...results,
    trials,
    best: { ...results.best, ...best, metrics: { ...results.best.metrics, ...best.metrics } },
  }
}

describe('the page of a search', () => {
  it('begins with what to pick, and how far to trust it', () => {
    const html = searchPage(two)
    const page = parsePage(html)
    expect(textOf(html, 'h2')).toEqual([
      expect.stringMatching(/^[✓?✗–] (?:Holds up so far|Doubtful|Probably luck)$/),
      'How far to trust it',
      'The objective over the parameters',
      'The best trial',
      'Walk-forward',
      'Trials',
      'What was searched',
    ])
    const picked = textOf(html, '.picked li').map((text) => text.replace(/\s+/g, ' '))
    expect(picked).toEqual(Object.entries(two.best.parameters).map((pair) => pair.join(' ')))
    expect(textOf(html, '.tiles li > p:first-child')).toEqual([
      'Deflated Sharpe ratio',
      'Probability of overfitting',
      'Trials around it',
      'Walk-forward efficiency',
    ])
    expect(all(page, '#searched pre')[0]!.textContent).toBe(two.command)
  })

  it('is one file that loads nothing and runs nothing, and the same for the same results', () => {
    const html = searchPage(two)
    expect(html).toContain(`default-src 'none'`)
    expect(html).not.toMatch(/<script|<link|<img|\ssrc=|url\((?!#)|@import/)
    expect(searchPage(structuredClone(two))).toBe(html)
  })

  it('shows two parameters as a map, and other numbers of them as a slice each', async () => {
    expect(titles(searchPage(two))).toContain('sharpe over fast and slow')
    const one = searchPage(await foundResults({ dimensions: { slow: discrete(10, 60, 10) } }))
    expect(titles(one)).toContain('sharpe over slow')
    expect(titles(one)).not.toContain('Parameters of good and bad trials')
    const four = searchPage(
      await foundResults({
        dimensions: {
          fast: discrete(2, 40),
          slow: continuous(41, 120, 10),
          size: continuous(0.1, 10, 5, 'logarithmic'),
          mode: categorical('bull', 'bear'),
        },
        method: 'random',
        trials: 40,
        objective: 'max-drawdown',
      }),
    )
    for (const name of ['fast', 'slow', 'size', 'mode'])
      expect(titles(four)).toContain(`max-drawdown over ${name}`)
    expect(titles(four)).toContain('Parameters of good and bad trials')
    expect(four).toContain('lowest is best')
  })

  it('lists the best trials first, and the windows in their order', () => {
    const html = searchPage(two)
    const rows = textOf(html, '#trials tbody th')
    const scores = rows.map((index) => two.trials[Number(index)]!.score!)
    expect(rows).toHaveLength(20)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(Number(rows[0])).toBe(two.best.index)
    expect(textOf(html, '#windows tbody th')).toEqual(['1', '2', '3'])
  })

  it('names what the figures of overfitting are, or why they are absent', () => {
    const { deflatedSharpe, backtestOverfitting } = two
    if (deflatedSharpe?.kind !== 'given' || backtestOverfitting?.kind !== 'given')
      throw new Error('the search has no figures')
    const html = searchPage(two)
    const values = textOf(html, '.tiles .change')
    expect(values[0]).toBe(`${(100 * deflatedSharpe.probability).toFixed(1)} %`)
    expect(values[1]).toBe(`${(100 * backtestOverfitting.probability).toFixed(1)} %`)
    const { deflatedSharpe: _, backtestOverfitting: __, walkForward: ___, ...without } = two
    const plain = searchPage(without)
    expect(textOf(plain, '.tiles .change')).toEqual(['—', '—', values[2], '—'])
    expect(plain).toContain('Not computed: the search did not keep the returns of its trials.')
    const reason = 'it needs 32 sessions or more, and the trials have 20'
    expect(searchPage({ ...without, backtestOverfitting: { kind: 'absent', reason } })).toContain(
      `Not computed: ${reason}.`,
    )
  })

  it('names a best value at an edge of the space', () => {
    const at = (fast: number) =>
      searchPage({ ...two, best: { ...two.best, parameters: { fast, slow: 60 } } })
    expect(at(4)).toContain('fast: the best value is at an edge')
    expect(at(20)).toContain('fast: the best value is at an edge')
    expect(at(12)).not.toContain('at an edge')
  })

  it('works for one trial', async () => {
    const one = await foundResults({ dimensions: { slow: discrete(20, 20) } })
    const html = searchPage(one)
    expect(one.trials).toHaveLength(1)
    expect(textOf(html, '#trials tbody tr')).toHaveLength(1)
    expect(html).toContain('one trial was not chosen among others')
  })

  it('offers nothing where every trial was bankrupt, has no score or breaks a constraint', () => {
    const each = (change: Partial<ResultTrial>) => {
      const trials = two.trials.map(({ score: _, ...trial }) => ({ ...trial, ...change }))
      const { score: _, ...best } = two.best
      return searchPage({ ...two, trials, best: { ...best, ...change } })
    }
    const bankrupt = each({ bankrupt: '2001-01-01' })
    expect(textOf(bankrupt, 'h2')[0]).toBe('✗ Nothing to pick')
    expect(bankrupt).toContain('leave out: 25 bankrupt.')
    expect(textOf(bankrupt, '#trials table')).toEqual([])
    expect(each({})).toContain('The objective is undefined for every trial.')
    expect(each({ score: 1, violation: 0.5 })).toContain('Each trial breaks a constraint.')
  })

  it('works for equal scores, and without fills', () => {
    const trials = two.trials.map((trial) => ({ ...trial, score: 0.5 }))
    expect(textOf(searchPage(withTrials(two, trials)), '#trials tbody tr')).toHaveLength(20)
    const idle = { ...two.best, metrics: { ...two.best.metrics, fills: 0 } }
    expect(searchPage({ ...two, best: idle })).toContain('The best trial trades nothing.')
  })

  it('stays below 2 MB for 100 000 trials of ten parameters', () => {
    const names = Array.from({ length: 10 }, (_, i) => `parameter ${i}`)
    const dimensions = Object.fromEntries(names.map((name) => [name, continuous(0, 1, 5)]))
    const trials = Array.from({ length: 100_000 }, (_, index): ResultTrial => {
      const parameters = Object.fromEntries(
        names.map((name, i) => [name, ((index * (i + 1) * 0.618033988749895) % 1) ** (1 + i / 4)]),
      )
      const score = Math.sin(9 * parameters['parameter 3']!) + parameters['parameter 1']!
      return { ...two.trials[0]!, index, parameters, score }
    })
    const html = searchPage({ ...withTrials(two, trials), dimensions })
    expect(html.length).toBeLessThan(2e6)
    expect(textOf(html, '#trials tbody tr')).toHaveLength(20)
    expect(html).toContain('250 of 100,000')
  })
})

/** Closes that rise and fall in stretches of 60 sessions, or at random, by 1 % a session. */
function closesOf(seed: number, hasTrends: boolean): number[] {
  const random = seededRandom(seed)
  let close = 100
  return Array.from({ length: 900 }, (_, session) => {
    const trend = hasTrends ? (Math.floor(session / 60) % 2 === 0 ? 0.006 : -0.005) : 0
    close *= 1 + trend + 0.02 * (random() - 0.5)
    return close
  })
}

describe('the mark of a search', () => {
  const markOf = async (seed: number, hasTrends: boolean) => {
    const content = simpleContent(closesOf(seed, hasTrends))
    const results = await foundResults({ content, sessions: 900, windows: 4 })
    return textOf(searchPage(results), 'h2')[0]
  }

  it('is good for a strategy that follows trends where there are some, and never for noise', async () => {
    for (const seed of [1, 2, 3]) {
      expect(await markOf(seed, true)).toBe('✓ Holds up so far')
      expect(await markOf(seed, false)).toMatch(/Doubtful|Probably luck|Nothing to pick/)
    }
  })
})

/** The results with other names. */
function named(results: SearchResults, name: string): SearchResults {
  const renamed = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key === 'fast' ? name : key, value]),
    )
  const trialNamed = <T extends Pick<ResultTrial, 'parameters'>>(trial: T): T => ({
    ...trial,
    parameters: { ...renamed(trial.parameters), slow: name },
  })
  return {
    ...results,
    command: `npx assay search ${name}`,
    module: { ...results.module, file: name },
    data: { ...results.data, name, assets: [name] },
    objective: { name, best: 'highest' },
    dimensions: { ...renamed(results.dimensions), slow: categorical(name) },
    trials: results.trials.map(trialNamed),
    best: trialNamed(results.best),
    ...(results.walkForward !== undefined && {
      walkForward: { ...results.walkForward, windows: results.walkForward.windows.map(trialNamed) },
    }),
  }
}

describe('a hostile name', () => {
  const names = [
    ...HOSTILE_NAMES.filter((name) => name.trim() !== ''),
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '</style><style>*{display:none}',
    '{{this}} {{{this}}}',
    '--> <!-- ',
    '__proto__',
    'constructor',
  ]

  it.each(names)('%j gives the same elements and attributes as a harmless name', (name) => {
    const html = searchPage(named(two, name))
    const page = parsePage(html)
    expect(skeletonOf(page)).toBe(skeletonOf(parsePage(searchPage(named(two, 'name')))))
    expect(page.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/u)
  })
})
