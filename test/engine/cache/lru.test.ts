import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lru } from '../../../engine/cache/lru.js'

/** The obviously correct twin: an array, oldest use first. */
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
  it('behaves like an array that is searched from the oldest use, after every step', () => {
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
            expect(lru.counters()).toEqual({ hits, misses, evictions, refusals, bytes: twin.bytes, entries: entries.length })
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is unbounded where no limit is given, and weighs nothing without a weigher', () => {
    const lru = new Lru<string>({})
    for (let i = 0; i < 1000; i++) lru.set(`key ${i}`, 'value')
    expect(lru.counters()).toMatchObject({ entries: 1000, evictions: 0, bytes: 0 })
  })

  it('drops what a key held when its new value is refused', () => {
    const lru = new Lru<number>({ maxBytes: 10, weigh: (bytes) => bytes })
    lru.set('a', 5)
    lru.set('a', 11)
    expect(lru.get('a')).toBeUndefined()
    expect(lru.counters()).toMatchObject({ refusals: 1, bytes: 0, entries: 0 })
  })

  it('lets go of everything on clear, and keeps its counts', () => {
    const lru = new Lru<number>({ weigh: (bytes) => bytes })
    lru.set('a', 5)
    expect(lru.get('a')).toBe(5)
    lru.clear()
    expect(lru.get('a')).toBeUndefined()
    expect(lru.counters()).toMatchObject({ hits: 1, misses: 1, bytes: 0, entries: 0 })
  })
})
