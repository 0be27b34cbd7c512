import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compiledModule, packageRoot } from '../../../harness/system/package-root.js'

describe('the package', () => {
  const root = packageRoot()

  it('is the folder with our package.json and our templates', () => {
    expect(existsSync(join(root, 'package.json'))).toBe(true)
    expect(existsSync(join(root, 'harness', 'record', 'templates', 'decision.md.hbs'))).toBe(true)
  })

  it('gives the compiled address of its own sources and leaves other modules unchanged', () => {
    const url = (...path: string[]) => pathToFileURL(join(root, ...path)).href
    expect(compiledModule(url('scenarios', 'suite.ts'))).toBe(url('dist', 'scenarios', 'suite.js'))
    for (const other of [
      url('dist', 'scenarios', 'suite.js'),
      url('dist', 'a.ts'),
      'node:fs',
      'data:text/javascript,1',
    ]) {
      expect(compiledModule(other)).toBe(other)
    }
    const foreign = pathToFileURL(join(root, '..', 'elsewhere', 'suite.ts')).href
    expect(compiledModule(foreign)).toBe(foreign)
  })
})
