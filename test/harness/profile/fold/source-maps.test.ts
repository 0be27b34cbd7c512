import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sourceLocator } from '../../../../harness/profile/fold/source-maps.js'
import { packageRoot } from '../../../../harness/system/package-root.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'

describe('source positions', () => {
  const root = packageRoot()
  const locate = sourceLocator(root)

  it('are found by the source maps beside compiled files', () => {
    const compiled = join(root, 'dist', 'harness', 'profile', 'fold', 'fold.js')
    expect(existsSync(compiled)).toBe(true)
    const find = (file: string) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .findIndex((line) => line.includes('function foldCpuProfiles('))
    const line = find(compiled)
    const column = 'export function '.length
    expect(locate(pathToFileURL(compiled).href, line, column)).toEqual({
      file: 'harness/profile/fold/fold.ts',
      line: find(join(root, 'harness', 'profile', 'fold', 'fold.ts')) + 1,
    })
  })

  it.each<[string, number, unknown]>([
    ['node:internal/fs', 4, { file: 'node:internal/fs', line: 5 }],
    ['', -1, undefined],
    [
      'file:///elsewhere/node_modules/@a/lib/x.js',
      0,
      { file: 'node_modules/@a/lib/x.js', line: 1 },
    ],
    ['file:///home/user/secret/x.js', 1, { file: 'x.js', line: 2 }],
    ['evalmachine.<anonymous>', 0, undefined],
    ['file://%zz', 0, undefined],
  ])('%s line %i', (url, line, position) => {
    expect(locate(url, line, 0)).toEqual(position)
  })

  it('are those of the file itself if its map is broken', () => {
    const folder = temporaryDirectory()
    mkdirSync(join(folder, 'dist'))
    writeFileSync(join(folder, 'dist', 'a.js'), 'run()\n//# sourceMappingURL=a.js.map\n')
    writeFileSync(join(folder, 'dist', 'a.js.map'), '{"version":3,')
    expect(sourceLocator(folder)(pathToFileURL(join(folder, 'dist', 'a.js')).href, 0, 0)).toEqual({
      file: 'dist/a.js',
      line: 1,
    })
  })
})
