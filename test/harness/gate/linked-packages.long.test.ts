import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { buildVersion } from '../../../harness/gate/build-version.js'
import { gateReportSchema } from '../../../harness/gate/gate-report.js'
import { digestOfLoadable } from '../../../harness/gate/loadable-code.js'
import { ownModulesOnly } from '../../../harness/gate/own-modules.js'
import { digestOfManifests } from '../../../harness/gate/package-manifests.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { createIo, kernelSuite, temporaryDirectory, undisturbed } from '../../fixtures/bench.js'
import { type GateRepository, gateRepository, QUICK_GATE } from '../../fixtures/gate-repository.js'

const setting = { env: process.env, signal: new AbortController().signal }

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

/** The small project, its kernel in a package of its own that is linked in `node_modules`. */
function repositoryWithPackage(folder: string, manifest: object): GateRepository {
  const repository = gateRepository()
  const { root, git } = repository
  const { scripts, ...rest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const build = 'mkdir dist && cp src/suite.mjs dist/'
  write(root, {
    'package.json': JSON.stringify({ ...rest, scripts: { ...scripts, build }, ...manifest }),
    [`${folder}/package.json`]: '{"name":"kernel","version":"1.0.0","main":"kernel.mjs"}',
    [`${folder}/kernel.mjs`]: readFileSync(join(root, 'src/kernel.mjs'), 'utf8'),
    'src/suite.mjs': readFileSync(join(root, 'src/suite.mjs'), 'utf8').replace(
      './kernel.mjs',
      'kernel',
    ),
  })
  rmSync(join(root, 'src/kernel.mjs'))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(`../${folder}`, join(root, 'node_modules', 'kernel'))
  git('checkout', '-q', 'trunk')
  git('add', '-A')
  git('commit', '-qm', 'a package of its own')
  git('checkout', '-qB', 'branch')
  return repository
}

function change({ root, git }: GateRepository, file: string, from: string, to: string): void {
  const text = readFileSync(join(root, file), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(root, file), text.replace(from, to))
  git('commit', '-qam', `change ${file}`)
}

async function gate({ root, env }: GateRepository) {
  const { code, ...output } = await undisturbed(async () => {
    const { io, output } = createIo({ cwd: root, env })
    return {
      code: await runCli(['gate', ...QUICK_GATE, '--no-profile'], kernelSuite, io),
      ...output,
    }
  })
  const text = readFileSync(join(root, 'profiling-results', 'gate', 'gate.json'), 'utf8')
  return { code, ...output, report: gateReportSchema.parse(JSON.parse(text)) }
}

describe('a linked package', () => {
  it('of a workspace that is three times slower in head fails the gate', async () => {
    const repository = repositoryWithPackage('packages/kernel', { workspaces: ['packages/*'] })
    change(repository, 'packages/kernel/kernel.mjs', '400_000', '1_200_000')
    const { code, stderr, report } = await gate(repository)
    expect(code, stderr).toBe(1)
    expect(report.verdict).toBe('fail')
    expect(report.cases[0]!.rounds[0]!.slowdown).toBeGreaterThan(0.8)
    expect(report.notes).toEqual([])
    expect(repository.leftovers()).toEqual([])
  }, 240_000)

  it('from file: that changes results ends the gate with exit 4', async () => {
    const repository = repositoryWithPackage('kernel', { dependencies: { kernel: 'file:kernel' } })
    change(repository, 'kernel/kernel.mjs', '100 +', '101 +')
    const { code, stdout, stderr } = await gate(repository)
    expect(code, stderr).toBe(4)
    expect(stdout).toMatch(/price is 10\d in base and 10\d in head/)
    expect(repository.leftovers()).toEqual([])
  }, 120_000)
})

describe('a module that is not of its own version', () => {
  it.each([
    ['an absolute path', (root: string) => join(root, 'src/kernel.mjs')],
    ['a link that leads back', () => '../back/kernel.mjs'],
  ])(
    'is named, and the gate ends with exit 5: %s',
    async (_, address) => {
      const repository = gateRepository()
      const { root, git } = repository
      const real = realpathSync(root)
      symlinkSync(join(real, 'src'), join(root, 'back'))
      git('add', 'back')
      change(repository, 'src/suite.mjs', './kernel.mjs', address(real))
      git('branch', '-f', 'trunk', 'HEAD')
      change(repository, 'src/kernel.mjs', '400_000', '1_200_000')
      const { code, stderr, report } = await gate(repository)
      expect(code, stderr).toBe(5)
      expect(report.problem).toMatch(
        /^base [0-9a-f]{8} loads .*\/src\/kernel\.mjs of the working tree, so another code would be/,
      )
      expect(repository.leftovers()).toEqual([])
    },
    120_000,
  )

  it('is also one of the other version, and not an installed package or the harness', () => {
    const roots = { base: '/tmp/gate/base', head: '/tmp/gate/head' }
    const commits = { base: 'a'.repeat(40), head: 'b'.repeat(40) }
    const check = ownModulesOnly({ roots, here: '/home/me/project', commits })
    const [base, head] = ['base', 'head'].map((name) => ({
      suite: `file:///tmp/gate/${name}/s.mjs`,
    }))
    check(['/tmp/gate/base/dist/a.js', '/home/me/project/node_modules/x/i.js'], base!)
    check(['/tmp/gate/head/dist/a.js', '/elsewhere/linked/i.js'], head!)
    check([join(packageRoot(), 'dist/harness/child.js')], head!)
    expect(() => check(['/tmp/gate/head/dist/a.js'], base!)).toThrow(
      /^base aaaaaaaa loads dist\/a\.js of head, so/,
    )
    expect(() => check(['/tmp/gate/base/node_modules/x/i.js'], head!)).toThrow(
      /^head bbbbbbbb loads node_modules\/x\/i\.js of base, so/,
    )
    expect(() => check(['/home/me/project/packages/x/i.js'], head!)).toThrow(
      /loads \/home\/me\/project\/packages\/x\/i\.js of the working tree/,
    )
  })
})

describe('submodules', () => {
  function withSubmodule() {
    const repository = gateRepository()
    const library = gateRepository()
    repository.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      'add',
      '-q',
      library.root,
      'lib',
    )
    repository.git('commit', '-qam', 'add a submodule')
    repository.git('branch', '-f', 'trunk', 'HEAD')
    return repository
  }

  it('are checked out at the commit of each version and named in the report', async () => {
    const repository = withSubmodule()
    const { root, git } = repository
    change(repository, 'src/suite.mjs', "'./kernel.mjs'", "'../lib/src/kernel.mjs'")
    git('branch', '-f', 'trunk', 'HEAD')
    const inLibrary = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...words], {
        cwd: join(root, 'lib'),
        stdio: 'ignore',
      })
    const kernel = join(root, 'lib/src/kernel.mjs')
    writeFileSync(kernel, readFileSync(kernel, 'utf8').replace('100 +', '101 +'))
    inLibrary('commit', '-qam', 'another price')
    git('commit', '-qam', 'a newer submodule')
    const { code, stderr, report } = await gate(repository)
    expect(code, stderr).toBe(4)
    expect(report.notes).toEqual([
      expect.stringMatching(/^submodule lib: base [0-9a-f]{8}, head [0-9a-f]{8}$/),
    ])
    expect(repository.leftovers()).toEqual([])
  }, 120_000)

  it('that are not here are refused by name', async () => {
    const repository = withSubmodule()
    change(repository, 'src/kernel.mjs', 'OPENS = 2', 'OPENS = 3')
    repository.git('submodule', '--quiet', 'deinit', '-f', 'lib')
    const { code, stderr } = await gate(repository)
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /cannot check out base: its submodule lib needs commit [0-9a-f]{8}, which is not here; run: git submodule update --init/,
    )
    expect(repository.leftovers()).toEqual([])
  })
})

