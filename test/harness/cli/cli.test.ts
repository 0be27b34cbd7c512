import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import type { ExtraCommand } from '../../../harness/cli/extra-command.js'
import { EXIT, InputError } from '../../../harness/errors.js'
import { assay, createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

describe('words the command line does not know', () => {
  it.each([
    [
      'evalute faster',
      /^assay: unknown command evalute; did you mean evaluate\? known: evaluate, replay, .*list.*\n$/,
    ],
    [
      'evaluate fastr',
      /^assay: unknown layer fastr; did you mean faster\? known: identity, faster, /,
    ],
    [
      'evaluate faster --workload spln',
      /^assay: unknown workload spln; did you mean spin\? known: spin, guard\n$/,
    ],
    [
      'evaluate faster --scale huge',
      /^assay: unknown scale huge; known: smoke, standard, production\n$/,
    ],
    [
      'evaluate faster --pears 10',
      /^assay: unknown option --pears; did you mean --pairs\? known: --workload, --scale, /,
    ],
    ['evaluate faster --pairs 3', /^assay: --pairs 3: give a whole number of at least 10/],
    ['evaluate faster --pairs 0', /^assay: --pairs 0: /],
    [
      'evaluate faster --threshold 500%',
      /^assay: --threshold 500%: an improvement lies between 0 and 100 %/,
    ],
    [
      'evaluate faster --pairs',
      /^assay: option '--pairs <n>' argument missing; see: assay evaluate --help\n$/,
    ],
    ['evaluate', /^assay: missing required argument 'layer'; see: assay evaluate --help\n$/],
    ['evaluate faster slower', /^assay: too many arguments .*; see: assay evaluate --help\n$/],
    ['evaluate faster --no-plot', /^assay: unknown option --no-plot;/],
    ['evaluate faster --suite none.mjs', /^assay: --suite none\.mjs: no such file/],
    ['list --al', /^assay: unknown option --al; did you mean --out\?|^assay: unknown option --al/],
    ['--verson', /^assay: unknown option --verson; did you mean --version\?/],
  ])('%s: one line, exit 2, nothing written', async (words, message) => {
    const root = temporaryDirectory()
    const { code, stdout, stderr } = await assay(words, { cwd: root })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(readdirSync(root)).toEqual([])
  })

  it('no command at all shows the help and is exit 2', async () => {
    const { io, told } = createIo()
    expect(await runCli([], kernelSuite, io)).toBe(2)
    expect(told.stderr).toContain('Exit codes:')
    expect(told.stderr).toMatch(/assay: no command given; known: evaluate, replay, .*list.*\n$/)
  })
})

describe('places', () => {
  it('that cannot be written are exit 2, before anything is measured', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'file'), '')
    const { code, stderr } = await assay(`evaluate faster --out ${join(root, 'file', 'below')}`)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^assay: cannot use .*file\/below\/decisions \(ENOTDIR\); choose a writable directory with --out$/m,
    )
  })

  it('another evaluation works in are exit 2', async () => {
    const root = temporaryDirectory()
    const { io, interrupt } = createIo()
    const running = runCli(['evaluate', 'busy-hang', '--out', root], kernelSuite, io)
    const second = await assay(`evaluate faster --out ${root}`)
    interrupt()
    expect(second).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /another evaluation is at work in this directory \(process \d+ on /,
      ),
    })
    expect(await running).toBe(130)
    expect(readdirSync(join(root, 'profiling-results'))).toEqual([])
  })

  it('without an unfinished evaluation cannot be resumed', async () => {
    const { code, stderr } = await assay(`evaluate faster --resume --out ${temporaryDirectory()}`)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /nothing to resume: no unfinished evaluation of faster in .*; leave out --resume/,
    )
  })
})

describe('help and version', () => {
  it('go to stdout with exit 0, with examples and exit codes', async () => {
    const help = await assay('evaluate --help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const word of [
      '--max-pairs',
      '--inject',
      'Examples:',
      '70   a bug in assay',
      'multiple of --pairs',
    ])
      expect(help.stdout).toContain(word)
    expect((await assay('--help')).stdout).toContain('derive a record again')
    expect(await assay('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('commands of the composition root', () => {
  const extra = (run: ExtraCommand['run']): ExtraCommand => ({
    name: 'backtest',
    summary: 'one backtest',
    declare: (command) =>
      void command
        .argument('<action>')
        .argument('[files...]')
        .option('--fast <bars>', 'bars', '20'),
    run,
  })
  const call = async (run: ExtraCommand['run'], ...words: string[]) => {
    const { io, told } = createIo()
    return { code: await runCli(words, kernelSuite, io, [extra(run)]), ...told }
  }

  it('get their arguments and options, and their exit code counts', async () => {
    const seen: unknown[] = []
    const result = await call(
      async (args, options) => {
        seen.push(args, options)
        return EXIT.inconclusive
      },
      ...['backtest', 'run', 'a.csv', 'b.csv', '--fast', '5'],
    )
    expect(result.code).toBe(3)
    expect(seen).toEqual([['run', ['a.csv', 'b.csv']], { fast: '5' }])
  })

  it('are refused unknown options like our own, and appear in help and list of commands', async () => {
    const done = async () => EXIT.done
    expect((await call(done, 'backtest', 'run', '--fasd', '5')).stderr).toMatch(
      /unknown option --fasd; did you mean --fast\? known: --fast, --help/,
    )
    expect((await call(done, '--help')).stdout).toContain('one backtest')
    expect((await call(done, 'bakctest')).stderr).toMatch(
      /did you mean backtest\? known: evaluate, .*, backtest$/m,
    )
  })

  it('may fail with an error of the user, told in one line, or with a bug, told with its stack', async () => {
    const user = await call(
      () => Promise.reject(new InputError('prices.csv line 7: no close; add one')),
      'backtest',
      'run',
    )
    expect(user).toEqual({
      code: 2,
      stdout: '',
      stderr: 'assay: prices.csv line 7: no close; add one\n',
    })
    const bug = await call(
      () => Promise.reject(new TypeError('x is not a function')),
      'backtest',
      'run',
    )
    expect(bug.code).toBe(70)
    expect(bug.stderr).toMatch(/^TypeError: x is not a function\n {4}at /)
    expect(bug.stderr).toMatch(
      /assay: internal error in assay \d+\.\d+\.\d+: this is a bug; please report it/,
    )
  })
})

describe('list', () => {
  it('shows layers, workloads with their scales, and that there are no records yet', async () => {
    const { code, stdout } = await assay(`list --out ${temporaryDirectory()}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}identity +identity turns +wins on spin +standalone$/m)
    expect(stdout).toMatch(
      /^ {2}spin +integer turns, spin +smoke: 1 spin · standard: 1 spin · production: 1 spin$/m,
    )
    expect(stdout).toMatch(/records\n {2}none\n/)
    expect(stdout).not.toContain('unfinished')
  })
})
