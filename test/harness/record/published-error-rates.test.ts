import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import { publishedErrorRates } from '../../../harness/record/published-error-rates.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

describe('publishedErrorRates', () => {
  it('is undefined where nothing was published', () => {
    expect(publishedErrorRates(temporaryDirectory())).toBeUndefined()
  })

  it.each([
    '',
    '{}',
    '{"schema":"assay/characteristics@1","line":""}',
    '{"schema":"assay/characteristics@2","line":"x"}',
  ])('refuses a damaged file: %s', (text) => {
    const root = temporaryDirectory()
    const folder = join(root, 'docs', 'characteristics')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'characteristics.json'), text)
    expect(() => publishedErrorRates(root)).toThrow(InvalidEvidenceError)
  })
})
