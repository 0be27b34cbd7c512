import { describe, expect, it } from 'vitest'
import { foldLines } from '../../../harness/compare/fold-lines.js'

describe('foldLines', () => {
  it('breaks where parts meet', () => {
    expect(foldLines('t 1.0   df 9.0   p 0.500', 16)).toEqual(['t 1.0   df 9.0', 'p 0.500'])
  })

  it('breaks a long part between words, and never inside an interval', () => {
    expect(foldLines('b is 10.6 % faster than a  [9.6, 11.7]   p 0.500', 24)).toEqual([
      'b is 10.6 % faster than',
      'a  [9.6, 11.7]   p 0.500',
    ])
  })

  it('leaves alone what fits, and what has no blank', () => {
    expect(foldLines('a   b', 80)).toEqual(['a   b'])
    expect(foldLines('no-blank-anywhere-here   x', 10)).toEqual(['no-blank-anywhere-here', 'x'])
    expect(foldLines('', 10)).toEqual([''])
  })
})
