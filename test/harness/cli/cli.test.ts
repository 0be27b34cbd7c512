import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import type { CliCommand, CommandContext } from '../../../harness/cli/command.js'
import { EXIT, type ExitCode, InputError } from '../../../harness/errors.js'
import { assay, createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

describe('words that the command line refuses', () => {
  it.each([
    [
      'evalute faster',
      /^assay: unknown command evalute; did you mean evaluate\? known: evaluate, judge, replay, .*list.*\n$/,
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
    const { io, output } = createIo()
    expect(await runCli([], kernelSuite, io)).toBe(2)
    expect(output.stderr).toContain('Exit codes:')
    expect(output.stderr).toMatch(
      /assay: no command given; known: evaluate, judge, replay, .*list.*\n$/,
    )
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
    const running = runCli(
      ['evaluate', 'busy-hang', '--no-calibration', '--out', root],
      kernelSuite,
      io,
    )
    const second = await assay(`evaluate faster --out ${root}`)
    interrupt()
    expect(second).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /another evaluation is running in this directory \(process \d+ on /,
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
  const backtest = (run: (parsed: unknown, context: CommandContext) => Promise<ExitCode>) => ({
    name: 'backtest',
    summary: 'one backtest',
    declare: (command: Command) =>
      void command
        .argument('<action>')
        .argument('[files...]')
        .option('--fast <bars>', 'bars', '20')
        .option('--out <dir>', 'where', '.')
        .addOption(new Option('--mode <name>', 'how').choices(['a', 'b']).conflicts('fast')),
    parse: (...given: Parameters<CliCommand['parse']>) => given,
    run,
  })
  const call = async (
    run: (parsed: unknown, context: CommandContext) => Promise<ExitCode>,
    ...words: string[]
  ) => {
    const { io, output } = createIo({ cwd: '/home/u' })
    return { code: await runCli(words, kernelSuite, io, [backtest(run)]), ...output }
  }
  const done = async () => EXIT.done

  it('get their arguments, options and words, and their exit code counts', async () => {
    const parsed: unknown[] = []
    const { code } = await call(
      async (given, { packageVersion, suiteOf }) => {
        parsed.push(given, packageVersion, (await suiteOf()).suite.name)
        return EXIT.inconclusive
      },
      ...['backtest', 'run', 'a.csv', 'b.csv', '--fast', '5', '--out', 'x'],
    )
    expect(code).toBe(3)
    expect(parsed).toEqual([
      [
        ['run', ['a.csv', 'b.csv']],
        { fast: '5', out: 'x' },
        { cwd: '/home/u', words: ['--fast 5'] },
      ],
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'kernel',
    ])
  })

  it('are refused unknown options like our own, and appear in help and list of commands', async () => {
    expect((await call(done, 'backtest', 'run', '--fasd', '5')).stderr).toMatch(
      /unknown option --fasd; did you mean --fast\? known: --fast, --out, --mode, --help/,
    )
    expect((await call(done, '--help')).stdout).toContain('one backtest')
    expect((await call(done, 'bakctest')).stderr).toMatch(
      /did you mean backtest\? known: evaluate, .*, backtest$/m,
    )
  })

  it.each([
    ['--mode c', '--mode c: give a or b'],
    ['--mode a --fast 5', '--mode cannot be used with --fast; leave one of them out'],
  ])('are refused %s in one line that names option and remedy, exit 2', async (words, message) => {
    const result = await call(done, 'backtest', 'run', ...words.split(' '))
    expect(result).toEqual({ code: 2, stdout: '', stderr: `assay: ${message}\n` })
  })

  it('may fail with an error of the user, printed in one line, or with a bug, printed with its stack', async () => {
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
  it('shows layers, workloads with their scales, and an empty list of records', async () => {
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
