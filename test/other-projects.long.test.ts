import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../harness/cli/cli.js'
import { createIo, kernelSuite, temporaryDirectory } from './fixtures/bench.js'
import { packedProject } from './fixtures/packed-project.js'

/** The commands of docs/other-projects.md, run in an empty folder with the packed package. */
const { root } = packedProject()
const [toVerdict = [], gate = []] = [
  ...readFileSync('docs/other-projects.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, block]) => block!.trim().split('\n'))

/** One command line as a reader types it. */
function type(line: string, cwd = root) {
  const env: NodeJS.ProcessEnv = { ...process.env, npm_config_offline: 'true' }
  for (const name of Object.keys(env)) if (name.startsWith('GIT_')) delete env[name]
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8', env })
  return { code: status, stdout, stderr }
}

function git(cwd: string, ...words: string[]): string {
  const author = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.org']
  return execFileSync('git', [...author, ...words], { cwd, encoding: 'utf8', stdio: 'pipe' })
}

describe('another project, from the tarball', () => {
  const [install, ...commands] = toVerdict

  it('reaches a verdict in five commands', () => {
    expect(install).toMatch(/^npm install .*assay-\d+\.\d+\.\d+\.tgz$/)
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(install).toContain(version)
    expect(toVerdict.length).toBeLessThanOrEqual(5)
  })

  it.sequential.each(commands)(
    '%s',
    (line) => {
      const { code, stderr } = type(line)
      expect([0, 3], stderr).toContain(code)
    },
    180_000,
  )

  it('init prints those commands, and replaces nothing', () => {
    const own = join(root, 'bench', 'suite.mjs')
    const before = readFileSync(own, 'utf8')
    const { code, stderr } = type('npx assay init')
    expect(code).toBe(2)
    expect(stderr).toBe(
      'assay: bench/suite.mjs exists and is not replaced; name another folder: npx assay init bench-2\n',
    )
    expect(readFileSync(own, 'utf8')).toBe(before)
    const { stdout } = type('npx assay init bench-2')
    const printed = stdout.replaceAll('bench-2', 'bench').split('\n')
    for (const line of [...commands.slice(1, 3), ...gate])
      expect(printed.some((shown) => shown.trim().startsWith(line))).toBe(true)
    rmSync(join(root, 'bench-2'), { recursive: true })
  })

  it('keeps records whole in a clone with core.autocrlf', () => {
    git(root, 'init', '-q', '-b', 'main')
    writeFileSync(join(root, '.gitignore'), 'node_modules/\nprofiling-results/gate/\n')
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', 'begin')
    const clone = join(temporaryDirectory(), 'clone')
    git(root, 'clone', '-q', '-c', 'core.autocrlf=true', root, clone)
    expect(readFileSync(join(clone, 'bench', 'suite.mjs'), 'utf8')).toContain('\r\n')
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
    expect(type('npx assay replay --all', clone).code).toBe(0)

    git(clone, 'rm', '-q', '.gitattributes')
    git(clone, 'commit', '-qm', 'without')
    for (const folder of ['profiling-results', 'decisions'])
      expect(convert(clone, folder)).toMatch(
        /: only its line ends differ: they are CRLF, as git writes them with core\.autocrlf; /,
      )
  })

  it.sequential.each(gate)(
    '%s',
    (line) => {
      git(root, 'checkout', '-qb', 'branch')
      const { code, stderr } = type(line)
      expect([0, 3], stderr).toContain(code)
      expect(git(root, 'status', '--porcelain')).toBe('')
    },
    180_000,
  )
})

/** Checks one folder out with CRLF, replays, and restores it. */
function convert(clone: string, folder: string): string {
  rmSync(join(clone, folder), { recursive: true })
  git(clone, 'checkout', '--', folder)
  const { code, stderr } = type('npx assay replay --all', clone)
  expect(code).toBe(5)
  rmSync(join(clone, folder), { recursive: true })
  git(clone, '-c', 'core.autocrlf=false', 'checkout', '--', folder)
  return stderr
}

describe('init', () => {
  const initIn = async (project: string, ...words: string[]) => {
    const { io, output } = createIo({ cwd: project })
    return { code: await runCli(['init', ...words], kernelSuite, io), ...output }
  }

  it('writes TypeScript where a tsconfig stands, which compiles and runs', async () => {
    const project = temporaryDirectory()
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
    writeFileSync(join(project, 'tsconfig.json'), '{ "compilerOptions": { "noEmit": true } }')
    const { code, stdout } = await initIn(project, 'perf/speed')
    expect(code).toBe(0)
    expect(stdout).toContain('npx tsc -p perf/speed')
    const compiler = resolve('node_modules/typescript/bin/tsc')
    const compiled = type(
      `node ${compiler} -p perf/speed --types node --typeRoots ${resolve('node_modules/@types')}`,
      project,
    )
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' })
    const { stdout: list } = type(
      'npx assay list --suite perf/speed/build/perf/speed/suite.mjs',
      project,
    )
    expect(list).toContain('by-set')
  })

  it('names the lines that a .gitattributes of the project lacks, and leaves it as it is', async () => {
    const project = temporaryDirectory()
    writeFileSync(join(project, '.gitattributes'), 'decisions/** -text\n')
    const { code, stderr } = await initIn(project)
    expect(code).toBe(0)
    expect(stderr).toBe(
      'add to .gitattributes, so that git leaves line ends of the evidence as they are: profiling-results/** -text · reports/** -text\n',
    )
    expect(readFileSync(join(project, '.gitattributes'), 'utf8')).toBe('decisions/** -text\n')
  })

  it.each(['..', '../x', '.', '/tmp/x', 'a b', '-x', 'a/../../b', ''])(
    'refuses the folder "%s"',
    async (folder) => {
      const project = temporaryDirectory()
      const { code, stderr } = await initIn(project, '--', folder)
      expect(code).toBe(2)
      expect(stderr).toContain('give a folder below this one, e.g. bench')
    },
  )

  it('leaves nothing behind where one of its files cannot be written', async () => {
    const project = temporaryDirectory()
    writeFileSync(join(project, 'bench'), 'a file')
    expect((await initIn(project)).code).toBe(2)
    expect(existsSync(join(project, '.gitattributes'))).toBe(false)
  })
})
