import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './fixtures/bench.js'

/** A checkout of one source file, built by the real script. */
function checkout(): string {
  const root = temporaryDirectory()
  cpSync('build.mjs', join(root, 'build.mjs'))
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  mkdirSync(join(root, 'engine'))
  writeFileSync(join(root, 'engine', 'one.ts'), 'export const one: number = 1\n')
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2023',
    lib: ['ES2023'],
    skipLibCheck: true,
    outDir: 'dist',
    rootDir: '.',
    incremental: true,
    types: [],
  }
  writeFileSync(
    join(root, 'tsconfig.build.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, tsBuildInfoFile: 'dist/.tsbuildinfo' },
      include: ['engine'],
    }),
  )
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  return root
}

function build(root: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'build.mjs')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk))
    child.on('close', (code) => done({ code, output }))
  })
}

const built = (root: string) => readFileSync(join(root, 'dist', 'engine', 'one.js'), 'utf8')
const leftovers = (root: string) =>
  readdirSync(root).filter((name) => name.startsWith('.build.lock'))

describe('the build', () => {
  it('waits for another one in the same checkout, also where both find output they must throw away', async () => {
    const root = checkout()
    mkdirSync(join(root, 'dist', 'engine'), { recursive: true })
    writeFileSync(join(root, 'dist', 'engine', 'one.js'), 'half a build')
    const ended = await Promise.all([build(root), build(root)])
    expect(ended).toEqual(ended.map(() => ({ code: 0, output: '' })))
    expect(built(root)).toContain('one = 1')
    expect(leftovers(root)).toEqual([])
  })

  it('does not wait for a build that died, nor for a later process with its number', async () => {
    const root = checkout()
    for (const holder of ['999999999 1', `${process.pid} 1`]) {
      writeFileSync(join(root, '.build.lock'), holder)
      expect(await build(root)).toEqual({ code: 0, output: '' })
      expect(leftovers(root)).toEqual([])
    }
  })

  it('gives its turn back where it fails', async () => {
    const root = checkout()
    writeFileSync(join(root, 'engine', 'one.ts'), 'export const one: number = "1"\n')
    const { code, output } = await build(root)
    expect(code).toBe(2)
    expect(output).toContain('error TS2322')
    expect(leftovers(root)).toEqual([])
    writeFileSync(join(root, 'engine', 'one.ts'), 'export const one: number = 2\n')
    expect((await build(root)).code).toBe(0)
    expect(existsSync(join(root, 'dist', '.built.json'))).toBe(true)
    expect(built(root)).toContain('one = 2')
  })
})
