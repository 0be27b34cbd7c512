import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sha256 } from '../../bundle/version.js'
import { workerFile } from '../pool-worker.js'

let identity: string | undefined

/**
 * The engine of this process, `0.1.0-3fa1c09e1b2d-node20`: version of the package, digest of the
 * compiled engine, and major version of Node, whose mathematical functions may differ. Trials of
 * different engines must not be compared.
 *
 * @throws {EngineError} `input-invalid`: there is no compiled engine
 */
export function engineIdentity(): string {
  identity ??= [packageVersion(), digestOfEngine(), `node${process.versions.node.split('.')[0]}`]
    .join('-')
    .toLowerCase()
  return identity
}

/** `dist/engine` of the installed package. */
function engineFolder(): string {
  return dirname(dirname(workerFile()))
}

function packageVersion(): string {
  const text = readFileSync(join(engineFolder(), '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

function digestOfEngine(): string {
  const folder = engineFolder()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.js'))
    .sort()
  const lines = files.map((name) => `${name} ${sha256(readFileSync(join(folder, name)))}\n`)
  return sha256(lines.join('')).slice(0, 12)
}
