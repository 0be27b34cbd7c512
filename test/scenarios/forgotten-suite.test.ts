import { expect, it } from 'vitest'
import { temporaryDirectory } from '../fixtures/bench.js'
import { assay } from './assay.js'

it('names a forgotten --suite in another project, beside the layers that were listed', async () => {
  const cwd = temporaryDirectory()
  const unknown = await assay(['evaluate', 'mine'], { cwd })
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toMatch(/^assay: unknown layer mine; .*known: layer0-control, /)
  expect(unknown.stderr).toMatch(
    /^assay: this is about the suite that comes with assay, .*--suite/m,
  )
  const listed = await assay(['list'], { cwd })
  expect(listed.stderr).toMatch(/^note: this is about the suite that comes with assay/)
  expect((await assay(['list'])).stderr).toBe('')
})
