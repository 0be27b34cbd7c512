import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../../engine/execution/batch-size.js'

describe('the size of a batch', () => {
  it('is one task as long as no time is known', () => {
    expect(new BatchSize().next(1000, 2)).toBe(1)
    expect(new BatchSize().isWorthQueueing).toBe(false)
  })

  it('grows at most eightfold, up to about 50 ms of work', () => {
    const size = new BatchSize()
    size.ran(1, 1)
    expect(size.next(10_000, 2)).toBe(8)
    size.ran(8, 8)
    expect(size.next(10_000, 2)).toBe(50)
    size.ran(50, 50)
    expect(size.next(10_000, 2)).toBe(50)
    expect(size.isWorthQueueing).toBe(true)
  })

  it('follows tasks that get longer, down to one task', () => {
    const size = new BatchSize()
    size.ran(50, 50)
    for (let i = 0; i < 8; i++) size.ran(1, 200)
    expect(size.next(10_000, 2)).toBe(1)
    expect(size.isWorthQueueing).toBe(false)
  })

  it('shrinks near the end, so that the workers end together', () => {
    const size = new BatchSize()
    size.ran(50, 50)
    expect([100, 40, 8, 3, 1].map((left) => size.next(left, 4))).toEqual([13, 5, 1, 1, 1])
  })

  it('is bounded for tasks that take no time, and ignores a batch without tasks', () => {
    const size = new BatchSize()
    size.ran(0, 30)
    expect(size.taskMs).toBeUndefined()
    size.ran(10_000, 0)
    expect(size.next(10_000_000, 2)).toBe(20_000)
  })
})
