import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Compiles into dist/, incrementally. The compiler trusts its own notes, not the files it wrote; we do not: output that is missing or no longer what
 * was built is made again from nothing, so that neither half a build nor a changed one is ever measured.
 */
const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const notes = join(dist, '.built.json')

if (existsSync(dist) && !isAsBuilt()) rmSync(dist, { recursive: true, force: true })
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
try {
  execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
} catch (error) {
  process.exit(error.status ?? 1)
}
const built = JSON.stringify(digests(), null, 1)
if (!existsSync(notes) || readFileSync(notes, 'utf8') !== built) {
  writeFileSync(`${notes}.${process.pid}`, built)
  renameSync(`${notes}.${process.pid}`, notes)
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
    files.map((file) => [file.slice(dist.length + 1), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  )
}
