import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packedProject } from './fixtures/packed-project.js'

describe('the package as published', () => {
  const { root, assay, paths } = packedProject()

  it('holds compiled code, templates, schema, pages and data, and neither tests nor build state', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/scenarios/main.js',
        'dist/harness/child.js',
        'dist/engine/index.d.ts',
        'harness/contract.ts',
        'harness/cli/templates/suite.mjs',
        'harness/cli/templates/gitattributes',
        'harness/record/templates/decision.md.hbs',
        'harness/record/decision.schema.json',
        'harness/record/judgement.schema.json',
        'harness/profile/templates/flame-graph.js',
        'harness/profile/tools/pinned/package.json',
        'harness/profile/tools/pinned/package-lock.json',
        'harness/report/templates/report.hbs',
        'harness/report/templates/report.css',
        'docs/characteristics/characteristics.json',
        'docs/other-projects.md',
        'scenarios/market/data/sp500-2000.csv.gz',
        'CONTRIBUTING.md',
        'engine/README.md',
        'harness/README.md',
        'LICENSE',
      ]),
    )
    expect(
      paths.filter((path) => path.startsWith('test/') || path.includes('tsbuildinfo')),
    ).toEqual([])
  })

  it('holds every page and source that a message names', () => {
    const named = ['harness', 'scenarios', 'engine'].flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name) => namedFiles(readFileSync(join(room, name), 'utf8'))),
    )
    expect(named).toContain('docs/compare.md')
    expect(named.filter((path) => !paths.includes(path))).toEqual([])
  })

  it('runs from its own files alone', () => {
    const main = join(assay, 'dist', 'scenarios', 'main.js')
    expect(existsSync(main)).toBe(true)
    const run = (...words: string[]) =>
      execFileSync(process.execPath, [main, ...words], { encoding: 'utf8', cwd: root })
    expect(run('list')).toContain('layer1')
    expect(
      run('backtest', '--csv', join(assay, 'scenarios', 'market', 'data', 'example.csv')),
    ).toContain('final equity')
  })
})

/** Pages and sources of this package in the code of a file, without its comments. */
function namedFiles(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*(?:\*|\/[/*])/.test(line))
    .flatMap(
      (line) => line.match(/\b(?:docs\/[\w/-]+\.md|harness\/contract\.ts)|CONTRIBUTING\.md/g) ?? [],
    )
}
