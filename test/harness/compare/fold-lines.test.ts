import { describe, expect, it } from 'vitest'
import { foldLines } from '../../../harness/compare/fold-lines.js'

describe('foldLines', () => {
  it('breaks between parts', () => {
    expect(foldLines('t 1.0   df 9.0   p 0.500', 16)).toEqual(['t 1.0   df 9.0', 'p 0.500'])
  })

  it('breaks a long part between words, but not inside an interval', () => {
    expect(foldLines('b is 10.6 % faster than a  [9.6, 11.7]   p 0.500', 24)).toEqual([
      'b is 10.6 % faster than',
      'a  [9.6, 11.7]   p 0.500',
    ])
  })

  it('does not break what fits, or a word', () => {
    expect(foldLines('a   b', 80)).toEqual(['a   b'])
    expect(foldLines('no-blank-anywhere-here   x', 10)).toEqual(['no-blank-anywhere-here', 'x'])
    expect(foldLines('', 10)).toEqual([''])
  })
})
