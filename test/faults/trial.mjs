import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { COMMANDS } from './commands.mjs'

/**
 * One trial: a command in a folder of its own, one of whose calls of the operating system fails or
 * is the last before a kill; then what a user would do next, and what must be true after that.
 *
 * @typedef {{ command: string, mode: 'fail' | 'kill', call: string, occurrence: number }} Fault
 */

const PRELOAD = resolve(import.meta.dirname, 'fail-call.cjs')
const LONGEST_MS = 180_000
const LONGEST_END_MS = 10_000
/** Calls that change something: a kill before any other call is a kill before one of these. */
const CHANGES =
  /^(?:promises\.|handle\.)?(?:write|append|fsync|sync|rename|link|unlink|symlink|mkdir|rm|copy|cp|ftruncate|fork|spawn|exec)/

/**
 * The faults of a command: each of its calls at its first and its last occurrence, failed once and,
 * if it changes something, killed once.
 *
 * @returns {Fault[]}
 */
export function faultsOf(command) {
  const dir = prepared(command)
  try {
    const ended = start(command, dir, { mode: 'list' })
    if (!COMMANDS[command].codes.includes(ended.code))
      throw new Error(`${command} ended with ${ended.code} without a fault: ${ended.stderr}`)
    const counts = new Map()
    for (const call of linesOf(join(dir, 'calls'))) counts.set(call, (counts.get(call) ?? 0) + 1)
    return [...counts].flatMap(([call, times]) =>
      [...new Set([1, times])].flatMap((occurrence) => [
        { command, mode: 'fail', call, occurrence },
        ...(CHANGES.test(call) ? [{ command, mode: 'kill', call, occurrence }] : []),
      ]),
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * Runs one trial.
 *
 * @param {Fault} fault
 * @returns {{ ended: string, problems: string[] }}
 */
export function runTrial(fault) {
  const dir = prepared(fault.command)
  try {
    const ended = start(fault.command, dir, fault)
    const reached = linesOf(join(dir, 'calls')).length > 0
    const problems = reached ? [...problemsOf(fault, ended), ...recover(fault.command, dir)] : []
    const how = ended.code ?? ended.signal
    const last = ended.stderr.trim().split('\n').at(-1) ?? ''
    return { ended: reached ? `${how}: ${last}` : 'not reached', problems }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function problemsOf({ command, mode }, ended) {
  if (ended.timedOut) return [`did not end within ${LONGEST_MS / 1000} s`]
  if (mode === 'kill') return ended.signal === 'SIGKILL' ? [] : [`was not killed: ${ended.code}`]
  if (COMMANDS[command].codes.includes(ended.code)) return []
  const problems = []
  if (![2, 5].includes(ended.code)) problems.push(`ended with ${ended.code ?? ended.signal}`)
  if (!/EIO/.test(ended.stderr)) problems.push(`does not name the cause: ${ended.stderr.trim()}`)
  return problems
}

function recover(command, dir) {
  const run = (main, words, cwd) => spawned(main, words, cwd, dir, {}, [])
  return [...COMMANDS[command].recover(dir, run), ...leftIn(join(dir, 'tmp')), ...orphansOf(dir)]
}

function leftIn(folder) {
  return readdirSync(folder).map((name) => `left in the temporary directory: ${name}`)
}

/** Processes of a trial that still run when everything has ended. */
function orphansOf(dir) {
  for (const until = Date.now() + LONGEST_END_MS; Date.now() < until; ) {
    if (processesOf(dir).length === 0) return []
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  return processesOf(dir).map((pid) => `process ${pid} still runs`)
}

function processesOf(dir) {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`TMPDIR=${join(dir, 'tmp')}`)
    } catch {
      return false
    }
  })
}

function prepared(command) {
  const dir = mkdtempSync(join(tmpdir(), 'assay-fault-'))
  mkdirSync(join(dir, 'tmp'))
  mkdirSync(join(dir, 'home'))
  COMMANDS[command].prepare(dir)
  return dir
}

function start(command, dir, fault) {
  const { main, words, cwd } = COMMANDS[command]
  const plan = { code: 'EIO', ...fault, list: join(dir, 'calls') }
  const environment = { FAULT: JSON.stringify(plan) }
  const flags = ['--enable-source-maps', '--require', PRELOAD]
  return spawned(main, words(dir), cwd(dir), dir, environment, flags)
}

function spawned(main, words, cwd, dir, environment, flags) {
  const { status, signal, stdout, stderr, error } = spawnSync(
    process.execPath,
    [...flags, main, ...words],
    {
      cwd,
      encoding: 'utf8',
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
      env: {
        ...process.env,
        TMPDIR: join(dir, 'tmp'),
        XDG_CACHE_HOME: join(dir, 'home'),
        NODE_EXTRA_CA_CERTS: '',
        ...environment,
      },
    },
  )
  const timedOut = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT'
  return { code: status, signal, stdout, stderr, timedOut }
}

function linesOf(path) {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}
