import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './fixtures/bench.js'

interface Packed {
  readonly files: readonly { readonly path: string }[]
}

describe('the package as published', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as Packed[]
  const paths = packed!.files.map(({ path }) => path)

  it('holds compiled code, templates, schema and data, and neither tests nor build state', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/scenarios/main.js',
        'dist/harness/child.js',
        'dist/engine/index.d.ts',
        'harness/record/templates/decision.md.hbs',
        'harness/record/decision.schema.json',
        'harness/profile/templates/flame-graph.js',
        'harness/profile/tools/pinned/package.json',
        'harness/profile/tools/pinned/package-lock.json',
        'harness/report/templates/report.hbs',
        'harness/report/templates/report.css',
        'docs/characteristics/characteristics.json',
        'scenarios/market/data/sp500-2000.csv.gz',
        'LICENSE',
      ]),
    )
    expect(
      paths.filter((path) => path.startsWith('test/') || path.includes('tsbuildinfo')),
    ).toEqual([])
  })

  it('runs from its own files alone', () => {
    const root = join(temporaryDirectory(), 'node_modules', 'assay')
    for (const path of paths) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      cpSync(path, join(root, path))
    }
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
    const main = join(root, 'dist', 'scenarios', 'main.js')
    expect(existsSync(main)).toBe(true)
    const run = (...words: string[]) =>
      execFileSync(process.execPath, [main, ...words], { encoding: 'utf8', cwd: join(root, '..') })
    expect(run('list')).toContain('layer1')
    expect(
      run('backtest', '--csv', join(root, 'scenarios', 'market', 'data', 'example.csv')),
    ).toContain('final equity')
  })
})
