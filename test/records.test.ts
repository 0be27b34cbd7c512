import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assay } from './scenarios/assay.js'

describe('every committed record', () => {
  const ids = readdirSync('decisions').filter((name) => name.endsWith('.json'))

  it('exists', () => {
    expect(ids.length).toBeGreaterThanOrEqual(4)
  })

  it('is reproduced, byte for byte, from its committed evidence', async () => {
    const { code, stdout, stderr } = await assay(['replay', '--all'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(ids.length)
  })
})
