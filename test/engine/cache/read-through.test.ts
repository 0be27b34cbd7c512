import { describe, expect, it } from 'vitest'
import { type CacheStore, Lru } from '../../../engine/cache/lru.js'
import { ReadThrough } from '../../../engine/cache/read-through.js'
import { engineLog } from '../../../engine/log.js'

/** A store whose every access fails, like that of a missing file. */
class LostStore implements CacheStore<number> {
  get(): number {
    throw new Error('medium lost')
  }
  set(): void {
    throw new Error('medium lost')
  }
}

/** A store that can be read but has no room. */
class FullStore implements CacheStore<number> {
  get(): number | undefined {
    return undefined
  }
  set(): void {
    throw new RangeError('no room')
  }
}

describe('ReadThrough', () => {
  it('loads a key once for all readers that arrive while it loads', async () => {
    const cache = new ReadThrough('test', new Lru<number>({}), engineLog())
    let loads = 0
    const load = async () => {
      loads++
      await new Promise(setImmediate)
      return 42
    }
    const values = await Promise.all(Array.from({ length: 20 }, () => cache.read('key', load)))
    expect(values).toEqual(Array.from({ length: 20 }, () => 42))
    expect(await cache.read('key', load)).toBe(42)
    expect(loads).toBe(1)
  })

  it('loads different keys side by side', async () => {
    const cache = new ReadThrough('test', new Lru<string>({}), engineLog())
    const values = await Promise.all(
      ['a', 'b'].map((key) => cache.read(key, async () => `value of ${key}`)),
    )
    expect(values).toEqual(['value of a', 'value of b'])
  })

  it('fails for all waiting readers where a load fails, and keeps nothing', async () => {
    const cache = new ReadThrough('test', new Lru<number>({}), engineLog())
    let attempts = 0
    const load = async () => {
      if (++attempts === 1) throw new Error('disk busy')
      return 7
    }
    const [first, second] = await Promise.allSettled([
      cache.read('key', load),
      cache.read('key', load),
    ])
    expect([first.status, second.status]).toEqual(['rejected', 'rejected'])
    expect(await cache.read('key', load)).toBe(7)
    expect([attempts, cache.fallbacks]).toEqual([2, 0])
  })

  it('continues without a store that fails to read and to write, counts both and logs the reason', async () => {
    const lines: unknown[] = []
    const cache = new ReadThrough('test', new LostStore(), {
      warn: (details) => lines.push(details),
    })
    expect(await cache.read('key', async () => 42)).toBe(42)
    expect(cache.fallbacks).toBe(2)
    expect(lines).toEqual([
      { cache: 'test', operation: 'fall back', step: 'read', reason: 'medium lost' },
      { cache: 'test', operation: 'fall back', step: 'write', reason: 'medium lost' },
    ])
  })

  it('returns a loaded value although it cannot be kept', async () => {
    const cache = new ReadThrough('test', new FullStore(), engineLog())
    expect(await cache.read('key', async () => 1)).toBe(1)
    expect(await cache.read('key', async () => 2)).toBe(2)
    expect(cache.fallbacks).toBe(2)
  })

  it('logs every hit, miss and wait at level debug', async () => {
    const lines: unknown[] = []
    const log = { warn: () => undefined, debug: (details: object) => lines.push(details) }
    const cache = new ReadThrough('test', new Lru<number>({}), log)
    await Promise.all([cache.read('key', async () => 42), cache.read('key', async () => 42)])
    await cache.read('key', async () => 42)
    expect(lines).toEqual([
      { cache: 'test', operation: 'miss', key: 'key', hitRate: 0 },
      { cache: 'test', operation: 'wait', key: 'key', hitRate: 0 },
      { cache: 'test', operation: 'hit', key: 'key', hitRate: 0.3333 },
    ])
  })
})
