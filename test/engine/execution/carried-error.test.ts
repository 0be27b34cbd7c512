import { describe, expect, it } from 'vitest'
import { carry, revive } from '../../../engine/execution/carried-error.js'
import { EngineError } from '../../../engine/index.js'

class OwnError extends Error {
  override readonly name = 'OwnError'
  readonly attempts = 3
  readonly retry = () => undefined
}

/** What arrives in another thread. */
const sent = (thrown: unknown) => revive(structuredClone(carry(thrown)))

describe('an error from another thread', () => {
  it.each([new TypeError('x is undefined'), new RangeError('too far'), new Error('plain')])(
    'is of its class: %s',
    (error) => {
      expect(sent(error)).toBeInstanceOf(error.constructor)
      expect(sent(error)).toMatchObject({ name: error.name, message: error.message })
      expect(sent(error).stack).toBe(error.stack)
    },
  )

  it('keeps code, details and cause of an error of the engine', () => {
    const cause = Object.assign(new Error('no file'), { code: 'ENOENT' })
    const error = sent(new EngineError('window', 'too early', { cause, details: { bars: 5 } }))
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: 'window', details: { bars: 5 }, message: 'too early' })
    expect(error.cause).toMatchObject({ message: 'no file', code: 'ENOENT' })
  })

  it('keeps the name and the plain fields of a class of the strategy', () => {
    const error = sent(new OwnError('gave up'))
    expect(error).toMatchObject({ name: 'OwnError', message: 'gave up', attempts: 3 })
    expect(error).not.toHaveProperty('retry')
  })

  it('ends a chain of causes that never ends', () => {
    const error = new Error('first')
    error.cause = error
    let depth = 0
    for (let at: unknown = sent(error); at instanceof Error; at = at.cause) depth++
    expect(depth).toBe(6)
  })

  it.each([
    ['text', 'text'],
    [42, '42'],
    [undefined, 'undefined'],
  ])('has the text of what was thrown: %j', (thrown, message) => {
    expect(sent(thrown)).toMatchObject({ name: 'Error', message })
  })
})
