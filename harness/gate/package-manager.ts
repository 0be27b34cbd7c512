import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program that installs the packages of a lock file, and its arguments. No scripts are run. */
export interface PackageManager {
  readonly file: string
  readonly args: readonly string[]
  /** Whether the package manager applies patches of packages itself. */
  readonly patches?: true
}

const NPM_CI = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
const BUN: PackageManager = {
  file: 'bun',
  args: ['install', '--frozen-lockfile', '--ignore-scripts'],
  patches: true,
}
/** Lock files, by name; the first one found decides. */
const BY_LOCK: Readonly<Record<string, PackageManager>> = {
  'package-lock.json': { file: 'npm', args: NPM_CI },
  'npm-shrinkwrap.json': { file: 'npm', args: NPM_CI },
  'pnpm-lock.yaml': {
    file: 'pnpm',
    args: ['install', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only'],
    patches: true,
  },
  'yarn.lock': { file: 'yarn', args: ['install', '--frozen-lockfile', '--ignore-scripts'] },
  'bun.lock': BUN,
  'bun.lockb': BUN,
}
const MODERN_YARN: PackageManager = {
  file: 'yarn',
  args: ['install', '--immutable', '--mode=skip-build'],
  patches: true,
}
/**
 * The package manager for a project without a lock file. Both versions are installed at the same
 * time.
 */
export const WITHOUT_LOCK: PackageManager = {
  file: 'npm',
  args: ['install', '--no-package-lock', ...NPM_CI.slice(1)],
}

/** Names of lock files, of npm, pnpm, yarn and bun. */
export const LOCK_FILES: readonly string[] = Object.keys(BY_LOCK)

/** The manager whose lock file is in a folder; undefined without a lock file. */
export function packageManagerOf(folder: string): PackageManager | undefined {
  const lock = LOCK_FILES.find((name) => existsSync(join(folder, name)))
  if (lock === undefined) return undefined
  const isModernYarn =
    lock === 'yarn.lock' && /^__metadata:/m.test(readFileSync(join(folder, lock), 'utf8'))
  return isModernYarn ? MODERN_YARN : BY_LOCK[lock]
}
