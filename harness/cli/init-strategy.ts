import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { EXIT, type ExitCode, InputError } from '../errors.js'
import type { Io } from '../io.js'
import { packageRoot } from '../system/package-root.js'
import { alignedRows } from '../text/table.js'
import { nextCommand } from './command-text.js'
import { isThere, writeAll } from './init-project.js'

const TEMPLATE = 'mine.search.ts'
const PRICES = 'sp500.csv'
const PRICES_SOURCE = join('scenarios', 'market', 'data', 'sp500-2000.csv.gz')

/**
 * Writes a search module with comments, and a price file with which it runs as it is. Prints what
 * to do next. An existing module is never replaced; an existing price file is kept and used.
 *
 * @param cwd   where they are written
 * @param given name of the module; if absent, `mine.search.ts` where the project has a
 * tsconfig.json or Node strips types, otherwise `mine.search.mjs`
 * @throws {InputError} the module exists, has an ending of another language, or cannot be written
 */
export function initStrategy(cwd: string, given: string | undefined, io: Io): ExitCode {
  const file = given ?? defaultName(cwd)
  if (isThere(join(cwd, file)))
    throw new InputError(
      `${file} exists and is not replaced; give another name: ${nextCommand('init', cwd, '--strategy', `other-${basename(file)}`)}`,
    )
  const files = [
    { path: file, text: moduleText(file) },
    ...(isThere(join(cwd, PRICES)) ? [] : [{ path: PRICES, text: prices() }]),
  ]
  writeAll(cwd, '.', files)
  for (const { path } of files) io.stdout(`written: ${path}\n`)
  io.stdout(`\n${nextSteps(file, cwd)}`)
  return EXIT.done
}

function defaultName(cwd: string): string {
  const stripsTypes = Boolean((process.features as { readonly typescript?: unknown }).typescript)
  const isTyped = existsSync(join(cwd, 'tsconfig.json')) || stripsTypes
  return isTyped ? TEMPLATE : TEMPLATE.replace(/ts$/, 'mjs')
}

/** The template, whose types are left out of a module in JavaScript. */
function moduleText(file: string): string {
  const text = readFileSync(join(packageRoot(), 'harness', 'cli', 'templates', TEMPLATE), 'utf8')
    .replaceAll(TEMPLATE, file)
    .replaceAll('assay-search-mine/', `assay-search-${nameOf(file)}/`)
  if (/\.m?ts$/.test(file)) return text
  return text.replace(', type SearchModule', '').replace(' satisfies SearchModule', '')
}

/** `mine` of `mine.search.ts`, as `assay search` names its directory. */
function nameOf(file: string): string {
  return basename(file).replace(/(?:\.search)?\.[^.]+$/, '')
}

function prices(): string {
  return gunzipSync(readFileSync(join(packageRoot(), PRICES_SOURCE))).toString('utf8')
}

function nextSteps(file: string, cwd: string): string {
  const rows = [
    [nextCommand('search', cwd, file), 'the best parameters, in less than a minute'],
    [`open assay-search-${nameOf(file)}/search.html`, 'what to pick, and how far to trust it'],
    [nextCommand('search', cwd, file, '--csv AAPL.csv'), 'the same on prices of your own'],
  ]
  return ['next:', ...alignedRows(rows).map((line) => `  ${line}`), ''].join('\n')
}