describe('packages of a checkout with links', () => {
  /** A tree as it is installed here, and a checkout of the same manifests without packages. */
  function trees(files: Readonly<Record<string, string>>) {
    const [here, checkout] = [temporaryDirectory(), temporaryDirectory()].map((path) =>
      realpathSync(path),
    ) as [string, string]
    for (const root of [here, checkout]) write(root, files)
    const build = () => buildVersion({ checkout, here, prefix: 'app/', fresh: false, setting })
    return { here, checkout, build, link: linkIn(here) }
  }
  const linkIn = (root: string) => (from: string, to: string) => {
    mkdirSync(dirname(join(root, from)), { recursive: true })
    symlinkSync(to, join(root, from))
  }
  const WORKSPACE = {
    'package.json': '{"workspaces":["app","packages/*"]}',
    'app/package.json': '{"name":"app"}',
    'packages/one/package.json': '{"name":"@own/one"}',
    'packages/one/index.js': 'one',
  }

  it('lead to folders of that checkout, also below a scope, by absolute links, from a bin', async () => {
    const { here, checkout, build, link } = trees(WORKSPACE)
    link('node_modules/@own/one', '../../packages/one')
    link('node_modules/absolute', join(here, 'packages/one'))
    link('node_modules/.bin/one', '../@own/one/index.js')
    expect(await build()).toEqual({ outside: [] })
    for (const path of ['@own/one/index.js', 'absolute/index.js', '.bin/one'])
      expect(realpathSync(join(checkout, 'node_modules', path))).toBe(
        join(checkout, 'packages/one/index.js'),
      )
  })

  it('find it from an installed package, which is copied with its own links', async () => {
    const { here, checkout, build, link } = trees(WORKSPACE)
    write(here, {
      'node_modules/.pnpm/plugin@1/node_modules/plugin/index.js': 'plugin',
      'node_modules/.cache/kept-out': '',
    })
    link('app/node_modules/plugin', '../../node_modules/.pnpm/plugin@1/node_modules/plugin')
    link('app/node_modules/one', '../../packages/one')
    expect(await build()).toEqual({ outside: [] })
    expect(realpathSync(join(checkout, 'app/node_modules/plugin/index.js'))).toBe(
      join(checkout, 'node_modules/.pnpm/plugin@1/node_modules/plugin/index.js'),
    )
    expect(realpathSync(join(checkout, 'app/node_modules/one'))).toBe(
      join(checkout, 'packages/one'),
    )
    expect(existsSync(join(checkout, 'node_modules/.cache'))).toBe(false)
  })

  it('replace a copy that a manager made of a local package', async () => {
    const { here, checkout, build } = trees({
      'package.json': '{}',
      'app/package.json': '{"dependencies":{"one":"file:../one"}}',
      'one/index.js': 'of this commit',
    })
    write(here, { 'app/node_modules/one/index.js': 'installed before' })
    expect(await build()).toEqual({ outside: [] })
    expect(readFileSync(join(checkout, 'app/node_modules/one/index.js'), 'utf8')).toBe(
      'of this commit',
    )
    expect(readFileSync(join(here, 'app/node_modules/one/index.js'), 'utf8')).toBe(
      'installed before',
    )
  })

  it('name a link that leads out of the repository', async () => {
    const { here, build, link } = trees({ 'package.json': '{}', 'app/package.json': '{}' })
    const elsewhere = realpathSync(temporaryDirectory())
    link('node_modules/foreign', elsewhere)
    expect(existsSync(join(here, 'node_modules/foreign'))).toBe(true)
    expect(await build()).toEqual({ outside: [`node_modules/foreign → ${elsewhere}`] })
  })

  it('are refused where install scripts would patch them', async () => {
    const { here, checkout } = trees({
      'package.json': '{}',
      'app/package.json': '{}',
      'package-lock.json': '{}',
      'patches/one+1.0.0.patch': '',
    })
    write(here, { 'node_modules/one/index.js': '' })
    const ending = await buildVersion({ checkout, here, prefix: 'app/', fresh: true, setting })
    expect(ending.problem).toContain('patch them: patches/one+1.0.0.patch')
    expect(readdirSync(checkout)).not.toContain('node_modules')
  })

  it.each([
    ['here', 'here', '.pnp.cjs'],
    ['here, beside a cache in node_modules', 'here', '.pnp.cjs', 'node_modules/.cache/one'],
    ['in the commit, by an old yarn', 'checkout', '.pnp.js'],
    ['in the folder of the project', 'here', 'app/.pnp.cjs'],
  ] as const)("are refused where yarn Plug'n'Play installed them %s", async (_, root, ...files) => {
    const made = trees({ 'package.json': '{}', 'app/package.json': '{}' })
    for (const file of files) write(made[root], { [file]: '' })
    const { problem } = await made.build()
    expect(problem).toContain(`yarn Plug'n'Play (${files[0]})`)
    expect(problem).toContain('nodeLinker: node-modules')
    expect(readdirSync(made.checkout)).not.toContain('node_modules')
  })

  it("are refused where the manager made Plug'n'Play of them in the checkout", async () => {
    const { here, checkout } = trees({
      'package.json': '{}',
      'app/package.json': '{}',
      'yarn.lock': '__metadata:\n  version: 8\n',
    })
    const bin = temporaryDirectory()
    writeFileSync(join(bin, 'yarn'), '#!/bin/sh\n: > .pnp.cjs\n', { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env.PATH}` }
    const request = { checkout, here, prefix: 'app/', fresh: true, setting: { ...setting, env } }
    expect((await buildVersion(request)).problem).toContain("yarn Plug'n'Play (.pnp.cjs)")
  })

  it.each([
    ['pnpm', ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"'],
    ['pnpm', " ENOENT  ENOENT: no such file or directory, open '/one/assay-0.1.0.tgz'"],
    ['yarn', '➤ YN0028: │ The lockfile would have been modified by this install'],
  ])('are refused in the words of %s: %s', async (manager, line) => {
    const lock = manager === 'pnpm' ? 'pnpm-lock.yaml' : 'yarn.lock'
    const files = { 'package.json': '{}', 'app/package.json': '{}', [lock]: '' }
    const { here, checkout } = trees(files)
    const bin = temporaryDirectory()
    write(bin, { printed: `Scope: all\n${line}\n` })
    writeFileSync(join(bin, manager), `#!/bin/sh\ncat ${bin}/printed\nexit 1\n`, { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env.PATH}` }
    const request = { checkout, here, prefix: 'app/', fresh: true, setting: { ...setting, env } }
    expect((await buildVersion(request)).problem).toContain(`${line.trim()} (${manager} install `)
  })

  it('need the manager of their lock file, which is named where it fails', async () => {
    const { here, checkout } = trees({
      'package.json': '{}',
      'app/package.json': '{}',
      'pnpm-lock.yaml': 'lockfileVersion: 9',
    })
    write(here, { 'node_modules/one/index.js': '' })
    const ending = await buildVersion({
      checkout,
      here,
      prefix: 'app/',
      fresh: true,
      setting: { ...setting, env: { PATH: dirname(process.execPath).replace('/usr/bin', '') } },
    })
    expect(ending.problem).toMatch(/\(pnpm install --frozen-lockfile --ignore-scripts/)
  })
})

describe('what decides about packages', () => {
  const base = { 'package.json': '{"name":"one"}', 'one/package.json': '{}' }
  const digestOf = (files: Readonly<Record<string, string>>) => {
    const root = temporaryDirectory()
    write(root, { ...base, ...files })
    return digestOfManifests(root)
  }

  it.each([
    ['the lock of npm', { 'package-lock.json': '{"lockfileVersion":3}' }],
    ['the lock of pnpm', { 'pnpm-lock.yaml': 'a: 1' }],
    ['the lock of yarn', { 'yarn.lock': 'a' }],
    ['the lock of a package below', { 'one/yarn.lock': 'a' }],
    ['the lock of bun', { 'bun.lock': '{}' }],
    ['a dependency', { 'package.json': '{"name":"one","dependencies":{"a":"^2"}}' }],
    ['a patch', { 'patches/a.patch': '1' }],
  ])('is %s', (_, files) => {
    expect(digestOf(files)).not.toBe(digestOf({}))
  })

  it('is an archive that a manifest names, and not a script or a version', () => {
    const manifest = { 'package.json': '{"name":"one","dependencies":{"a":"file:a.tgz"}}' }
    expect(digestOf({ ...manifest, 'a.tgz': '1' })).not.toBe(
      digestOf({ ...manifest, 'a.tgz': '2' }),
    )
    expect(digestOf({ 'package.json': '{"name":"one","version":"2","scripts":{}}' })).toBe(
      digestOf({}),
    )
  })
})

describe('the digest of what a version can load', () => {
  const digestOf = (files: Readonly<Record<string, string>>, committed: string[] = []) => {
    const checkout = temporaryDirectory()
    write(checkout, { 'package.json': '{}', 'dist/suite.js': '1', ...files })
    return digestOfLoadable({ checkout, prefix: '', module: 'dist/suite.js', committed })
  }

  it('covers linked packages, built ones too, and packages in the commit', () => {
    expect(digestOf({ 'packages/one/dist/index.js': '1' })).not.toBe(
      digestOf({ 'packages/one/dist/index.js': '2' }),
    )
    const committed = ['node_modules/one/index.js']
    expect(digestOf({ [committed[0]!]: '1' }, committed)).not.toBe(
      digestOf({ [committed[0]!]: '2' }, committed),
    )
  })

  it('leaves out pages, evidence and installed packages', () => {
    const others = { 'README.md': '1', 'decisions/1.json': '1', 'node_modules/one/index.js': '1' }
    expect(digestOf(others)).toBe(digestOf({}))
  })
})
