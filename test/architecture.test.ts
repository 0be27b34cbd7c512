import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** What each room may import besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  harness: [],
  scenarios: ['engine', 'harness'],
}

/**
 * The floors of the harness, top to bottom: a room imports only rooms below its own. Type imports
 * count, since a reader follows them too.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['index.ts'],
  ['cli'],
  ['gate'],
  ['calibrate'],
  ['evaluation'],
  ['child.ts', 'compare', 'report', 'profile/tools'],
  ['record', 'profile/capture'],
  ['verdict', 'profile/flame'],
  ['progress.ts', 'measurement', 'profile/figures'],
  ['io.ts', 'text', 'evidence', 'profile/fold'],
  ['system'],
  ['contract.ts', 'errors.ts', 'statistics'],
]

/** What a measured process must not load: it would pay for them in every run. */
const KEPT_OUT_OF_CHILD = [
  'commander',
  'handlebars',
  'zod',
  'cli-progress',
  'jstat',
  'simple-statistics',
  'csv-parse',
  'vitest',
]

describe('the arrows between the rooms', () => {
  for (const [room, allowed] of Object.entries(ARROWS)) {
    const files = sourceFiles(join(root, room))

    it(`${room}/ holds code to check`, () => {
      expect(files.length).toBeGreaterThan(5)
    })

    it(`${room}/ imports only ${['itself', ...allowed.map((name) => `${name}/`)].join(', ')} and packages`, () => {
      const strays = files.flatMap((file) =>
        imports(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => ({
            file,
            target: relative(root, resolve(dirname(file), specifier)).split(sep)[0]!,
          }))
          .filter(({ target }) => target !== room && !allowed.includes(target))
          .map(({ file, target }) => `${relative(root, file)} → ${target}/`),
      )
      expect(strays).toEqual([])
    })
  }

  it('every room of the harness stands on one floor', () => {
    const rooms = [...new Set(sourceFiles(join(root, 'harness')).map(roomOf))].sort()
    expect(FLOORS.flat().sort()).toEqual(rooms)
  })

  it('every import of the harness leads down, from a room to one on a lower floor', () => {
    const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room))
    const arrows = sourceFiles(join(root, 'harness')).flatMap((file) =>
      everyImport(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => ({ from: file, to: resolve(dirname(file), specifier) }))
        .filter(({ from, to }) => roomOf(from) !== roomOf(to)),
    )
    expect(arrows.length).toBeGreaterThan(100)
    const upward = arrows.filter(({ from, to }) => floorOf(roomOf(to)) <= floorOf(roomOf(from)))
    expect(upward.map(({ from, to }) => `${relative(root, from)} → ${relative(root, to)}`)).toEqual(
      [],
    )
  })

  for (const room of ['engine', 'scenarios']) {
    it(`no files of ${room}/ import each other in a circle`, () => {
      expect(importCircles(join(root, room))).toEqual([])
    })
  }

  it('at most six files stand at the root of the harness', () => {
    const faces = readdirSync(join(root, 'harness')).filter((name) => name.endsWith('.ts'))
    expect(faces.length).toBeLessThanOrEqual(6)
  })

  it('no file is named after nothing', () => {
    const vague = Object.keys(ARROWS)
      .flatMap((room) => sourceFiles(join(root, room)))
      .filter((file) =>
        /(^|[\\/])(utils?|helpers?|common|misc|types)(\.ts|[\\/])/.test(relative(root, file)),
      )
    expect(vague).toEqual([])
  })

  it('the measured process reaches nothing it should not pay for', () => {
    const reached = packagesReachedFrom(join(root, 'harness', 'child.ts'))
    expect(reached).toContain('tinybench')
    expect(reached.filter((name) => KEPT_OUT_OF_CHILD.includes(name))).toEqual([])
  })

  it('comparing files waits for nothing that measures, plots or computes markets', () => {
    const reached = ['scenarios/main.ts', 'harness/cli/compare-files.ts'].flatMap((file) =>
      packagesReachedFrom(join(root, file), staticImports),
    )
    expect(reached).toContain('csv-parse')
    expect(
      reached.filter((name) =>
        ['arquero', 'hyparquet', 'handlebars', 'tinybench', '@observablehq/plot'].includes(name),
      ),
    ).toEqual([])
  })

  it('the command line reads its words with two packages, and loads the rest with the command', () => {
    const reached = packagesReachedFrom(join(root, 'scenarios', 'main.ts'), staticImports)
    expect(reached.filter((name) => !name.startsWith('node:')).sort()).toEqual([
      'commander',
      'leven',
    ])
  })

  it('the suite reaches none of it either', () => {
    const reached = packagesReachedFrom(join(root, 'scenarios', 'suite.ts'))
    expect(reached).toContain('arquero')
    expect(
      reached.filter((name) =>
        ['commander', 'handlebars', 'cli-progress', 'vitest'].includes(name),
      ),
    ).toEqual([])
  })

  it('optimization flags are read in the composition root, by halves, and nowhere else in the engine', () => {
    const flags = /\b(config|options)\.(assetListCache|preGroupedBars|historyCache|bundlePool)\b/
    const readers = sourceFiles(join(root, 'engine'))
      .filter((file) => flags.test(readFileSync(file, 'utf8')))
      .map((file) => relative(root, file))
      .sort()
    expect(readers).toEqual([join('engine', 'open-bundles.ts'), join('engine', 'open-engine.ts')])
  })
})

