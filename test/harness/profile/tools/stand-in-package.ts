import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture, temporaryDirectory } from '../../../fixtures/bench.js'

/**
 * Creates a folder that pins the stand-in tool as ours pins the real tools, with its tarball, so
 * that no network is needed.
 */
export function standInPackage(): string {
  const source = temporaryDirectory()
  const npm = (...words: string[]) =>
    execFileSync('npm', words, { cwd: source, stdio: ['ignore', 'ignore', 'ignore'] })
  npm('pack', fixture('stand-in-tool'), '--pack-destination', source)
  const manifest = {
    name: 'pinned',
    private: true,
    dependencies: { 'stand-in-tool': 'file:stand-in-tool-1.0.0.tgz' },
  }
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest))
  npm('install', '--package-lock-only', '--offline', '--no-audit', '--no-fund')
  return source
}
