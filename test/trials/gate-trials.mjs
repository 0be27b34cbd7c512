import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PLANTS, TRIALS } from './trials.mjs'

/**
 * Measures the error rates of the gate: clones this repository, makes one commit per trial, runs
 * the gate on it as a user would, and appends one line per trial to results.jsonl. Trials that have
 * a line are skipped, so the series may be interrupted. `--only` selects trials by the beginning of
 * their names; `--table` only prints the results so far.
 */
const options = parse(process.argv.slice(2))
const clone = join(options.dir, 'clone')
const results = join(options.dir, 'results.jsonl')
const START = 'trials-start'
/** Number of processes that time a pass, to choose the size of a planted slowdown. */
const PROCESSES = 9

mkdirSync(options.dir, { recursive: true })
if (!options.table) {
  prepareClone()
  for (const trial of TRIALS.filter(
    ({ name }) => name.startsWith(options.only) && !done().some((line) => line.name === name),
  ))
    run(trial)
}
console.log(tableOf(done()))

function run(trial) {
  console.log(`${trial.name} …`)
  git('checkout', '-q', '-B', 'trial', START)
  const planted = trial.plant === undefined ? undefined : calibrated(trial)
  const change = trial.change ?? ((text) => plantIn(text, PLANTS[trial.plant], planted.turns))
  const file = trial.file ?? PLANTS[trial.plant].file
  const before = readFileSync(join(clone, file), 'utf8')
  const after = change(before)
  if (after === before)
    throw new Error(
      `${trial.name} changes nothing in ${file}: fix its replacement in test/trials/trials.mjs`,
    )
  writeFileSync(join(clone, file), after)
  git('commit', '-qam', trial.name)
  const began = Date.now()
  const words = [
    'run',
    '-s',
    'gate',
    '--',
    '--base',
    START,
    '--seed',
    String(trial.seed),
    '--json',
    ...options.gate,
  ]
  const ended = spawnSync('npm', words, {
    cwd: clone,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seconds = Math.round((Date.now() - began) / 1000)
  const report = ended.stdout === '' ? undefined : JSON.parse(ended.stdout)
  const kept = join(options.dir, 'reports', trial.name)
  rmSync(kept, { recursive: true, force: true })
  if (existsSync(join(clone, 'profiling-results', 'gate')))
    cpSync(join(clone, 'profiling-results', 'gate'), kept, { recursive: true })
  const failed = report?.cases.filter(({ verdict }) => verdict === 'fail') ?? []
  const line = {
    name: trial.name,
    expected: trial.expected,
    exitCode: ended.status,
    seconds,
    ...(planted && { planted }),
    cases:
      report?.cases.map(({ name, verdict, rounds }) => ({
        name,
        verdict,
        slowdowns: rounds.map(({ slowdown }) => slowdown),
      })) ?? [],
    grown: failed.map(({ profile }) => profile?.grown[0]?.name ?? 'no profile'),
    ...(report === undefined && { stderr: ended.stderr.slice(-500) }),
  }
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  console.log(
    `  exit ${line.exitCode} (${trial.expected}) in ${seconds} s ${line.grown.join(', ')}`,
  )
}

/** Makes a clone with its own packages, and a tag at which trials begin. */
function prepareClone() {
  if (existsSync(join(clone, 'node_modules', '.ready'))) return
  rmSync(clone, { recursive: true, force: true })
  const root = resolve('.')
  execFileSync('git', ['clone', '-q', root, clone])
  git('config', 'user.name', 'trial')
  git('config', 'user.email', 'trial@example.org')
  git('tag', START)
  // Copies instead of links, because npm may write into the packages.
  cpSync(join(root, 'node_modules'), join(clone, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.includes(join('node_modules', '.cache')),
  })
  writeFileSync(join(clone, 'node_modules', '.ready'), '')
}

/**
 * The number of turns of the planted kernel per call that gives the wanted slowdown of a pass of
 * the pure baseline. Measured once per place, in a build of its own.
 */
function calibrated({ plant, slowdown }) {
  const path = join(options.dir, `calibration-${plant}.json`)
  if (!existsSync(path)) {
    const { file } = PLANTS[plant]
    const source = readFileSync(join(clone, file), 'utf8')
    writeFileSync(join(clone, file), plantIn(source, PLANTS[plant], 0))
    execFileSync('npm', ['run', '-s', 'build'], { cwd: clone, stdio: 'inherit' })
    const looks = Array.from({ length: PROCESSES }, timePass)
    const median = (name) => looks.map((look) => look[name]).sort((a, b) => a - b)[PROCESSES >> 1]
    const measured = {
      passMs: median('passMs'),
      calls: median('calls'),
      nanosPerTurn: median('nanosPerTurn'),
    }
    writeFileSync(path, JSON.stringify(measured))
    git('checkout', '-q', '--', file)
  }
  const { passMs, calls, nanosPerTurn } = JSON.parse(readFileSync(path, 'utf8'))
  if (!(calls > 0))
    throw new Error(
      `a pass never calls the function planted in ${plant}: fix PLANTS in test/trials/trials.mjs`,
    )
  return {
    slowdown,
    passMs,
    calls,
    turns: Math.max(1, Math.round((slowdown * passMs * 1e6) / (calls * nanosPerTurn))),
  }
}

/** Runs `time-pass.mjs` in a new process. */
function timePass() {
  const flags = ['--single-threaded-gc', '--no-concurrent-recompilation']
  const words = [
    ...flags,
    resolve('test/trials/time-pass.mjs'),
    join(clone, 'dist', 'scenarios', 'suite.js'),
  ]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }))
}

