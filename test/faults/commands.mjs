import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * The commands whose calls of the operating system fail one at a time: how each is prepared, how a
 * user continues after the failure, and what must be true then.
 *
 * @typedef {{ code: number | null, stdout: string, stderr: string }} Ended
 * @typedef {(main: string, words: readonly string[], cwd: string) => Ended} Run
 * @typedef {object} Command
 * @property {string} main         composition root
 * @property {readonly number[]} codes  exit codes without a fault; a noisy host fails a calibration
 * @property {(dir: string) => void} prepare      fills the empty folder of a trial
 * @property {(dir: string) => readonly string[]} words
 * @property {(dir: string) => string} cwd
 * @property {(dir: string, run: Run) => string[]} recover  problems; empty where all is well
 */

const repository = resolve(import.meta.dirname, '../..')
const KERNEL = join(repository, 'test/fixtures/kernel-main.mjs')
const ASSAY = join(repository, 'dist/scenarios/main.js')
const root = (dir) => join(dir, 'root')

const EVALUATE = '--workload spin --scale smoke --max-pairs 10'.split(' ')
const CALIBRATE = 'calibrate --workload spin --scale smoke --pairs 10'.split(' ')
const GATE = '--module dist/suite.mjs --base trunk --pairs 10 --max-pairs 10'.split(' ')

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  refuse: evaluation('one-tick', 4, 'rejected'),
  evaluate: evaluation('faster', 0, 'accepted'),
  calibrate: {
    main: KERNEL,
    prepare: (dir) => mkdirSync(root(dir)),
    codes: [0],
    words: (dir) => [...CALIBRATE, '--out', root(dir)],
    cwd: (dir) => dir,
    recover: (dir, run) => [
      ...continued(run, KERNEL, [...CALIBRATE, '--out', root(dir)], dir, [0, 5], () =>
        filesBelow(root(dir)).some((name) => name.endsWith('calibration.json')),
      ),
      ...expectCode(run(KERNEL, ['check', '--out', root(dir)], dir), 'check'),
      ...unfinished(root(dir)),
    ],
  },
  ingest: {
    main: ASSAY,
    codes: [0],
    prepare: writePrices,
    words: (dir) => ['bundle', 'ingest', join(dir, 'bundle'), '--csv', join(dir, 'AAA.csv')],
    cwd: (dir) => dir,
    recover: (dir, run) => [
      ...(readFileSync(join(dir, 'AAA.csv'), 'utf8') === PRICES ? [] : ['AAA.csv was changed']),
      ...expectCode(run(ASSAY, COMMANDS.ingest.words(dir), dir), 'ingest again'),
      ...expectCode(run(ASSAY, ['bundle', 'validate', join(dir, 'bundle')], dir), 'validate'),
      ...leftIn(dir, ['AAA.csv', 'bundle', 'tmp', 'calls', 'home']),
    ],
  },
  gate: {
    main: KERNEL,
    codes: [4],
    prepare: writeGateProject,
    words: () => ['gate', ...GATE],
    cwd: (dir) => join(dir, 'project'),
    recover: (dir, run) => {
      const project = join(dir, 'project')
      return [
        ...expectCode(run(KERNEL, ['gate', ...GATE], project), 'gate again', [4]),
        ...git(project, 'worktree', 'list', '--porcelain')
          .split('\n')
          .filter((line) => line.startsWith('worktree ') && !line.endsWith('/project'))
          .map((line) => `left behind: ${line}`),
      ]
    },
  },
}

/** An evaluation of one layer of the kernel suite, whose record has a known outcome. */
function evaluation(layer, code, outcome) {
  const words = (dir) => ['evaluate', layer, '--no-calibration', ...EVALUATE, '--out', root(dir)]
  const record = (dir) => join(root(dir), 'decisions', `0001-${layer}.json`)
  return {
    main: KERNEL,
    codes: [code],
    prepare: (dir) => mkdirSync(root(dir)),
    words,
    cwd: (dir) => dir,
    recover: (dir, run) => [
      ...continued(run, KERNEL, words(dir), dir, [code], () => existsSync(record(dir))),
      ...expectCode(run(KERNEL, ['replay', '--all', '--out', root(dir)], dir), 'replay --all'),
      ...expectCode(run(KERNEL, ['check', '--out', root(dir)], dir), 'check'),
      ...expectOutcome(record(dir), outcome),
      ...unfinished(root(dir)),
    ],
  }
}

const PRICES = `date,open,high,low,close,volume\n2024-01-02,10,11,9,10.5,100\n2024-01-03,10.5,12,10,11,200\n`

/** Continues as the messages advise: with --resume, and anew where nothing was kept. */
function continued(run, main, words, cwd, codes, isDone) {
  const resumed = run(main, [...words, '--resume'], cwd)
  if (codes.includes(resumed.code)) return []
  if (resumed.code !== 2) return [`--resume ended with ${resumed.code}: ${resumed.stderr.trim()}`]
  return isDone() ? [] : expectCode(run(main, words, cwd), 'the same command again', codes)
}

function expectCode(ended, what, codes = [0]) {
  return codes.includes(ended.code)
    ? []
    : [`${what} ended with ${ended.code}: ${(ended.stderr || ended.stdout).trim().slice(-300)}`]
}

function expectOutcome(path, outcome) {
  if (!existsSync(path)) return [`there is no record ${path}`]
  const { verdict } = JSON.parse(readFileSync(path, 'utf8'))
  return verdict === outcome ? [] : [`${path}: ${verdict}, not ${outcome}`]
}

/** Interrupted writes and locks below a folder. */
function unfinished(folder) {
  return filesBelow(folder)
    .filter((name) => /(^|\/)\./.test(name))
    .map((name) => `left behind: ${name}`)
}

function leftIn(dir, expected) {
  return readdirSync(dir)
    .filter((name) => !expected.includes(name))
    .map((name) => `left behind: ${name}`)
}

function filesBelow(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    : []
}

function writePrices(dir) {
  writeFileSync(join(dir, 'AAA.csv'), PRICES)
}

/** A project whose branch changes a result: the gate compares, and ends with 4. */
function writeGateProject(dir) {
  const project = join(dir, 'project')
  cpSync(join(repository, 'test/fixtures/gate-project'), project, { recursive: true })
  writeFileSync(join(project, '.gitignore'), 'dist/\nnode_modules/\n')
  git(project, 'init', '-q', '-b', 'trunk')
  git(project, 'add', '-A')
  git(project, 'commit', '-qm', 'begin')
  git(project, 'checkout', '-qb', 'branch')
  const kernel = join(project, 'src/kernel.mjs')
  writeFileSync(kernel, readFileSync(kernel, 'utf8').replace('100 +', '101 +'))
  git(project, 'commit', '-qam', 'change a price')
}

function git(cwd, ...words) {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.org']
  return execFileSync('git', [...identity, '-c', 'commit.gpgsign=false', ...words], {
    cwd,
    encoding: 'utf8',
  })
}
