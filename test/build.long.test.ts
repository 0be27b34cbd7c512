import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './fixtures/bench.js'

/** A checkout with one source file and the real build script. */
function checkout(): string {
  const root = temporaryDirectory()
  for (const file of ['build.mjs', 'bundle-measured.mjs', 'harness/system/lock-file.mjs'])
    cpSync(file, join(root, file))
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
      include: ['engine', 'scenarios'],
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
  it('waits for another build in the same checkout, also where both must discard the output', async () => {
    const root = checkout()
    mkdirSync(join(root, 'dist', 'engine'), { recursive: true })
    writeFileSync(join(root, 'dist', 'engine', 'one.js'), 'half a build')
    const ended = await Promise.all([build(root), build(root)])
    expect(ended).toEqual(ended.map(() => ({ code: 0, output: '' })))
    expect(built(root)).toContain('one = 1')
    expect(leftovers(root)).toEqual([])
  })

  it('does not wait for a build that was killed, nor for a later process with its pid', async () => {
    const root = checkout()
    for (const pid of [999_999_999, process.pid]) {
      const holder = { pid, host: hostname(), since: 'yesterday', processStart: '1' }
      writeFileSync(join(root, '.build.lock'), JSON.stringify(holder))
      expect(await build(root)).toEqual({ code: 0, output: '' })
      expect(leftovers(root)).toEqual([])
    }
  })

  it('releases the lock where it fails', async () => {
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

  it('joins what measured processes import, again after any change of a source or of the result', async () => {
    const root = checkout()
    mkdirSync(join(root, 'scenarios'))
    writeFileSync(
      join(root, 'scenarios', 'suite.ts'),
      "import leven from 'leven'\nimport { one } from '../engine/one.js'\nexport const suite = [one, leven]\n",
    )
    const suite = join(root, 'dist', 'scenarios', 'suite.js')
    const leven = join(root, 'dist', 'measured', 'leven.js')
    expect(await build(root)).toEqual({ code: 0, output: '' })
    const first = readFileSync(suite, 'utf8')
    expect(first).toContain('one = 1')
    expect(importsOf(first)).toEqual(['../measured/leven.js'])
    expect(readFileSync(leven, 'utf8')).toContain('function leven(')
    expect(readFileSync(join(root, 'dist', 'measured', LICENCES), 'utf8')).toContain('MIT License')

    const madeAt = statSync(suite).mtimeMs
    expect((await build(root)).code).toBe(0)
    expect(statSync(suite).mtimeMs).toBe(madeAt)

    writeFileSync(join(root, 'engine', 'one.ts'), 'export const one: number = 2\n')
    expect((await build(root)).code).toBe(0)
    expect(readFileSync(suite, 'utf8')).toBe(first.replace('one = 1', 'one = 2'))

    const second = readFileSync(suite, 'utf8')
    writeFileSync(suite, second.replace('one = 2', 'one = 3'))
    rmSync(leven)
    expect((await build(root)).code).toBe(0)
    expect(readFileSync(suite, 'utf8')).toBe(second)
    expect(existsSync(leven)).toBe(true)
  })
})

const LICENCES = 'THIRD-PARTY-LICENCES.txt'

const importsOf = (code: string) => [...code.matchAll(/from "([^"]+)"/g)].map(([, name]) => name)