/** A folder of the harness, a folder of its profile/, or a file at its root. */
function roomOf(file: string): string {
  const parts = relative(join(root, 'harness'), file).replace(/\.js$/, '.ts').split(sep)
  if (parts.length === 1) return parts[0]!
  return parts[0] === 'profile' ? `profile/${parts[1]}` : parts[0]!
}

/**
 * Files of a directory that are in a circle of imports, or import a file that is. Type imports
 * count; dynamic ones do not, since a command loads the module that implements it lazily. Files
 * that import none of the files left are removed until only these remain.
 */
function importCircles(directory: string): string[] {
  const left = new Set(sourceFiles(directory))
  const importsOf = new Map([...left].map((file) => [file, relativeImports(file)]))
  let before = -1
  while (left.size !== before) {
    before = left.size
    for (const file of left) if (!importsOf.get(file)!.some((to) => left.has(to))) left.delete(file)
  }
  return [...left].map((file) => relative(root, file)).sort()
}

/** Files that a file imports from or re-exports. */
function relativeImports(file: string): string[] {
  return [...codeOf(file).matchAll(/\bfrom\s*['"](\.[^'"]+)['"]/g)].map((match) =>
    resolve(dirname(file), match[1]!.replace(/\.js$/, '.ts')),
  )
}

/** Specifiers of all imports and re-exports, those of types included. */
function everyImport(file: string): string[] {
  const all = codeOf(file).matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)
  return [...all].map((match) => match[1]!)
}

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(directory, name))
}

/**
 * Specifiers of static, side-effect and dynamic imports that exist at run time; type-only imports
 * vanish in the build.
 */
function imports(file: string): string[] {
  const lazy = [...codeOf(file).matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)]
  return [...staticImports(file), ...lazy.map((match) => match[1]!)]
}

/** Those that are loaded before anything runs. */
function staticImports(file: string): string[] {
  const all = codeOf(file).matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?!type\s)(?:[^'"]*?from\s*)?['"]([^'"]+)['"]/g,
  )
  return [...all].map((match) => match[1]!)
}

function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
}

function packagesReachedFrom(
  entry: string,
  importsOf: (file: string) => readonly string[] = imports,
): string[] {
  const seen = new Set<string>()
  const packages = new Set<string>()
  const queue = [entry]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.'))
        queue.push(resolve(dirname(file), specifier.replace(/\.js$/, '.ts')))
      else
        packages.add(
          specifier.startsWith('@')
            ? specifier.split('/').slice(0, 2).join('/')
            : specifier.split('/')[0]!,
        )
    }
  }
  return [...packages]
}
