import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lru } from '../../../engine/cache/lru.js'

/** A simple model: an array, least recently used first. */
class NaiveLru {
  entries: { key: string; bytes: number }[] = []
  hits = 0
  misses = 0
  evictions = 0
  refusals = 0
  constructor(
    readonly maxEntries: number,
    readonly maxBytes: number,
  ) {}

  get(key: string): number | undefined {
    const entry = this.entries.find((candidate) => candidate.key === key)
    if (entry === undefined) {
      this.misses++
      return undefined
    }
    this.hits++
    this.entries = [...this.entries.filter((other) => other !== entry), entry]
    return entry.bytes
  }

  set(key: string, bytes: number): void {
    this.entries = this.entries.filter((entry) => entry.key !== key)
    if (bytes > this.maxBytes) {
      this.refusals++
      return
    }
    this.entries = [...this.entries, { key, bytes }]
    while (this.entries.length > this.maxEntries || this.bytes > this.maxBytes) {
      this.entries = this.entries.slice(1)
      this.evictions++
    }
  }

  get bytes(): number {
    return this.entries.reduce((sum, entry) => sum + entry.bytes, 0)
  }
}

const operation = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  // Undefined reads, a number writes a value of that weight.
  bytes: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
})

describe('Lru', () => {
  it('behaves like an array searched from the oldest use, after every step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(operation, { maxLength: 60 }),
        (maxEntries, maxBytes, operations) => {
          const lru = new Lru<number>({ maxEntries, maxBytes, weigh: (bytes) => bytes })
          const twin = new NaiveLru(maxEntries, maxBytes)
          for (const { key, bytes } of operations) {
            if (bytes === undefined) expect(lru.get(key)).toBe(twin.get(key))
            else {
              lru.set(key, bytes)
              twin.set(key, bytes)
            }
            const { hits, misses, evictions, refusals, entries } = twin
            expect(lru.counters()).toEqual({
              hits,
              misses,
              evictions,
              refusals,
              bytes: twin.bytes,
              entries: entries.length,
            })
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('counts memory shared by entries once, like a scan of all entries, after every step', () => {
    // A value is a list of pieces of memory, each as large as its number.
    const pieces = Array.from({ length: 5 }, (_, i) => ({ bytes: i + 1 }))
    const step = fc.record({
      key: fc.nat({ max: 4 }),
      holds: fc.option(fc.array(fc.constantFrom(...pieces), { maxLength: 4 }), { nil: undefined }),
      clear: fc.nat({ max: 15 }).map((roll) => roll === 0),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(step, { maxLength: 40 }),
        (maxEntries, maxBytes, steps) => {
          type Held = readonly { readonly bytes: number }[]
          const lru = new Lru<Held, number>({
            maxEntries,
            maxBytes,
            weigh: () => 2,
            shares: { of: (held) => held, bytes: (piece) => (piece as { bytes: number }).bytes },
          })
          const total = (held: readonly Held[]) =>
            2 * held.length + [...new Set(held.flat())].reduce((sum, { bytes }) => sum + bytes, 0)
          let twin: { readonly key: number; readonly held: Held }[] = []
          for (const { key, holds, clear } of steps) {
            const own = twin.find((entry) => entry.key === key)
            if (clear) {
              lru.clear()
              twin = []
            } else if (holds === undefined) {
              expect(lru.get(key)).toBe(own?.held)
              if (own !== undefined) twin = [...twin.filter((entry) => entry !== own), own]
            } else {
              lru.set(key, holds)
              twin = twin.filter((entry) => entry !== own)
              if (total([holds]) <= maxBytes) twin.push({ key, held: holds })
              while (twin.length > maxEntries || total(twin.map(({ held }) => held)) > maxBytes)
                twin = twin.slice(1)
            }
            expect(lru.counters()).toMatchObject({
              entries: twin.length,
              bytes: total(twin.map(({ held }) => held)),
            })
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('logs every store, refusal, eviction and clearing at level debug, and builds nothing without a log', () => {
    const lines: unknown[] = []
    const log = { warn: () => undefined, debug: (details: object) => lines.push(details) }
    const lru = new Lru<number>({
      maxEntries: 1,
      maxBytes: 10,
      weigh: (bytes) => bytes,
      notes: { name: 'test', log },
    })
    lru.set('a', 5)
    lru.set('b', 6)
    lru.set('c', 11)
    lru.clear()
    expect(lines).toEqual([
      { cache: 'test', operation: 'store', key: 'a', bytes: 5 },
      { cache: 'test', operation: 'store', key: 'b', bytes: 11 },
      { cache: 'test', operation: 'evict', key: 'a', bytes: 6 },
      { cache: 'test', operation: 'refuse', key: 'c', bytes: 6 },
      { cache: 'test', operation: 'clear', entries: 1 },
    ])
  })

  it('is unbounded where no limit is given, and weighs nothing without a weigher', () => {
    const lru = new Lru<string>({})
    for (let i = 0; i < 1000; i++) lru.set(`key ${i}`, 'value')
    expect(lru.counters()).toMatchObject({ entries: 1000, evictions: 0, bytes: 0 })
  })

  it('drops the old value of a key whose new value is refused', () => {
    const lru = new Lru<number>({ maxBytes: 10, weigh: (bytes) => bytes })
    lru.set('a', 5)
    lru.set('a', 11)
    expect(lru.get('a')).toBeUndefined()
    expect(lru.counters()).toMatchObject({ refusals: 1, bytes: 0, entries: 0 })
  })

  it('drops everything on clear, and keeps its counts', () => {
    const lru = new Lru<number>({ weigh: (bytes) => bytes })
    lru.set('a', 5)
    expect(lru.get('a')).toBe(5)
    lru.clear()
    expect(lru.get('a')).toBeUndefined()
    expect(lru.counters()).toMatchObject({ hits: 1, misses: 1, bytes: 0, entries: 0 })
  })
})
