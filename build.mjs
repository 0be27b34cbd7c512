import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Compiles into dist/, incrementally. The compiler trusts its own notes, not the files it wrote; we
 * do not: output that is missing or no longer what was built is made again from nothing, so that
 * neither half a build nor a changed one is ever measured. Of two builds at the same time one
 * waits.
 */
const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const notes = join(dist, '.built.json')
const lock = join(root, '.build.lock')
const LONGEST_WAIT_MS = 600_000
const PAUSE_MS = 50

takeTurn()
// Released however this ends, Ctrl-C included: `exit` is not emitted for a signal nobody listens
// to.
process.on('exit', () => rmSync(lock, { force: true }))
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => process.exit(code))
build()

function build() {
  if (existsSync(dist) && !isAsBuilt()) rmSync(dist, { recursive: true, force: true })
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
      stdio: 'inherit',
    })
  } catch (error) {
    process.exit(error.status ?? 1)
  }
  const built = JSON.stringify(digests(), null, 1)
  if (!existsSync(notes) || readFileSync(notes, 'utf8') !== built) {
    writeFileSync(`${notes}.${process.pid}`, built)
    renameSync(`${notes}.${process.pid}`, notes)
  }
}

function isAsBuilt() {
  try {
    return JSON.stringify(JSON.parse(readFileSync(notes, 'utf8'))) === JSON.stringify(digests())
  } catch {
    return false
  }
}

/** SHA-256 of every file in dist/ but our notes. */
function digests() {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.built.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Object.fromEntries(
    files.map((file) => [
      file.slice(dist.length + 1),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  )
}

/**
 * Waits until no other build is at work here. Linking a finished file makes the lock appear with
 * its content or not at all.
 */
function takeTurn() {
  const own = `${lock}.${process.pid}`
  const since = Date.now()
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}`)
  try {
    while (!tryLink(own)) {
      breakIfStale()
      if (Date.now() - since > LONGEST_WAIT_MS) {
        console.error(
          `another build has held ${lock} for ${LONGEST_WAIT_MS / 60_000} minutes; delete it if that build is gone`,
        )
        process.exit(1)
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  } finally {
    rmSync(own, { force: true })
  }
}

function tryLink(own) {
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function breakIfStale() {
  if (isHeld(lock)) return
  const broken = `${lock}.${process.pid}.stale`
  try {
    renameSync(lock, broken)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  // Another build may have replaced the stale lock in between: then this one is held, and goes
  // back.
  if (isHeld(broken)) tryLink(broken)
  rmSync(broken, { force: true })
}

/**
 * Whether the process a lock names is alive: the one that took it, not a later one with its number.
 */
function isHeld(path) {
  try {
    const [pid, start] = readFileSync(path, 'utf8').split(' ')
    process.kill(Number(pid), 0)
    return start === startOf(pid)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** When a process started, as the kernel counts; empty where it does not tell. */
function startOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
  } catch {
    return ''
  }
}
