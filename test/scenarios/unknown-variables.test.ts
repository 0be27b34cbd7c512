import { describe, expect, it } from 'vitest'
import { configVariables } from '../../engine/index.js'
import { unknownVariables } from '../../scenarios/unknown-variables.js'

describe('variables that nothing reads', () => {
  it('are named with the nearest one that exists', () => {
    expect(
      unknownVariables({
        ASSAY_TYPO: '1',
        ASSAY_LRUSIZE: '5',
        ASSAY_BUNDLE_POOLING: '0',
        assay_enable_caching: '0',
        PATH: '/bin',
        ASSAYED: '1',
      }),
    ).toEqual([
      'warning: the environment variable ASSAY_BUNDLE_POOLING has no effect; did you mean ASSAY_BUNDLE_POOL?',
      'warning: the environment variable ASSAY_LRUSIZE has no effect; did you mean ASSAY_LRU_SIZE?',
      'warning: the environment variable ASSAY_TYPO has no effect; did you mean ASSAY_LRU_SIZE?',
      'warning: the environment variable assay_enable_caching has no effect; did you mean ASSAY_ENABLE_CACHING?',
    ])
  })

  it('list all that exist if none is near', () => {
    const [warning] = unknownVariables({ ASSAY_SOMETHING_ENTIRELY_DIFFERENT_FROM_THEM_ALL: '1' })
    expect(warning).toContain('has no effect; known: ASSAY_ENABLE_CACHING, ASSAY_LRU_SIZE')
  })

  it('are printed without what a terminal would obey', () => {
    expect(unknownVariables({ 'ASSAY_\u001b[31mRED\n': '1' }).join()).toContain('ASSAY_??31mRED?')
  })

  it('are none among those that exist', () => {
    const env = Object.fromEntries(
      [...configVariables(), 'ASSAY_CACHE_DIR'].map((name) => [name, '1']),
    )
    expect(unknownVariables(env)).toEqual([])
  })
})
