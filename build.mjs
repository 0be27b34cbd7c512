import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { areUnchanged, bundleMeasured, digestsOf } from './bundle-measured.mjs'
import { releaseLock, takeLock } from './harness/system/lock-file.mjs'

/**
 * Compiles into dist/, incrementally, and bundles what measured processes load. The compiler relies
 * on its build info and does not check the files it wrote. So this script does: where a file of
 * dist/ is missing or was changed, dist/ is built again from nothing, and an incomplete or changed
 * build is never measured. Of two builds in the same checkout one waits.
 */
const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const digestFile = join(dist, '.built.json')
const lock = join(root, '.build.lock')
const LONGEST_WAIT_MS = 600_000
const PAUSE_MS = 50

takeTurn()
// Released at every end, Ctrl-C included: `exit` is emitted after a signal only if a listener
// exits.
process.on('exit', () => releaseLock(lock))
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => process.exit(code))
await build()

async function build() {
  const before = readBuilt()
  if (before === undefined) rmSync(dist, { recursive: true, force: true })
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
      stdio: 'inherit',
    })
  } catch (error) {
    process.exit(error.status ?? 1)
  }
  const bundled = before?.bundled ?? {}
  const isBundled = Object.keys(bundled).length > 0 && areUnchanged(root, bundled)
  const made = isBundled ? bundled : await bundleMeasured(root, dist)
  const built = JSON.stringify({ files: digests(), bundled: made }, null, 1)
  if (!existsSync(digestFile) || readFileSync(digestFile, 'utf8') !== built) {
    writeFileSync(`${digestFile}.${process.pid}`, built)
    renameSync(`${digestFile}.${process.pid}`, digestFile)
  }
}

/**
 * What the last build wrote: digests of the files of dist/, and of those that bundles were made of.
 * Undefined if there is no such build, or dist/ is not as it wrote it.
 */
function readBuilt() {
  try {
    const built = JSON.parse(readFileSync(digestFile, 'utf8'))
    return JSON.stringify(built.files) === JSON.stringify(digests()) ? built : undefined
  } catch {
    return undefined
  }
}

/** SHA-256 of every file in dist/, except the file of these digests. */
function digests() {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.built.json'))
    .map((entry) => join(entry.parentPath, entry.name))
  return digestsOf(dist, files)
}

/** Takes the lock of this checkout; waits while another build holds it. */
function takeTurn() {
  const since = Date.now()
  for (let holder = takeLock(lock, new Date()); holder !== undefined; ) {
    if (Date.now() - since > LONGEST_WAIT_MS) {
      console.error(
        `another build (${holder}) has held ${lock} for ${LONGEST_WAIT_MS / 60_000} minutes; delete it if that build has ended`,
      )
      process.exit(1)
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    holder = takeLock(lock, new Date())
  }
}
