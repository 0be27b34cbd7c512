import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Calibration, calibrationSchema } from '../../../harness/calibrate/calibration.js'
import { runCli } from '../../../harness/cli/cli.js'
import { planSchema } from '../../../harness/evidence/evidence.js'
import { assay, createIo, fixture, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const SHORT = 'calibrate --workload spin --scale smoke --pairs 10'

/** The folder of a name below `profiling-results/calibration/<fingerprint>/`. */
function folderOf(root: string, name: string): string {
  const calibrations = join(root, 'profiling-results', 'calibration')
  const [fingerprint, ...others] = readdirSync(calibrations)
  expect(others).toEqual([])
  expect(fingerprint).toMatch(/^[0-9a-f]{12}$/)
  expect(readdirSync(join(calibrations, fingerprint!))).toEqual([name])
  return join(calibrations, fingerprint!, name)
}

function journal(folder: string, part: string): { arm: string; pair: number }[] {
  const lines = readFileSync(join(folder, part, 'runs.jsonl'), 'utf8')
    .trim()
    .split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

// Each test continues from the state that the one before it left.
describe('a calibration of this host', () => {
  const root = temporaryDirectory()

  it('is missing at first; an evaluation prints the command that makes one', async () => {
    const empty = temporaryDirectory()
    const bench = createIo()
    const io = {
      ...bench.io,
      stdout: (text: string) => {
        bench.io.stdout(text)
        if (text.startsWith('calibration')) bench.interrupt()
      },
    }
    expect(
      await runCli(
        [
          'evaluate',
          'faster',
          '--no-calibration',
          '--workload',
          'spin',
          '--scale',
          'smoke',
          '--out',
          empty,
        ],
        kernelSuite,
        io,
      ),
    ).toBe(130)
    expect(bench.output.stdout).toContain(
      `calibration   missing for this host, Node version and scale; calibrate: npm run calibrate -- --scale smoke --out ${empty}\n`,
    )
  }, 240_000)

  it('keeps its finished runs after Ctrl-C, and prints the command that continues', async () => {
    const bench = createIo()
    const io = {
      ...bench.io,
      stderr: (text: string) => {
        bench.io.stderr(text)
        // Fast pairs are not all shown.
        if (/pair (?:[4-9]|10)\//.test(text)) bench.interrupt()
      },
    }
    expect(await runCli([...SHORT.split(' '), '--out', root], kernelSuite, io)).toBe(130)
    expect(bench.output.stderr).toContain(
      `continue with: npx assay calibrate --workload spin --scale smoke --pairs 10 --resume --out ${root}\n`,
    )
    const folder = folderOf(root, 'smoke.unfinished')
    expect(journal(folder, 'aa').length).toBeGreaterThanOrEqual(6)
    expect(journal(folder, 'injected')).toEqual([])
  }, 240_000)

  it('is not resumed with another plan, and names the differences', async () => {
    const { code, stderr } = await assay(
      `${SHORT.replace('10', '20')} --seed 8 --resume --out ${root}`,
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^assay: cannot resume the calibration: it was started with a different --seed, --pairs, .*; repeat its command: /m,
    )
  })

  it('is resumed after the last finished run, and prints its results', async () => {
    const before = journal(folderOf(root, 'smoke.unfinished'), 'aa')
    const { code, stdout, stderr } = await assay(`${SHORT} --resume --out ${root}`)
    const folder = folderOf(root, 'smoke')
    const { verdict, workloads } = readResult(folder)
    expect(code).toBe({ passed: 0, undecidable: 3, failed: 5 }[verdict])
    expect(stdout).toMatch(
      /workload +noise +A\/A difference +position +lag-1 +8 % measured as +certifies from \(10(?:, 20)? pairs\)/,
    )
    expect(stdout).toMatch(new RegExp(`^${verdict} +.*/smoke/calibration.json$`, 'm'))
    expect(stderr).not.toContain('proving equivalence')
    expect(journal(folder, 'aa').slice(0, before.length)).toEqual(before)
    expect(workloads).toHaveLength(1)
    for (const part of ['aa', 'injected'] as const) {
      const attempts = workloads[0]![part === 'aa' ? 'identical' : 'injected'].attempts
      expect(journal(folder, part).length).toBeGreaterThanOrEqual(20 * attempts.length)
      expect(attempts.map(({ n }) => n)).toEqual(attempts.map(() => 10))
    }
  }, 240_000)

  it('injects work into the baseline, none into identical arms, and uses the same W and K in both parts', () => {
    const folder = folderOf(root, 'smoke')
    const plan = (part: string) =>
      planSchema.parse(JSON.parse(readFileSync(join(folder, part, 'plan.json'), 'utf8')))
    const { injected, workloads } = plan('injected')
    expect(injected).toEqual({ improvement: 0.08, arm: 'baseline' })
    expect(workloads[0]!.injectTurns).toBeGreaterThan(0)
    const { injectTurns: _, ...equal } = workloads[0]!
    expect(plan('aa').workloads).toEqual([equal])
    expect(plan('aa')).not.toHaveProperty('injected')
  })

  it('is quoted by the next evaluation, in its plan and on the terminal', async () => {
    const { verdict, workloads } = readResult(folderOf(root, 'smoke'))
    // A layer with different results has its record before anything is measured.
    const { stdout } = await assay(`evaluate one-tick --workload spin --scale smoke --out ${root}`)
    const plan = JSON.parse(
      readFileSync(join(root, 'profiling-results', '0001-one-tick', 'plan.json'), 'utf8'),
    )
    const { id, effectiveSd, class: noiseClass } = workloads[0]!
    expect(plan.calibration).toMatchObject({
      status: verdict,
      workloads: [{ id, effectiveSd, class: noiseClass }],
    })
    const noise = '(GREEN|YELLOW|RED) [\\d.]+ % spin, less than a day ago'
    const quoted = {
      passed: `${noise}$`,
      undecidable: `${noise}: too noisy to find a bias; `,
      failed: 'failed, ',
    }[verdict]
    expect(stdout).toMatch(new RegExp(`^calibration {3}${quoted}`, 'm'))
  }, 240_000)

  it('is not a record: list, numbering and replay ignore it', async () => {
    const { stdout } = await assay(`list --out ${root}`)
    expect(stdout).toContain('0001-one-tick')
    expect(stdout).not.toContain('unfinished')
    const replayed = await assay(`replay --all --out ${root}`)
    expect(replayed).toMatchObject({ code: 0, stderr: '' })
    expect(replayed.stdout.trim().split('\n')).toHaveLength(1)
  })

  it('ends an evaluation before anything is measured, if it was changed afterwards', async () => {
    const path = join(folderOf(root, 'smoke'), 'calibration.json')
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace('"passed"', '"failed"')
        .replace('"seed": 20251022', '"seed": 1'),
    )
    const { code, stderr } = await assay(
      `evaluate faster --workload spin --scale smoke --out ${root}`,
    )
    expect(code).toBe(5)
    expect(stderr).toBe(
      `assay: ${path} differs from what its runs yield; restore it, or calibrate again: npx assay calibrate\n`,
    )
    expect(readdirSync(join(root, 'profiling-results')).sort()).toEqual([
      '0001-one-tick',
      'calibration',
    ])
  })
})

describe('a baseline with a fault', () => {
  const troubled = (trouble: string, root: string, env: Record<string, string> = {}) =>
    assay(`${SHORT} --json --suite ${fixture('troubled-suite.mjs')} --out ${root}`, {
      env: { ...process.env, KERNEL_TROUBLE: trouble, ...env },
    })

  it('fails the calibration at once, if a measured run gives another result', async () => {
    const root = temporaryDirectory()
    const { code, stdout, stderr } = await troubled('wrong-when-warm', root)
    expect(code).toBe(5)
    expect(stderr).toContain('failed: spin: results-differ: the same code gave different results')
    const calibration = calibrationSchema.parse(JSON.parse(stdout))
    expect(calibration).toEqual(readResult(folderOf(root, 'smoke')))
    expect(calibration.workloads[0]).toMatchObject({
      verdict: 'failed',
      difference: { among: 'aa', pair: 1 },
    })
    expect(journal(folderOf(root, 'smoke'), 'aa')).toHaveLength(2)
    expect(journal(folderOf(root, 'smoke'), 'injected')).toEqual([])
  }, 240_000)

  it('is refused before anything is timed, if each run gives another result', async () => {
    const root = temporaryDirectory()
    const { code, stderr } = await troubled('unstable', root)
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /^assay: spin produced two different results from the same code and seed \d+; make it deterministic/m,
    )
    expect(readdirSync(join(root, 'profiling-results'))).toEqual([])
  })

  it('ends the calibration with exit 5, if it crashes too often; finished runs are kept', async () => {
    const root = temporaryDirectory()
    const state = temporaryDirectory()
    const { code, stderr } = await troubled('crash-sometimes', root, {
      KERNEL_STATE: state,
      KERNEL_CRASH_AT: '13,14,15,16,17,18',
    })
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /^assay: spin failed \d times, last the \w+ in pair \d+: .*; calibration ends without a verdict/m,
    )
    expect(journal(folderOf(root, 'smoke.unfinished'), 'aa').length).toBeGreaterThan(0)
  }, 240_000)
})

describe('an invalid calibrate command', () => {
  it.each([
    ['calibrate --workload spln', /^assay: unknown workload spln; did you mean spin\?/],
    ['calibrate --pairs 3', /^assay: --pairs 3: give a whole number of at least 10/],
    ['calibrate --scale huge', /^assay: unknown scale huge; known: smoke, standard, production\n$/],
    ['calibrate --metric time', /^assay: --metric time: give cpu or wall\n$/],
    [
      'calibrate --resume',
      /assay: nothing to resume: .* has no unfinished standard calibration of this host; leave out --resume/,
    ],
    ['calibrate --peirs 10', /^assay: unknown option --peirs; did you mean --pairs\?/],
  ])('%s: exit 2', async (words, message) => {
    const { code, stderr } = await assay(words, { cwd: temporaryDirectory() })
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})

function readResult(folder: string): Calibration {
  return calibrationSchema.parse(JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8')))
}
