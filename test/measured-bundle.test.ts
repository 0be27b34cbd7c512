import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { areUnchanged, bundleMeasured } from '../bundle-measured.mjs'
import { frameOf } from '../harness/profile/fold/fold.js'
import { sourceLocator } from '../harness/profile/fold/source-maps.js'
import { packageRoot } from '../harness/system/package-root.js'
import { temporaryDirectory } from './fixtures/bench.js'

const root = packageRoot()
const dist = join(root, 'dist')
const suite = join(dist, 'scenarios', 'suite.js')

/** Files that a process loads which imports a module, relative to dist/. */
function loadedBy(module: string): string[] {
  const program = `
    await import(${JSON.stringify(pathToFileURL(module).href)})
    const { listLoadedModules } = await import(${JSON.stringify(join(dist, 'harness', 'measurement', 'loaded-modules.js'))})
    console.log(JSON.stringify(await listLoadedModules()))`
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  return (JSON.parse(text) as string[]).map((path) => path.replace(`${dist}/`, ''))
}

describe('the modules of measured processes', () => {
  it('are a dozen files, with every package in one of its own', () => {
    const loaded = loadedBy(suite)
    expect(loaded.length).toBeLessThan(20)
    expect(loaded).toEqual(expect.arrayContaining(['measured/arquero.js', 'measured/zod.js']))
    expect(loaded.filter((path) => path.includes('node_modules'))).toEqual([])
    expect(loaded.filter((path) => path.startsWith('engine/'))).toEqual([])
  })

  it('name every function in profiles by its source, also one that had to be renamed', () => {
    const locate = sourceLocator(root)
    const own = loadedBy(suite).filter((path) => /^(?:scenarios|measured)\//.test(path))
    const renamed = own.flatMap((path) => renamedIn(join(dist, path)))
    const frames = renamed
      .map((frame) => frameOf(frame, locate))
      .filter(({ file = '' }) => !file.includes('node_modules'))
    // Which functions are renamed is the build's choice; some names occur in several files.
    expect(frames).not.toEqual([])
    for (const { name, file = '', line } of frames) {
      expect(name).not.toContain('$')
      expect({ name, line }).toEqual({ name, line: lineOf(file, `function ${name}(`) })
    }
  })

  it('are the same bytes wherever they are made, and are made anew where one of them was changed', async () => {
    const places = [temporaryDirectory(), temporaryDirectory()] as const
    const digests = await bundleMeasured(root, places[0])
    await bundleMeasured(root, places[1])
    const [one, other] = places.map((place) =>
      readFileSync(join(place, 'scenarios', 'suite.js'), 'utf8'),
    )
    expect(one).toBe(other)
    expect(one).toBe(readFileSync(suite, 'utf8'))
    expect(Object.keys(digests)).toEqual(
      expect.arrayContaining(['engine/portal/frame.ts', 'bundle-measured.mjs']),
    )
    expect(areUnchanged(root, digests)).toBe(true)
    expect(areUnchanged(root, { ...digests, 'engine/portal/frame.ts': '0' })).toBe(false)
    expect(areUnchanged(root, { ...digests, 'engine/portal/gone.ts': '0' })).toBe(false)
  })
})

/** Functions of a bundle whose names had to be changed, as a profile holds them. */
function renamedIn(path: string) {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, lineNumber) => {
    const [, before = '', functionName] = /^((?:async )?function )(\w+\$\d+)\(/.exec(line) ?? []
    if (functionName === undefined) return []
    const columnNumber = before.length + functionName.length
    return [{ functionName, url: pathToFileURL(path).href, lineNumber, columnNumber }]
  })
}

function lineOf(file: string, text: string): number {
  return (
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  )
}