/**
 * The text with a call of a planted function that does integer work for a number of turns. With
 * zero turns, the function only counts its calls.
 */
function plantIn(text, { at, name }, turns) {
  if (!text.includes(at))
    throw new Error(`the source no longer has the line ${at}: fix PLANTS in test/trials/trials.mjs`)
  const work = `let state = 1
  for (let turn = 0; turn < ${turns}; turn++) state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + turn) | 0
  if (state === 0.5) throw new Error('never')`
  const count = `const counted = globalThis as { plantedCalls?: number }
  counted.plantedCalls = (counted.plantedCalls ?? 0) + 1`
  return `${text.replace(at, `${at}\n    ${name}()`)}
function ${name}(): void {
  ${turns === 0 ? count : work}
}
`
}

function done() {
  if (!existsSync(results)) return []
  return readFileSync(results, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function tableOf(lines) {
  const rows = lines.map(({ name, expected, exitCode, seconds, cases, grown }) => {
    const verdict = exitCode === expected ? 'as expected' : 'NOT AS EXPECTED'
    const most = Math.max(
      ...cases.flatMap(({ slowdowns }) => slowdowns.map((value) => value ?? -1)),
    )
    return `| ${name} | ${expected} | ${exitCode} | ${verdict} | ${seconds} s | ${Number.isFinite(most) ? `${(100 * most).toFixed(1)} %` : ''} | ${[...new Set(grown)].join(', ')} |`
  })
  const right = lines.filter(({ expected, exitCode }) => exitCode === expected).length
  return [
    '| trial | expected | exit | | time | largest slowdown seen | grew most |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `${right} of ${lines.length} as expected`,
  ].join('\n')
}

function git(...words) {
  return execFileSync('git', words, { cwd: clone, encoding: 'utf8' })
}

function parse(words) {
  const value = (name, otherwise) =>
    words.includes(name) ? words[words.indexOf(name) + 1] : otherwise
  const rest = words.indexOf('--')
  return {
    dir: resolve(value('--dir', join(tmpdir(), 'assay-gate-trials'))),
    only: value('--only', ''),
    table: words.includes('--table'),
    gate: rest < 0 ? [] : words.slice(rest + 1),
  }
}
