import { describe, expect, it } from 'vitest'
import { sealOf, sealText } from '../../../harness/system/sealed-text.js'

describe('a sealed page', () => {
  const sealed = sealText('one\ntwo\n')

  it('is whole as it was written', () => {
    expect(sealOf(sealed)).toBe('whole')
    expect(sealOf('one\ntwo\n')).toBe('unsealed')
  })

  it('is not whole after any change', () => {
    expect(sealOf(sealed.replace('two', 'tWo'))).toBe('changed')
    expect(sealOf(sealed.replace(/[0-9a-f]{64}/, '0'.repeat(64)))).toBe('changed')
    expect(sealOf(`${sealed}three\n`)).toBe('unsealed')
    expect(sealOf('')).toBe('unsealed')
  })
})
