import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { type GateReport, gateReportSchema } from '../../../harness/gate/gate-report.js'
import type { Io } from '../../../harness/io.js'
import {
  type CommandResult,
  createIo,
  kernelSuite,
  temporaryDirectory,
  undisturbed,
} from '../../fixtures/bench.js'
import { type GateRepository, gateRepository, QUICK_GATE } from '../../fixtures/gate-repository.js'

async function gate(
  { root, env }: GateRepository,
  more: readonly string[] = [],
  change: Partial<Io> = {},
): Promise<CommandResult> {
  return await undisturbed(async () => {
    const { io, output } = createIo({ cwd: root, env, ...change })
    const code = await runCli(['gate', ...QUICK_GATE, ...more], kernelSuite, io)
    return { code, ...output }
  })
}

const outputs = ({ root }: GateRepository) => join(root, 'profiling-results', 'gate')
const reportOf = (repository: GateRepository): GateReport =>
  gateReportSchema.parse(JSON.parse(readFileSync(join(outputs(repository), 'gate.json'), 'utf8')))
const markdownOf = (repository: GateRepository) =>
  readFileSync(join(outputs(repository), 'gate.md'), 'utf8')
const slower = (turns: string) => (text: string) => text.replace('400_000', turns)

describe('a change that costs no time', () => {
  it('passes, and reports the commits, the counters and the certifiable slowdown', async () => {
    const repository = gateRepository()
    repository.commit('kernel.mjs', (text) =>
      text.replaceAll(/\bturn\b/g, 'step').replace('OPENS = 2', 'OPENS = 3'),
    )
    const summary = join(temporaryDirectory(), 'summary.md')
    const { code, stdout, stderr } = await gate(
      repository,
      ['--threshold', '100%', '--strict-work', '--json'],
      {
        env: { ...repository.env, GITHUB_STEP_SUMMARY: summary },
      },
    )
    expect(code, stderr).toBe(0)
    const report = reportOf(repository)
    expect(JSON.parse(stdout)).toEqual(report)
    expect(report).toMatchObject({
      verdict: 'pass',
      exitCode: 0,
      suite: 'gate-project',
      base: { ref: 'trunk', commit: repository.git('rev-parse', 'trunk').trim() },
      head: { commit: repository.git('rev-parse', 'HEAD').trim() },
      equivalence: { kind: 'equal', digests: 6 },
      cases: [
        {
          name: 'spin',
          stack: [],
          verdict: 'pass',
          rounds: [{ outcome: 'accepted', pairs: 10 }],
          executions: { kind: 'exact', processes: 3, changed: 0 },
        },
      ],
    })
    expect(report.cases[0]!.countedWork).toEqual({
      equal: 0,
      different: [{ name: 'bundle.opens', base: 2, head: 3 }],
      unsteady: ['luck'],
    })
    expect(report.cases[0]!.rounds[0]!.certifiable!.passes).toBeLessThan(1)
    expect(stderr).toContain('bundle.opens 2 → 3')
    const markdown = markdownOf(repository)
    expect(markdown).toContain('## Performance gate: pass')
    expect(markdown).toContain('| spin | bundle.opens | 2 | 3 |')
    expect(readFileSync(summary, 'utf8')).toBe(markdown)
    const lines = readFileSync(join(outputs(repository), 'cases', 'pure', 'runs.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const arms = lines.map((line) => (JSON.parse(line) as { arm: string }).arm)
    expect(arms.filter((arm) => arm === 'baseline')).toHaveLength(10)
    expect(arms.filter((arm) => arm === 'candidate')).toHaveLength(10)
    expect(repository.leftovers()).toEqual([])
  }, 240_000)
})

describe('a slowdown', () => {
  it('fails if a second round confirms it, and the flame graph points to the function', async () => {
    const repository = gateRepository()
    repository.commit('kernel.mjs', (text) =>
      slower('1_200_000')(text).replace(
        'spinKernel(seed) {',
        'spinKernel(seed) {\n  // three times the work\n',
      ),
    )
    const { code, stdout, stderr } = await gate(repository)
    expect(code, stderr).toBe(1)
    const { verdict, cases } = reportOf(repository)
    expect(verdict).toBe('fail')
    const [first, second] = cases[0]!.rounds
    expect([first!.outcome, second!.outcome]).toEqual(['rejected', 'rejected'])
    expect(second!.seed).not.toBe(first!.seed)
    expect(cases[0]!.profile!.grown[0]).toMatchObject({
      name: 'spinKernel',
      place: expect.stringContaining('dist/kernel.mjs:'),
    })
    const folder = join(outputs(repository), cases[0]!.profile!.folder)
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining([
        'baseline.folded',
        'candidate.folded',
        'difference.svg',
        'hotspots.json',
      ]),
    )
    expect(readFileSync(join(folder, 'difference.svg'), 'utf8')).toContain('▲ spinKernel')
    expect(existsSync(join(outputs(repository), second!.journal))).toBe(true)
    expect(cases[0]!.executions).toMatchObject({
      kind: 'exact',
      lines: [{ name: 'spinKernel', line: 9, lineBefore: 7, before: 400_000, after: 1_200_000 }],
    })
    expect(stdout).toMatch(/^measuring +again, in fresh pairs: spin$/m)
    expect(markdownOf(repository)).toMatch(/grew: spinKernel/)
    expect(repository.leftovers()).toEqual([])
  }, 240_000)
})

describe('a changed result', () => {
  it('is located and ends the gate before anything is measured, unless it is announced', async () => {
    const repository = gateRepository()
    repository.commit('kernel.mjs', (text) => text.replace('100 +', '101 +'))
    const { code, stdout, stderr } = await gate(repository)
    expect(code, stderr).toBe(4)
    expect(stdout).toMatch(
      /different +spin, seed \d+, session 2014-03-04: price is 10\d in base and 10\d in head/,
    )
    expect(reportOf(repository)).toMatchObject({
      verdict: 'not-equivalent',
      cases: [],
      equivalence: { kind: 'different' },
    })
    expect(readdirSync(outputs(repository)).sort()).toEqual(['gate.json', 'gate.md'])

    const announced = await gate(repository, [
      '--results-changed',
      'prices begin at 101 (#7)',
      '--threshold',
      '100%',
    ])
    expect(announced.code, announced.stderr).toBe(0)
    const report = reportOf(repository)
    expect(report.equivalence).toMatchObject({
      kind: 'different',
      changed: 'prices begin at 101 (#7)',
    })
    expect(report.cases[0]!.verdict).toBe('pass')
    expect(markdownOf(repository)).toContain('announced: prices begin at 101 (#7)')
    expect(repository.leftovers()).toEqual([])
  }, 240_000)
})

describe('a gate that cannot compare', () => {
  let repository: GateRepository
  beforeAll(() => {
    repository = gateRepository()
  })

  it.each([
    [['--base', 'nowhere'], 'no such commit here'],
    [['--base', '--upload-pack=x'], 'not the name of a commit'],
    [['--base', '--version'], 'not the name of a commit'],
    [['--base', '--help'], 'not the name of a commit'],
    [['--base', ''], 'not the name of a commit'],
    [['--results-changed', ' '], 'give the reason why results differ'],
    [['--max-pairs', '40'], 'at most 30'],
    [['--module', '../suite.mjs'], 'a path below the project'],
    [['--build', '--version'], 'the name of an npm script'],
    [['--module', 'dist/other.mjs'], 'has no dist/other.mjs after npm run build'],
    [['--build', 'compile'], 'does not build'],
  ])('%j exits 2 with a remedy', async (words, message) => {
    const { code, stderr } = await gate(repository, words)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
    expect(repository.leftovers()).toEqual([])
  })

  it('exits 2 on uncommitted changes, and names the files', async () => {
    writeFileSync(join(repository.root, 'src', 'new.mjs'), '')
    const { code, stderr } = await gate(repository)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('1 uncommitted change (src/new.mjs)'),
    })
    repository.git('clean', '-fdq', 'src')
  })

  it('exits 2 in a folder without a git repository', async () => {
    const { io, output } = createIo({ cwd: '/' })
    expect(await runCli(['gate'], kernelSuite, io)).toBe(2)
    expect(output.stderr).toContain('not inside a git working tree')
  })

  it('exits 2 in a shallow clone without the merge-base, and says how to fetch it', async () => {
    const clone = gateRepository()
    clone.git('checkout', '-q', 'trunk')
    clone.commit('kernel.mjs', (text) => `${text}\n`)
    clone.git('fetch', '-q', '--depth', '1', '--update-shallow', `file://${clone.root}`, 'trunk')
    clone.git('checkout', '-q', 'branch')
    clone.commit('kernel.mjs', (text) => `${text}// branch\n`)
    const shallow = gateRepository()
    shallow.git(
      'fetch',
      '-q',
      '--depth',
      '1',
      `file://${clone.root}`,
      'branch:other',
      'trunk:there',
    )
    shallow.git('checkout', '-q', 'other')
    const { code, stderr } = await gate(shallow, ['--base', 'there'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('git fetch --unshallow'),
    })
  })

  it('exits 2 if head does not build, and 5 if the base does not build', async () => {
    const broken = gateRepository()
    broken.commit('kernel.mjs', (text) => `${text}\nexport const = 1\n`)
    const head = await gate(broken)
    expect(head.code).toBe(2)
    expect(head.stderr).toMatch(
      /head [0-9a-f]{8} does not build: SyntaxError: .*; fix it and run the gate again/,
    )
    broken.git('branch', '-f', 'trunk', 'HEAD')
    broken.commit('kernel.mjs', (text) => text.replace('\nexport const = 1\n', ''))
    const base = await gate(broken)
    expect(base.code).toBe(5)
    expect(base.stderr).toMatch(/base [0-9a-f]{8} does not build: SyntaxError: /)
    expect(reportOf(broken)).toMatchObject({ verdict: 'not-comparable', exitCode: 5, cases: [] })
    expect(markdownOf(broken)).toContain('not comparable')
    expect(broken.leftovers()).toEqual([])
  })

  it('exits 5 without a common workload, and 2 if the module of the suite exits with code 0', async () => {
    const renamed = gateRepository()
    renamed.commit('suite.mjs', (text) => text.replace("id: 'spin'", "id: 'turn'"))
    const none = await gate(renamed)
    expect({ code: none.code, stderr: none.stderr }).toEqual({
      code: 5,
      stderr: expect.stringContaining('nothing to compare: base has spin, head has turn'),
    })
    renamed.commit('suite.mjs', (text) => `${text}\nprocess.exit(0)\n`)
    const quit = await gate(renamed)
    expect({ code: quit.code, stderr: quit.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('exited without an answer'),
    })
    expect(renamed.leftovers()).toEqual([])
  })
})
