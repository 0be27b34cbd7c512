import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModuleSource } from '../../../../engine/execution/queue/module-source.js'
import { scratch } from '../../bundle/bundle-cases.js'

async function written(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await scratch()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

describe('the source of a search module', () => {
  it('is the module and all files that it imports by relative paths, in every form', async () => {
    const folder = await written({
      'searches/mine.mjs': `
        import { a } from '../lib/a.mjs'
        export * from "./b.mjs"
        import './c.mjs'
        const d = await import('./d.mjs')
        import { readFileSync } from 'node:fs'
        import path from 'path'
        import { sma } from 'assay'
        // import './comment.mjs'
        /* from './comment.mjs' */
        export default { text: "imported from './nowhere.mjs'" }`,
      'searches/b.mjs': 'export const b = 1',
      'searches/c.mjs': '',
      'searches/d.mjs': '',
      'searches/comment.mjs': '',
      'lib/a.mjs': `export { e } from './e.mjs'`,
      'lib/e.mjs': 'export const e = 2',
      'lib/other.mjs': '',
    })
    const source = await readModuleSource(join(folder, 'searches/mine.mjs'))
    expect([...source.files.keys()]).toEqual([
      'lib/a.mjs',
      'lib/e.mjs',
      'searches/b.mjs',
      'searches/c.mjs',
      'searches/d.mjs',
      'searches/mine.mjs',
    ])
    expect(source.entry).toBe('searches/mine.mjs')
    expect(source.packages).toEqual([])
  })

  it('finds TypeScript by the endings that it is imported with, and leaves types', async () => {
    const folder = await written({
      'mine.ts': `import { a } from './a.js'
        import { b } from './b'
        import type { T } from 'some-types'
        export default { a, b }`,
      'a.ts': 'export const a = 1',
      'b.ts': 'export const b = 1',
    })
    const source = await readModuleSource(join(folder, 'mine.ts'))
    expect([...source.files.keys()]).toEqual(['a.ts', 'b.ts', 'mine.ts'])
    expect(source.packages).toEqual([])
  })

  it('names the packages that it needs', async () => {
    const folder = await written({
      'mine.mjs': `import x from 'left-pad/deep.js'; import y from '@scope/name/z.js'`,
    })
    const { packages } = await readModuleSource(join(folder, 'mine.mjs'))
    expect(packages).toEqual(['@scope/name', 'left-pad'])
  })

  it('has a digest of its content that does not depend on where it lies', async () => {
    const files = { 'mine.mjs': `import './a.mjs'`, 'a.mjs': '1' }
    const digestOf = async (of: Readonly<Record<string, string>>) =>
      (await readModuleSource(join(await written(of), 'mine.mjs'))).digest
    const digest = await digestOf(files)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(await digestOf({ ...files, 'unused.mjs': '' })).toBe(digest)
    expect(await digestOf({ ...files, 'a.mjs': '2' })).not.toBe(digest)
  })

  it('names a module that cannot be read', async () => {
    await expect(readModuleSource('/nowhere/mine.mjs')).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('/nowhere/mine.mjs'),
    })
  })
})
